//! Support for the tests of services: an OTLP receiver in the process.

mod receiver;

pub use receiver::{
    ExportTraceServiceRequest, Fault, OtlpReceiver, Protocol, ReceivedLink, ReceivedRequest,
    ReceivedSpan, WaitTimeout,
};
