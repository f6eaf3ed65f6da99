//! Support for the tests of services: capture of spans, questions about them, and an OTLP receiver in the process.

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
