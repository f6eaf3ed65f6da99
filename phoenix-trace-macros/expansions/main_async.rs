fn main() -> Result<(), Error> {
    ::phoenix_trace::__private::run_main(
        ::phoenix_trace::__private::Main {
            service: ::core::option::Option::Some(
                ::phoenix_trace::__private::text("orders"),
            ),
            version: ::core::option::Option::None,
            version_default: ::core::env!("CARGO_PKG_VERSION"),
            name_default: ::core::env!("CARGO_PKG_NAME"),
            flavor: ::phoenix_trace::__private::Flavor::CurrentThread,
            worker_threads: ::core::option::Option::None,
            shutdown: ::core::option::Option::None,
            own_subscriber: false,
            panic_aborts: ::core::cfg!(panic = "abort"),
            config: || ::phoenix_trace::__private::into_config(config),
        },
        async {
            if let ::core::option::Option::Some(__phoenix_never) = ::core::option::Option::None::<
                Result<(), Error>,
            > {
                return __phoenix_never;
            }
            serve().await
        },
    )
}
