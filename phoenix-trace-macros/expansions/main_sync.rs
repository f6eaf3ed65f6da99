fn main() {
    ::phoenix_trace::__private::run_main_sync(
        ::phoenix_trace::__private::Main {
            service: ::core::option::Option::None,
            version: ::core::option::Option::None,
            version_default: ::core::env!("CARGO_PKG_VERSION"),
            name_default: ::core::env!("CARGO_PKG_NAME"),
            flavor: ::phoenix_trace::__private::Flavor::MultiThread,
            worker_threads: ::core::option::Option::None,
            shutdown: ::core::option::Option::None,
            own_subscriber: false,
            panic_aborts: ::core::cfg!(panic = "abort"),
            config: ::phoenix_trace::__private::config_of_main,
        },
        || { serve() },
    )
}
