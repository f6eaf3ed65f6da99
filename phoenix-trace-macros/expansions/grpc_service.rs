#[tonic::async_trait]
impl orders_server::Orders for Service {
    type WatchStream = ::phoenix_trace::__private::grpc::TracedStream<
        ReceiverStream<Result<Receipt, Status>>,
    >;
    type ChatStream = Pin<Box<dyn Stream<Item = Result<Receipt, Status>> + Send>>;
    #[traced_operation(__phoenix_handled)]
    async fn place(
        &self,
        __phoenix_request: Request<Order>,
    ) -> Result<Response<Receipt>, Status> {
        static __PHOENIX_METHOD: ::phoenix_trace::__private::grpc::Method = ::phoenix_trace::__private::grpc::Method::new(
            orders_server::SERVICE_NAME,
            "Place",
            ::core::concat!(::core::module_path!(), "::place"),
        );
        ::phoenix_trace::__private::grpc::unary(
                &__PHOENIX_METHOD,
                __phoenix_request,
                move |request: Request<Order>| async move {
                    if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                        Result<Response<Receipt>, Status>,
                    > {
                        return __phoenix_never;
                    }
                    #[diagnostic::on_unimplemented(
                        message = "`user.id` takes a string",
                        label = "expected a string, found `{Self}`",
                        note = "write `%value` to record the value's `Display` form, `?value` for its `Debug` form"
                    )]
                    trait __PhoenixStr0: ::phoenix_trace::__private::ToValue<
                            ::phoenix_trace::__private::key::types::Str,
                        > {}
                    #[diagnostic::do_not_recommend]
                    impl<
                        V: ::phoenix_trace::__private::ToValue<
                                ::phoenix_trace::__private::key::types::Str,
                            > + ?::core::marker::Sized,
                    > __PhoenixStr0 for V {}
                    #[inline]
                    fn __phoenix_attribute_0<V: __PhoenixStr0 + ?::core::marker::Sized>(
                        value: &V,
                    ) -> ::phoenix_trace::__private::Attr<'_> {
                        ::phoenix_trace::__private::attr(
                            const {
                                &::phoenix_trace::__private::key::Key::<
                                    ::phoenix_trace::__private::key::types::Str,
                                >::new("user.id")
                            },
                            value,
                        )
                    }
                    if ::phoenix_trace::__private::recording() {
                        ::phoenix_trace::__private::record(
                            &[__phoenix_attribute_0(&request.get_ref().user)],
                        );
                    }
                    self.place(request.into_inner()).await
                },
            )
            .await
    }
    async fn watch(
        &self,
        __phoenix_request: Request<Order>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        static __PHOENIX_METHOD: ::phoenix_trace::__private::grpc::Method = ::phoenix_trace::__private::grpc::Method::new(
            orders_server::SERVICE_NAME,
            "Watch",
            ::core::concat!(::core::module_path!(), "::watch"),
        );
        ::phoenix_trace::__private::grpc::streaming(
                &__PHOENIX_METHOD,
                __phoenix_request,
                move |request: Request<Order>| async move {
                    if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                        Result<Response<ReceiverStream<Result<Receipt, Status>>>, Status>,
                    > {
                        return __phoenix_never;
                    }
                    Ok(
                        Response::new(
                            <ReceiverStream<
                                Result<Receipt, Status>,
                            >>::new(self.subscribe(request)),
                        ),
                    )
                },
            )
            .await
    }
    async fn chat(
        &self,
        __phoenix_request: Request<Streaming<Order>>,
    ) -> Result<Response<Self::ChatStream>, Status> {
        static __PHOENIX_METHOD: ::phoenix_trace::__private::grpc::Method = ::phoenix_trace::__private::grpc::Method::new(
            orders_server::SERVICE_NAME,
            "Chat",
            ::core::concat!(::core::module_path!(), "::chat"),
        );
        ::phoenix_trace::__private::grpc::streaming_as(
                &__PHOENIX_METHOD,
                __phoenix_request,
                move |request: Request<Streaming<Order>>| async move {
                    if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                        Result<Response<Self::ChatStream>, Status>,
                    > {
                        return __phoenix_never;
                    }
                    Ok(Response::new(self.answers(request)))
                },
                |__phoenix_stream| -> Self::ChatStream {
                    ::std::boxed::Box::pin(__phoenix_stream)
                },
            )
            .await
    }
}
