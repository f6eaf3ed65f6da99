//! Where the OpenTelemetry context is attached.

use super::Config;
use super::vars::Vars;
use crate::interop::OtelContext;
#[cfg(feature = "tracing")]
use crate::interop::{SPANS, TracingBridge};

/// What it is called where the whole configuration is shown.
pub(super) const SETTING: &str = "distribution.phoenix_trace.otel_context";
pub(super) const VARIABLE: &str = "PHOENIX_TRACE_OTEL_CONTEXT";

impl Vars<'_> {
    pub(super) fn otel_context(&mut self) -> OtelContext {
        self.parsed(VARIABLE, "auto, local_root, every_span or off", "auto")
            .unwrap_or_default()
    }
}

#[cfg(feature = "tracing")]
impl Vars<'_> {
    pub(super) fn bridge(&mut self) -> Option<TracingBridge> {
        let filter = self.first(&[SPANS])?;
        let bridge = TracingBridge::new();
        match bridge.clone().spans(&filter) {
            Ok(bridge) => Some(bridge),
            Err(_) => {
                let expected = "levels by target, such as info,sqlx=debug, or off";
                self.problem(SPANS, &filter, expected, "info");
                Some(bridge)
            }
        }
    }
}

impl Config {
    /// Records spans of `tracing`, where the program has no subscriber of its own: one with this bridge is installed. Default:
    /// with the filter of `PHOENIX_TRACE_TRACING_SPANS` when that is set, else none. A program with a subscriber adds
    /// [`tracing_bridge`](crate::tracing_bridge) to it.
    #[cfg(feature = "tracing")]
    #[must_use]
    pub fn tracing(mut self, bridge: TracingBridge) -> Self {
        self.bridge = Some(bridge);
        self
    }

    /// Where the context of the OpenTelemetry API is attached. Default: `PHOENIX_TRACE_OTEL_CONTEXT` when set (`auto`,
    /// `local_root`, `every_span` or `off`), else [`OtelContext::Auto`].
    #[must_use]
    pub fn otel_context(mut self, contexts: OtelContext) -> Self {
        self.otel_context = contexts;
        self.origins.code(SETTING);
        self
    }
}
