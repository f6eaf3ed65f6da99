impl orders_server::Orders for Service {
    fn place(
        &self,
        __phoenix_request: Request<Order>,
    ) -> impl Future<Output = Result<Response<Receipt>, Status>> + Send {
        static __PHOENIX_METHOD: ::phoenix_trace::__private::grpc::Method = ::phoenix_trace::__private::grpc::Method::new(
            "shop.Orders",
            "Place",
            ::core::concat!(::core::module_path!(), "::place"),
        );
        ::phoenix_trace::__private::grpc::unary(
            &__PHOENIX_METHOD,
            __phoenix_request,
            move |request: Request<Order>| { self.place(request.into_inner()) },
        )
    }
}
