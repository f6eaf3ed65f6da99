//! The runtime of phoenix-trace. Services depend on the facade, `phoenix-trace`, which re-exports what is public here.

pub mod key;
#[rustfmt::skip]
pub mod keys;
pub mod outcome;
pub mod returned;
pub mod value;

mod hash;
mod operation;
mod panics;
mod record;
mod sensitive;

pub mod sampling;

pub mod propagation;

mod correlation;
mod remote;

mod boundary;
pub mod http;

#[cfg(feature = "grpc")]
pub mod grpc;
#[cfg(any(feature = "grpc", feature = "otlp"))]
mod grpc_code;

pub mod db;

pub mod interop;

mod diag;
#[cfg(feature = "logs")]
mod logs;
#[cfg(not(feature = "logs"))]
#[path = "logs/absent.rs"]
mod logs;
mod pipeline;
mod printable;
pub mod waterfall;

#[cfg(feature = "metrics")]
pub mod metrics;

mod bootstrap;
mod check;
mod config;
mod main_scope;
mod signals;

#[cfg(feature = "testing")]
pub mod testing;

#[doc(hidden)]
pub mod private;

pub use bootstrap::{Error, FLUSH_DEADLINE, Telemetry, exit, flush, init, init_tracer, stats};
pub use boundary::{Edge, ForcedTracing, Hosts};
pub use check::{Check, CheckStep, CheckedExporter, Outcome, Step, check, check_async};
pub use config::{
    Compression, Config, MetricTemporality, Otlp, Problem, Protocol, ResourceDetector, Shutdown,
};
pub use correlation::{
    WithCorrelationId, current_correlation_id, extract_correlation_id_from_request,
    generate_correlation_id, inject_correlation_id_to_request, set_correlation_id,
    with_correlation_id, with_correlation_id_async,
};
#[cfg(feature = "grpc")]
pub use grpc::{GrpcClientLayer, GrpcServerLayer, TracingClientInterceptor, TracingInterceptor};
#[cfg(feature = "axum")]
pub use http::trace_request;
pub use http::{
    HttpCall, HttpClientLayer, HttpServerLayer, ResendCounter, UrlTemplate, set_http_route,
    trace_http_client, trace_http_response,
};
pub use interop::OtelContext;
#[cfg(feature = "tracing")]
pub use interop::{FilterError, TracingBridge, tracing_bridge};
#[cfg(feature = "logs")]
pub use logs::{
    LineStats, LogExportStats, LogFormat, LogRecord, LogStats, Logger, LoggerProvider,
    LogsOfDropped, layer, logger_provider,
};
pub use operation::{
    OperationAttributes, OperationOutput, TraceErr, with_traced_operation,
    with_traced_operation_async,
};
pub use outcome::ErrorType;
pub use pipeline::{DropReason, ExporterStats, Stats};
pub use propagation::{CorrelationId, CorrelationSource, Propagator, RemoteContext};
pub use record::carry::{
    InCurrentSpan, SpanHandle, carry, current_span, spawn, spawn_blocking, spawn_thread,
};
pub use record::current::add_link;
pub use record::join_set::SpawnInCurrentSpan;
pub use record::message::Carried;
pub use record::place::{SpanRef, SpanRefs};
pub use record::run::InSpan;
pub use record::site::SpanKind;
pub use remote::{extract, inject};
pub use sensitive::Sensitive;
pub use signals::shutdown_signal;
