/// Loads it.
#[inline]
pub(crate) fn load(&self, id: &str) -> Result<User, LoadError> {
    static __PHOENIX_SITE: ::phoenix_trace::__private::Site = ::phoenix_trace::__private::Site::new(
        "load user",
        ::phoenix_trace::__private::SpanKind::Client,
        ::core::concat!(::core::module_path!(), "::load"),
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
    let __phoenix_span = if ::phoenix_trace::__private::recording() {
        ::phoenix_trace::__private::enter(
            &__PHOENIX_SITE,
            &[
                __phoenix_attribute_0(&id),
                ::phoenix_trace::__private::attr(
                    const {
                        &::phoenix_trace::__private::key::Key::<
                            ::phoenix_trace::__private::key::types::Int,
                        >::new("server.port")
                    },
                    &80i64,
                ),
            ],
        )
    } else {
        ::phoenix_trace::__private::Entered::off()
    };
    let __phoenix_returned = ::phoenix_trace::__private::call(move || -> Result<
        User,
        LoadError,
    > { self.users.get(id).ok_or(LoadError) });
    ::phoenix_trace::__private::Entered::outcome(
        &__phoenix_span,
        ::phoenix_trace::__private::outcome!(
            & __phoenix_returned, __phoenix_outcome, FutureOfFunction
        ),
    );
    __phoenix_returned
}
