fn run<'life0, 'async_trait>(
    &'life0 self,
    job: Job,
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<(), Error>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "run",
        ::phoenix_trace::__private::SpanKind::Internal,
        ::core::concat!(::core::module_path!(), "::run"),
    );
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
    Box::pin(
        ::phoenix_trace::__private::traced(
            async move {
                let __self = self;
                let job = job;
                if ::phoenix_trace::__private::recording() {
                    ::phoenix_trace::__private::start(
                        &__PHOENIX_SITE,
                        &[__phoenix_attribute_0(&__self.user)],
                    );
                }
                {
                    {
                        {}
                        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<
                            Result<(), Error>,
                        > {
                            return __ret;
                        }
                        let __ret: Result<(), Error> = { __self.start(job).await };
                        #[allow(unreachable_code)] __ret
                    }
                }
            },
            |__phoenix_returned| ::phoenix_trace::__private::outcome!(__phoenix_returned),
        ),
    )
}
