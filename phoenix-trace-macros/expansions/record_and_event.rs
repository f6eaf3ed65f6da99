fn body() {
    {
        #[diagnostic::on_unimplemented(
            message = "`keys::QUEUE_DEPTH` takes a value of type `{T}`",
            label = "expected a value of type `{T}`, found `{Self}`",
            note = "a `Str` takes the `Display` form of any value as `%value`, the `Debug` form as `?value`; a `OneOf<E>` takes a variant of the enum `E`; a `Replaced` key takes nothing, its deprecation says what to write",
            note = "an array is a `Vec`, an array or a slice, `&values[..]`"
        )]
        trait __PhoenixDeclared1<
            T: ::phoenix_trace::__private::key::AttributeType,
        >: ::phoenix_trace::__private::ToValue<T> {}
        #[diagnostic::do_not_recommend]
        impl<
            T: ::phoenix_trace::__private::key::AttributeType,
            V: ::phoenix_trace::__private::ToValue<T> + ?::core::marker::Sized,
        > __PhoenixDeclared1<T> for V {}
        #[inline]
        fn __phoenix_attribute_1<
            'a,
            T: ::phoenix_trace::__private::key::AttributeType,
            V: __PhoenixDeclared1<T> + ?::core::marker::Sized,
        >(
            key: &'static ::phoenix_trace::__private::key::Key<T>,
            value: &'a V,
        ) -> ::phoenix_trace::__private::Attr<'a> {
            ::phoenix_trace::__private::attr(key, value)
        }
        if ::phoenix_trace::__private::recording() {
            match ::phoenix_trace::__private::unharmed(|| ::phoenix_trace::__private::record(
                &[
                    ::phoenix_trace::__private::attr_fmt(
                        const {
                            &::phoenix_trace::__private::key::Key::<
                                ::phoenix_trace::__private::key::types::Str,
                            >::new("user.id")
                        },
                        ::core::format_args!("{}", id),
                    ),
                    __phoenix_attribute_1(&keys::QUEUE_DEPTH, &queue.len()),
                ],
            )) {
                ::core::option::Option::Some(__phoenix_done) => __phoenix_done,
                ::core::option::Option::None => {
                    ::phoenix_trace::__private::record(
                        &[
                            ::phoenix_trace::__private::attr_fmt(
                                const {
                                    &::phoenix_trace::__private::key::Key::<
                                        ::phoenix_trace::__private::key::types::Str,
                                    >::new("user.id")
                                },
                                ::core::format_args!("{}", id),
                            ),
                        ],
                    )
                }
            };
        }
    };
    {
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
            ::phoenix_trace::__private::event("placed", &[__phoenix_attribute_0(&id)]);
        }
    };
}
