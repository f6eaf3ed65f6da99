fn fetch(url: String) -> impl Future<Output = Result<u8, Error>> + Send {
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "fetch",
        ::phoenix_trace::__private::SpanKind::Internal,
        ::core::concat!(::core::module_path!(), "::fetch"),
    );
    let url = normalised(url);
    ::phoenix_trace::__private::traced(
        async move {
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                Result<u8, Error>,
            > {
                return __phoenix_never;
            }
            if ::phoenix_trace::__private::recording() {
                ::phoenix_trace::__private::start(&__PHOENIX_SITE, &[]);
            }
            {
                {
                    {}
                    get(url).await
                }
            }
        },
        |__phoenix_returned| ::phoenix_trace::__private::outcome!(__phoenix_returned),
    )
}
