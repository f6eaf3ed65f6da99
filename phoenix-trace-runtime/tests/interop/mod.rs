//! Spans of other libraries, between those that are annotated.

mod alone;
#[cfg(feature = "tracing")]
mod bridge;
mod carried;
mod misuse;
mod parents;
mod random;
mod table;
mod testing;

use opentelemetry::trace::TracerProvider as _;
use phoenix_trace_runtime::interop::{Tracer, TracerProvider};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, OtelContext};

pub(crate) const MODES: [OtelContext; 4] = [
    OtelContext::Auto,
    OtelContext::LocalRoot,
    OtelContext::EverySpan,
    OtelContext::Off,
];

fn capture_in(contexts: OtelContext) -> Capture {
    capture_of(Config::default(), contexts)
}

pub(crate) fn capture_of(config: Config, contexts: OtelContext) -> Capture {
    Capture::with_config(config.service("test").otel_context(contexts))
}

/// What is the same in each mode.
fn in_each(test: impl Fn(&Capture)) {
    for contexts in MODES {
        let capture = capture_in(contexts);
        test(&capture);
        let stats = capture.stats();
        assert!(stats.balances(), "{contexts}: {stats}");
    }
}

pub(crate) fn tracer() -> Tracer {
    TracerProvider::new().tracer("library")
}
