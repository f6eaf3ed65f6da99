//! Every macro and shape under the strictest lints: what is generated raises none, and hides none of the user's own. The
//! compiler's are checked by every build of this program, clippy's by `scripts/check`.

#![deny(
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused,
    warnings
)]
#![deny(
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    elided_lifetimes_in_paths,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    keyword_idents,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_abi,
    missing_copy_implementations,
    missing_debug_implementations,
    missing_docs,
    non_ascii_idents,
    redundant_imports,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unsafe_code,
    unsafe_op_in_unsafe_fn,
    unstable_features,
    unused_extern_crates,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::pedantic, clippy::nursery, clippy::restriction)]
#![expect(
    clippy::absolute_paths,
    clippy::arbitrary_source_item_ordering,
    clippy::blanket_clippy_restriction_lints,
    clippy::implicit_return,
    clippy::missing_trait_methods,
    clippy::pub_with_shorthand,
    clippy::question_mark_used,
    clippy::redundant_pub_crate,
    clippy::separated_literal_suffix,
    clippy::single_call_fn,
    reason = "these fire on the annotated code itself"
)]

#[path = "lints/options.rs"]
mod options;

use core::num::ParseIntError;
use core::pin::Pin;

use phoenix_trace::{
    attribute_keys, event, phoenix_test, record, traced_grpc_service, traced_operation,
};
use tonic::{Request, Response, Status, Streaming};

attribute_keys! {
    /// Keys.
    pub(crate) mod keys {
        /// The task.
        TASK_ID: "phoenix.task.id" => string,
        /// How many wait, of each kind.
        QUEUE_DEPTHS: "phoenix.queue.depths" => int[],
        /// Who asked.
        USER_EMAIL: "phoenix.user.email" => string, sensitive,
        /// A note.
        NOTE: "phoenix.note" => string, sensitive, max_length = 8,
        /// Where it stands.
        STATE: "phoenix.state" => enum State {
            /// It waits.
            Queued,
            /// It runs.
            Running = "runs",
        },
    }
}

/// Records under keys of every sort.
fn note(text: &str) {
    record!(
        keys::NOTE = text,
        keys::STATE = if text.is_empty() {
            keys::State::Queued
        } else {
            keys::State::Running
        }
    );
    record!(phoenix_trace::keys::SERVER_PORT = text.len());
}

/// A service.
#[derive(Debug, Clone)]
struct Service {
    /// Its name.
    name: String,
}

impl Service {
    #[traced_operation(
        kind = client,
        attributes("service.name" = self.name, keys::TASK_ID = %text, "server.port" = 80_i32)
    )]
    fn parse(&self, text: &str) -> Result<u8, ParseIntError> {
        record!("user.id" = self.name, keys::TASK_ID = ?text, keys::QUEUE_DEPTHS = [1_i64, 2_i64]);
        event!("parsing", "user.id" = text, keys::USER_EMAIL = text);
        let n = text.parse::<u8>()?;
        Ok(n)
    }

    #[traced_operation(attributes("service.name" = self.name), err(type_only, if = |error| error.to_string().len() > 3))]
    async fn parse_later(&self, text: &str) -> Result<u8, ParseIntError> {
        let ready = core::future::ready(text).await;
        ready.parse::<u8>()
    }

    #[expect(clippy::unused_self, reason = "it is the user's")]
    #[traced_operation]
    async fn nothing(&self) {
        core::future::ready(()).await;
    }

    #[traced_operation(err = skip)]
    fn skipped(&self) -> Result<(), ParseIntError> {
        let _: u8 = self.name.parse()?;
        Ok(())
    }

    #[traced_operation(attributes("service.name" = self.name))]
    fn boxed<'text>(
        &'text self,
        text: &'text str,
    ) -> Pin<Box<dyn Future<Output = Result<u8, ParseIntError>> + 'text>> {
        Box::pin(async move { text.parse::<u8>() })
    }

    #[traced_operation]
    fn promised(&self) -> impl Future<Output = Option<u8>> + Send + use<> {
        let name = self.name.clone();
        async move { name.bytes().next() }
    }
}

/// What can be done.
#[async_trait::async_trait]
trait Work {
    /// Does it.
    async fn work(&self, job: u8) -> Result<u8, ParseIntError>;
    /// Does nothing.
    #[traced_operation]
    async fn rest(&self) {}
}

#[async_trait::async_trait]
impl Work for Service {
    #[traced_operation(attributes("service.name" = self.name, "user.id" = %job))]
    async fn work(&self, job: u8) -> Result<u8, ParseIntError> {
        let parsed = self.name.parse::<u8>();
        Ok(parsed.unwrap_or(job))
    }
}

