fn schedule(
    task: &Task,
) -> impl ::core::future::Future<Output = Result<Placement, Error>> {
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "schedule",
        ::phoenix_trace::__private::SpanKind::Internal,
        ::core::concat!(::core::module_path!(), "::schedule"),
    );
    ::phoenix_trace::__private::traced(
        async move {
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                Result<Placement, Error>,
            > {
                return __phoenix_never;
            }
            #[allow(
                clippy::no_effect_underscore_binding,
                clippy::shadow_same,
                clippy::used_underscore_binding,
                reason = "moves the argument"
            )]
            let task = task;
            if ::phoenix_trace::__private::recording() {
                ::phoenix_trace::__private::start(
                    &__PHOENIX_SITE,
                    &[
                        ::phoenix_trace::__private::attr_fmt(
                            &keys::TASK_ID,
                            ::core::format_args!("{}", task.id),
                        ),
                    ],
                );
            }
            {
                {
                    {}
                    place(task).await
                }
            }
        },
        move |__phoenix_returned| {
            if ::phoenix_trace::__private::is_failure(
                ::phoenix_trace::__private::failing!(__phoenix_returned),
                |error| error.is_fatal(),
            ) {
                ::phoenix_trace::__private::Outcome::type_only(
                    ::phoenix_trace::__private::Outcome::or_failure(
                        ::phoenix_trace::__private::outcome!(__phoenix_returned),
                        __phoenix_returned,
                    ),
                )
            } else {
                ::phoenix_trace::__private::Outcome::Ok
            }
        },
    )
}
