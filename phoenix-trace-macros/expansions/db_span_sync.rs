fn body() {
    '__phoenix_query: {
        #[diagnostic::on_unimplemented(
            message = "`db.query.text` takes a string",
            label = "expected a string, found `{Self}`",
            note = "write `%value` to record the value's `Display` form, `?value` for its `Debug` form"
        )]
        trait __PhoenixStr1: ::phoenix_trace::__private::ToValue<
                ::phoenix_trace::__private::key::types::Str,
            > {}
        #[diagnostic::do_not_recommend]
        impl<
            V: ::phoenix_trace::__private::ToValue<
                    ::phoenix_trace::__private::key::types::Str,
                > + ?::core::marker::Sized,
        > __PhoenixStr1 for V {}
        #[inline]
        fn __phoenix_attribute_1<V: __PhoenixStr1 + ?::core::marker::Sized>(
            value: &V,
        ) -> ::phoenix_trace::__private::Attr<'_> {
            ::phoenix_trace::__private::attr(
                const {
                    &::phoenix_trace::__private::key::Key::<
                        ::phoenix_trace::__private::key::types::Str,
                    >::new("db.query.text")
                },
                value,
            )
        }
        #[diagnostic::on_unimplemented(
            message = "`server.port` takes an int",
            label = "expected an int, found `{Self}`"
        )]
        trait __PhoenixInt2: ::phoenix_trace::__private::ToValue<
                ::phoenix_trace::__private::key::types::Int,
            > {}
        #[diagnostic::do_not_recommend]
        impl<
            V: ::phoenix_trace::__private::ToValue<
                    ::phoenix_trace::__private::key::types::Int,
                > + ?::core::marker::Sized,
        > __PhoenixInt2 for V {}
        #[inline]
        fn __phoenix_attribute_2<V: __PhoenixInt2 + ?::core::marker::Sized>(
            value: &V,
        ) -> ::phoenix_trace::__private::Attr<'_> {
            ::phoenix_trace::__private::attr(
                const {
                    &::phoenix_trace::__private::key::Key::<
                        ::phoenix_trace::__private::key::types::Int,
                    >::new("server.port")
                },
                value,
            )
        }
        let __phoenix_span = ::phoenix_trace::__private::db::started(|| match ::phoenix_trace::__private::unharmed(||
        ::phoenix_trace::__private::db::begin(
            &[
                ::phoenix_trace::__private::attr(
                    const {
                        &::phoenix_trace::__private::key::Key::<
                            ::phoenix_trace::__private::key::types::Str,
                        >::new("db.system.name")
                    },
                    &"sqlite",
                ),
                __phoenix_attribute_1(&ORDERS),
                __phoenix_attribute_2(&port()),
            ],
            true,
        )) {
            ::core::option::Option::Some(__phoenix_done) => __phoenix_done,
            ::core::option::Option::None => {
                ::phoenix_trace::__private::db::begin(
                    &[
                        ::phoenix_trace::__private::attr(
                            const {
                                &::phoenix_trace::__private::key::Key::<
                                    ::phoenix_trace::__private::key::types::Str,
                                >::new("db.system.name")
                            },
                            &"sqlite",
                        ),
                        __phoenix_attribute_1(&ORDERS),
                    ],
                    true,
                )
            }
        });
        let __phoenix_body = || { connection.select(ORDERS, user) };
        if false {
            let __phoenix_wanted = ::phoenix_trace::__private::call(__phoenix_body);
            break '__phoenix_query __phoenix_wanted;
        }
        ::phoenix_trace::__private::db::run(
            __phoenix_span,
            __phoenix_body,
            |__phoenix_returned| ::phoenix_trace::__private::db::Told::status_code(
                ::phoenix_trace::__private::db::Told::rows(
                    ::phoenix_trace::__private::db::Told::new({
                        use ::phoenix_trace::__private::FutureOfMacro as _;
                        use ::phoenix_trace::__private::dispatch::*;
                        (&&&&&&&&&::phoenix_trace::__private::Probe(__phoenix_returned))
                            .__phoenix_outcome()
                    }),
                    ::phoenix_trace::__private::asked(
                        true,
                        || {
                            #[diagnostic::on_unimplemented(
                                message = "`db.response.returned_rows` takes an int",
                                label = "expected an int, found `{Self}`"
                            )]
                            trait __PhoenixInt0: ::phoenix_trace::__private::ToValue<
                                    ::phoenix_trace::__private::key::types::Int,
                                > {}
                            #[diagnostic::do_not_recommend]
                            impl<
                                V: ::phoenix_trace::__private::ToValue<
                                        ::phoenix_trace::__private::key::types::Int,
                                    > + ?::core::marker::Sized,
                            > __PhoenixInt0 for V {}
                            #[inline]
                            fn __phoenix_attribute_0<
                                V: __PhoenixInt0 + ?::core::marker::Sized,
                            >(value: &V) -> ::phoenix_trace::__private::Attr<'_> {
                                ::phoenix_trace::__private::attr(
                                    const {
                                        &::phoenix_trace::__private::key::Key::<
                                            ::phoenix_trace::__private::key::types::Int,
                                        >::new("db.response.returned_rows")
                                    },
                                    value,
                                )
                            }
                            ::core::option::Option::and_then(
                                ::phoenix_trace::__private::success!(__phoenix_returned),
                                |orders| ::phoenix_trace::__private::db::rows(
                                    __phoenix_attribute_0(&orders.len()),
                                ),
                            )
                        },
                    ),
                ),
                ::phoenix_trace::__private::asked(
                    true,
                    || {
                        ::core::option::Option::and_then(
                            ::phoenix_trace::__private::failing!(__phoenix_returned),
                            |__phoenix_value| ::phoenix_trace::__private::db::status_code(
                                &sqlite_code(__phoenix_value),
                            ),
                        )
                    },
                ),
            ),
        )
    }
}
