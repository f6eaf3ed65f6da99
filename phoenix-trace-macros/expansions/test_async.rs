#[::core::prelude::v1::test]
#[should_panic]
fn it_is_traced() -> Result<(), Error> {
    let __phoenix_test = ::phoenix_trace::__private::Test::new(
        ::phoenix_trace::__private::Flavor::MultiThread,
        ::core::option::Option::Some(2),
        ::phoenix_trace::__private::config_of_test,
    );
    let capture: &Capture = ::phoenix_trace::__private::Test::capture(&__phoenix_test);
    ::phoenix_trace::__private::Test::run(
        &__phoenix_test,
        async {
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                Result<(), Error>,
            > {
                return __phoenix_never;
            }
            run(capture).await
        },
        |__phoenix_returned| ::phoenix_trace::__private::outcome!(__phoenix_returned),
    )
}
