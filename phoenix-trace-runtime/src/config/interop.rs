//! What other libraries see of telemetry: OpenTelemetry's context, and the subscriber of `tracing`.

use super::Config;
#[cfg(feature = "tracing")]
use super::SPANS;
use super::vars::Vars;
use crate::interop::OtelContext;
#[cfg(feature = "tracing")]
use crate::interop::TracingBridge;

/// What it is called where the whole configuration is shown.
pub(super) const SETTING: &str = "distribution.phoenix_trace.otel_context";
/// The same of the spans of `tracing` that are recorded.
#[cfg(feature = "tracing")]
pub(super) const TRACING: &str = "tracing";
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
        self.origins.code(TRACING);
        self
    }

    /// Installs no `tracing` subscriber and no logger of `log`: for a program that installs its own after telemetry was
    /// started, with [`layer`](crate::layer) in it, and [`tracing_bridge`](crate::tracing_bridge) if spans of `tracing` are to be
    /// recorded. One that is installed before stays anyway. The same is `#[phoenix_main(subscriber = "manual")]`.
    #[cfg(any(feature = "logs", feature = "tracing"))]
    #[must_use]
    pub fn no_subscriber(mut self) -> Self {
        self.subscriber = false;
        self
    }

    /// The bridge of the subscriber to be installed; `None`: none is to be, or without one.
    #[cfg(feature = "tracing")]
    pub(crate) fn subscriber_bridge(&self) -> Option<TracingBridge> {
        self.bridge.clone().filter(|_| self.subscriber)
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