/// As tonic has it.
mod orders_server {
    use super::{Request, Response, Status, Streaming};

    /// The name of the service.
    pub(crate) const SERVICE_NAME: &str = "shop.v1.Orders";

    /// The service.
    #[tonic::async_trait]
    pub(crate) trait Orders: Send + Sync + 'static {
        /// A stream.
        type WatchStream: tokio_stream::Stream<Item = Result<u8, Status>> + Send + 'static;
        /// Another one.
        type ChatStream: tokio_stream::Stream<Item = Result<u8, Status>> + Send + 'static;
        /// One answer.
        async fn place(&self, request: Request<u8>) -> Result<Response<u8>, Status>;
        /// Many answers.
        async fn watch(&self, request: Request<u8>) -> Result<Response<Self::WatchStream>, Status>;
        /// Many of both.
        #[expect(dead_code, reason = "nobody has such a request here")]
        async fn chat(
            &self,
            request: Request<Streaming<u8>>,
        ) -> Result<Response<Self::ChatStream>, Status>;
    }
}

/// As another generator has it.
mod native_server {
    use super::{Request, Response, Status};

    /// The name of the service.
    pub(crate) const SERVICE_NAME: &str = "shop.v1.Native";

    /// The service.
    pub(crate) trait Native: Send + Sync + 'static {
        /// By an `async fn`.
        fn place(
            &self,
            request: Request<u8>,
        ) -> impl Future<Output = Result<Response<u8>, Status>> + Send;
        /// By a future.
        fn move_on(
            &self,
            request: Request<u8>,
        ) -> impl Future<Output = Result<Response<u8>, Status>> + Send;
    }
}

#[traced_grpc_service]
#[tonic::async_trait]
impl orders_server::Orders for Service {
    type WatchStream = tokio_stream::Empty<Result<u8, Status>>;
    type ChatStream = Pin<Box<dyn tokio_stream::Stream<Item = Result<u8, Status>> + Send>>;

    #[traced_operation(attributes("service.name" = self.name, "user.id" = %request.get_ref()))]
    async fn place(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn watch(&self, _: Request<u8>) -> Result<Response<Self::WatchStream>, Status> {
        let empty: Self::WatchStream = tokio_stream::empty();
        Ok(Response::new(empty))
    }

    async fn chat(&self, _: Request<Streaming<u8>>) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::empty())))
    }
}

/// The same with the attributes the other way round.
#[derive(Debug)]
struct Below;

#[tonic::async_trait]
#[traced_grpc_service]
impl orders_server::Orders for Below {
    type WatchStream = tokio_stream::Empty<Result<u8, Status>>;
    type ChatStream = Pin<Box<dyn tokio_stream::Stream<Item = Result<u8, Status>> + Send>>;

    #[traced_operation(attributes("user.id" = %request.get_ref()))]
    async fn place(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    async fn watch(&self, _: Request<u8>) -> Result<Response<Self::WatchStream>, Status> {
        Ok(Response::new(tokio_stream::empty()))
    }

    async fn chat(&self, _: Request<Streaming<u8>>) -> Result<Response<Self::ChatStream>, Status> {
        Ok(Response::new(Box::pin(tokio_stream::empty())))
    }
}

#[traced_grpc_service]
impl native_server::Native for Service {
    #[traced_operation(attributes("service.name" = self.name))]
    async fn place(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }

    fn move_on(
        &self,
        request: Request<u8>,
    ) -> impl Future<Output = Result<Response<u8>, Status>> + Send {
        core::future::ready(Ok(Response::new(request.into_inner())))
    }
}

/// Programs.
mod programs {
    /// By an `async fn`.
    pub(crate) mod asynchronous {
        /// The configuration.
        fn config() -> phoenix_trace::Config {
            phoenix_trace::Config::from_env().no_exporter()
        }

        #[phoenix_trace::phoenix_main(service = "lints", config = config, flavor = "current_thread")]
        pub(crate) async fn main() -> Result<(), core::num::ParseIntError> {
            let _: u8 = core::future::ready("7").await.parse::<u8>()?;
            Ok(())
        }
    }

    /// By a `fn`.
    pub(crate) mod synchronous {
        #[phoenix_trace::phoenix_main(config = phoenix_trace::Config::from_env().no_exporter())]
        pub(crate) fn main() -> std::process::ExitCode {
            std::process::ExitCode::SUCCESS
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Below, Request, Service, Work as _, native_server, native_server::Native as _,
        orders_server, orders_server::Orders as _, phoenix_test, programs,
    };
    use phoenix_trace::testing::Capture;

