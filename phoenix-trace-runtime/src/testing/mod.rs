//! Support for the tests of services: capture of spans, questions about them, and an OTLP receiver in the process.
//!
//! Nothing is set up for the process, and nothing waits for a while: each test has a [`Capture`] of its own, apart from tests
//! that run at the same time, and asking it waits until what has ended is there.
//!
//! | to capture | |
//! |---|---|
//! | a test, with all tasks and threads of its runtime | `#[phoenix_test] async fn it_is_traced(capture: &Capture)` |
//! | a closure, what it carries elsewhere included | [`Capture::run`], [`Capture::enter`] |
//! | a future, on whatever threads it is polled | [`Capture::future`]; what it starts with `tokio::spawn`, as servers do, is not: see `#[phoenix_test]` |
//!
//! | to ask | |
//! |---|---|
//! | for the whole tree, to compare it | [`Capture::tree`], [`Spans::assert_tree`]; [`Spans::showing`] more attributes |
//! | for spans by name, kind, attribute, failure, place | [`Capture::query`]: [`Spans`] |
//! | who called whom, in one trace | [`Spans::assert_called`], [`Spans::assert_sent_by`] |
//! | for keys that nobody declared, names with ids in them | [`Capture::assert_clean`], [`Capture::lint`] |
//! | for ids and times that are the same in each run | [`Capture::seed_ids`], [`Capture::clock`]; shown so only: [`Capture::stable`] |
//! | for what was logged, and what became of spans | [`Capture::logs`], [`Capture::stats`] |
//! | for what an exporter sends, and how it bears a collector that fails | [`OtlpReceiver`], [`Fault`] |
//!
//! A service with the layers that it has in production, without a port:
//!
//! ```
//! # #[cfg(feature = "axum")] {
//! use axum::{Router, body::Body, extract::Path, routing::get};
//! use phoenix_trace::testing::Capture;
//! use phoenix_trace::{HttpServerLayer, traced_operation};
//! use tower::ServiceExt as _;
//!
//! #[traced_operation(name = "load order")]
//! async fn load(id: u64) -> String {
//!     format!("order {id}")
//! }
//!
//! fn shop() -> Router {
//!     let order = |Path(id): Path<u64>| load(id);
//!     Router::new().route("/orders/{id}", get(order)).layer(HttpServerLayer::new())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let capture = Capture::new();
//! let request = http::Request::get("/orders/7").body(Body::empty()).unwrap();
//! let response = capture.future(shop().oneshot(request)).await.unwrap();
//! // The span of a request ends with the response's body, which nobody reads here.
//! drop(response);
//! capture.query().assert_below("load order", "GET /orders/{id}");
//! capture.assert_clean();
//! # }
//! # main();
//! # }
//! ```

mod capture;
mod clock;
mod lint;
mod memory;
mod receiver;
pub(crate) mod run;
mod spans;
mod stable;

pub use capture::{Capture, CaptureGuard};
pub use clock::Clock;
pub use lint::Finding;
pub use receiver::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, Fault,
    LogsTimeout, MetricValue, MetricsTimeout, OtlpReceiver, Protocol, ReceivedExemplar,
    ReceivedLink, ReceivedLog, ReceivedLogs, ReceivedMetrics, ReceivedPoint, ReceivedRequest,
    ReceivedSpan, WaitTimeout,
};
pub use spans::Spans;
