fn fetch(url: String) -> impl Future<Output = Result<u8, Error>> + Send {
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "fetch",
        ::phoenix_trace::__private::SpanKind::Internal,
        ::core::concat!(::core::module_path!(), "::fetch"),
    );
    let url = normalised(url);
    async move {
        let mut __phoenix_span = if ::phoenix_trace::__private::recording() {
            ::phoenix_trace::__private::begin(&__PHOENIX_SITE, &[])
        } else {
            ::phoenix_trace::__private::Begun::off()
        };
        let __phoenix_body = ::core::pin::pin!(
            async move { if let ::core::option::Option::Some(__phoenix_never) =
            ::core::option::Option::None:: < Result < u8, Error > > { return
            __phoenix_never; } get(url). await }
        );
        ::phoenix_trace::__private::run(
                &mut __phoenix_span,
                __phoenix_body,
                |__phoenix_returned| {
                    ::phoenix_trace::__private::outcome!(__phoenix_returned)
                },
            )
            .await
    }
}
