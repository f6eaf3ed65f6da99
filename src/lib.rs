//! Distributed tracing for Rust services by annotation: every span is recorded, and each segment is kept or dropped when its
//! outcome is known, so that a service samples a share of its traffic and keeps all of its errors.
//!
//! ```
//! use phoenix_trace::{attribute_keys, phoenix_main, record, traced_operation};
//!
//! attribute_keys! {
//!     mod keys {
//!         /// How many words a text has.
//!         WORDS: "example.words" => int,
//!     }
//! }
//!
//! #[traced_operation(name = "count words", attributes("gen_ai.request.model" = model))]
//! async fn count(model: &str, text: &str) -> Result<usize, std::num::TryFromIntError> {
//!     let words = text.split_whitespace().count();
//!     record!(keys::WORDS = words);
//!     Ok(words)
//! }
//!
//! #[phoenix_main(service = "word-counter")]
//! async fn main() -> Result<(), std::num::TryFromIntError> {
//!     assert_eq!(count("none", "three words here").await?, 3);
//!     Ok(())
//! }
//! ```
//!
//! - Annotations: [`macro@phoenix_main`], [`macro@traced_operation`], [`macro@traced_grpc_service`], [`attribute_keys!`],
//!   [`record!`], [`event!`]; for tests (feature `testing`) [`macro@phoenix_test`]. The keys of the
//!   OpenTelemetry registry are literals, or constants in [`keys`]; what becomes of sensitive values is set by [`Sensitive`].
//! - Operations that cannot be annotated: [`traced!`], [`with_traced_operation`], [`with_traced_operation_async`]; errors that
//!   are handled: [`TraceErr`].
//! - Boundaries: [`HttpServerLayer`], [`HttpClientLayer`], and for gRPC (feature `grpc`) `GrpcServerLayer`, `GrpcClientLayer`.
//!   Where no layer fits: [`trace_http_client`], [`HttpCall`], and for axum's middleware `trace_request`. At the public edge:
//!   [`Edge`], [`ForcedTracing`]. What fits where: [`http`]. Messages of queues and every other carrier: [`inject`], [`extract`].
//! - Queries to databases: [`db_span!`], [`db::Query`], and for sqlx (feature `sqlx`) `db::TracedExecutor`.
//! - Carrying the current span: [`spawn`], [`spawn_blocking`], [`spawn_thread`], [`carry`] for closures,
//!   [`InCurrentSpan`] for futures and streams, [`SpawnInCurrentSpan`] for sets of tasks, [`Carried`] for messages.
//! - Beside other libraries: spans of the OpenTelemetry API ([`interop`]), and of `tracing` (feature `tracing`, `tracing_bridge`),
//!   are recorded in the same segments.
//! - Saying more about a span, from anywhere: [`current_span`], [`SpanHandle`], [`add_link`].
//! - Logs (feature `logs`): what is logged with `tracing` and `log` has the ids of its span and request, on standard output and at
//!   the collector. In a subscriber of one's own: `layer`.
//! - Without annotations on `main`: [`init`], [`Config`], [`Telemetry`]. What became of every span: [`stats`], and
//!   the same as metrics, with the durations of requests and operations (feature `otlp` or `prometheus`): `metrics`.
//!
//! Where traces go is set by the environment, as `docs/configuration.md` in the repository lists it.

#[doc(inline)]
pub use phoenix_trace_macros::*;
#[doc(inline)]
pub use phoenix_trace_runtime::*;

#[doc(hidden)]
pub use phoenix_trace_runtime::private as __private;
