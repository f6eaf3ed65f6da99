//! Spans of other libraries, between those that are annotated.

mod alone;
#[cfg(feature = "tracing")]
mod bridge;
mod carried;
mod misuse;
mod parents;
mod table;
mod testing;

use opentelemetry::trace::TracerProvider as _;
use phoenix_trace_runtime::interop::{Tracer, TracerProvider};

pub(crate) fn tracer() -> Tracer {
    TracerProvider::new().tracer("library")
}
