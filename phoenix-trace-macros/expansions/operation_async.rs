async fn schedule(task: &Task) -> Result<Placement, Error> {
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "schedule",
        ::phoenix_trace::__private::SpanKind::Internal,
        ::core::concat!(::core::module_path!(), "::schedule"),
    );
    let mut __phoenix_span = if ::phoenix_trace::__private::recording() {
        ::phoenix_trace::__private::begin(
            &__PHOENIX_SITE,
            &[
                ::phoenix_trace::__private::attr_fmt(
                    &keys::TASK_ID,
                    ::core::format_args!("{}", task.id),
                ),
            ],
        )
    } else {
        ::phoenix_trace::__private::Begun::off()
    };
    let __phoenix_body = ::core::pin::pin!(
        async move { if let ::core::option::Option::Some(__phoenix_never) =
        ::core::option::Option::None:: < Result < Placement, Error > > { return
        __phoenix_never; } place(task). await }
    );
    ::phoenix_trace::__private::run(
            &mut __phoenix_span,
            __phoenix_body,
            |__phoenix_returned| {
                if ::phoenix_trace::__private::is_failure(
                    __phoenix_returned,
                    |error| error.is_fatal(),
                ) {
                    ::phoenix_trace::__private::outcome!(__phoenix_returned).type_only()
                } else {
                    ::phoenix_trace::__private::Outcome::Ok
                }
            },
        )
        .await
}
