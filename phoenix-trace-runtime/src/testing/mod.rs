//! Support for the tests of services: capture of spans, and an OTLP receiver in the process.

mod capture;
mod receiver;
pub(crate) mod run;

pub use capture::{Capture, CaptureGuard};
pub use receiver::{
    ExportTraceServiceRequest, Fault, MetricValue, MetricsTimeout, OtlpReceiver, Protocol,
    ReceivedExemplar, ReceivedLink, ReceivedMetrics, ReceivedPoint, ReceivedRequest, ReceivedSpan,
    WaitTimeout,
};