    #[phoenix_test]
    async fn annotated_code_raises_no_lint(capture: &Capture) {
        let service = Service {
            name: "service".to_owned(),
        };
        crate::note("told");
        assert_eq!(service.parse("7"), Ok(7), "a number");
        assert_eq!(service.parse_later("7").await, Ok(7), "a number");
        assert_eq!(service.boxed("7").await, Ok(7), "a number");
        assert_eq!(service.promised().await, Some(b's'), "a letter");
        assert!(service.skipped().is_err(), "it is no number");
        service.nothing().await;
        assert_eq!(service.work(7).await, Ok(7), "a number");
        service.rest().await;
        let placed = orders_server::Orders::place(&service, Request::new(7)).await;
        assert!(placed.is_ok(), "it is placed");
        let native = native_server::Native::place(&service, Request::new(7)).await;
        assert!(native.is_ok(), "it is placed");
        assert!(
            service.move_on(Request::new(7)).await.is_ok(),
            "it moves on"
        );
        assert!(
            service.watch(Request::new(7)).await.is_ok(),
            "there is a stream"
        );
        assert!(
            Below.watch(Request::new(7)).await.is_ok(),
            "there is a stream"
        );
        assert!(Below.place(Request::new(7)).await.is_ok(), "it is placed");
        assert_eq!(capture.spans().len(), 14, "each has its span");
    }

    #[phoenix_test]
    fn tests_without_a_runtime_raise_none() -> Result<(), core::num::ParseIntError> {
        let _: u8 = "7".parse::<u8>()?;
        Ok(())
    }

    #[test]
    fn programs_end_well() {
        assert!(programs::asynchronous::main().is_ok(), "it ends well");
        let code = programs::synchronous::main();
        assert_eq!(code, std::process::ExitCode::SUCCESS, "it ends well");
    }
}

/// What users do wrong themselves is found in annotated code as in any other: the expectations are fulfilled.
mod own_lints {
    use super::{Request, Response, Status, native_server, traced_grpc_service, traced_operation};

    #[expect(unused_variables, dead_code, reason = "it is the user's")]
    #[traced_operation]
    fn unused_argument(n: u8) -> Result<(), u8> {
        Ok(())
    }

    #[expect(dead_code, unused_mut, reason = "it is the user's")]
    #[traced_operation]
    async fn needless_mut() -> Option<u8> {
        let mut n = core::future::ready(1).await;
        Some(n)
    }

    #[expect(dead_code, unreachable_code, reason = "it is the user's")]
    #[traced_operation]
    async fn unreachable() -> Result<u8, u8> {
        core::future::ready(()).await;
        return Ok(1);
        Err(2)
    }

    #[expect(dead_code, clippy::needless_return, reason = "it is the user's")]
    #[traced_operation]
    fn needless_return() -> Result<u8, u8> {
        return Ok(1);
    }

    #[expect(dead_code, clippy::needless_return, reason = "it is the user's")]
    #[traced_operation]
    async fn needless_return_later() -> Result<u8, u8> {
        core::future::ready(()).await;
        return Ok(1);
    }

    #[must_use]
    #[traced_operation]
    fn must_use() -> u8 {
        1
    }

    #[expect(dead_code, unused_must_use, reason = "it is the user's")]
    #[traced_operation]
    fn unused_must_use() -> Result<u8, u8> {
        must_use();
        Ok(2)
    }

    /// A service with mistakes.
    #[derive(Debug)]
    #[expect(dead_code, reason = "it is the user's")]
    struct Service;

    #[traced_grpc_service]
    impl native_server::Native for Service {
        #[expect(unused_variables, reason = "it is the user's")]
        async fn place(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
            Ok(Response::new(1))
        }

        #[expect(unused_mut, clippy::needless_return, reason = "it is the user's")]
        async fn move_on(&self, mut request: Request<u8>) -> Result<Response<u8>, Status> {
            return Ok(Response::new(request.into_inner()));
        }
    }

    /// A program with mistakes.
    mod program {
        #[expect(
            dead_code,
            unused_variables,
            clippy::needless_return,
            reason = "it is the user's"
        )]
        #[phoenix_trace::phoenix_main]
        async fn main() -> Result<(), u8> {
            let n = core::future::ready(1_u8).await;
            return Ok(());
        }
    }

    /// Another one.
    mod synchronous_program {
        #[expect(
            dead_code,
            unused_variables,
            clippy::needless_return,
            reason = "it is the user's"
        )]
        #[phoenix_trace::phoenix_main]
        fn main() -> Result<(), u8> {
            let n = 1_u8;
            return Ok(());
        }
    }
}
