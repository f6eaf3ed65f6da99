//! Where the OpenTelemetry context is attached.

use super::Config;
use super::vars::Vars;
use crate::interop::OtelContext;

/// What it is called where the whole configuration is shown.
pub(super) const SETTING: &str = "distribution.phoenix_trace.otel_context";
pub(super) const VARIABLE: &str = "PHOENIX_TRACE_OTEL_CONTEXT";

impl Vars<'_> {
    pub(super) fn otel_context(&mut self) -> OtelContext {
        self.parsed(VARIABLE, "local_root, every_span or off", "local_root")
            .unwrap_or_default()
    }
}

impl Config {
    /// Where the context of the OpenTelemetry API is attached. Default: `PHOENIX_TRACE_OTEL_CONTEXT` when set (`local_root`,
    /// `every_span` or `off`), else at local roots.
    #[must_use]
    pub fn otel_context(mut self, contexts: OtelContext) -> Self {
        self.otel_context = contexts;
        self.origins.code(SETTING);
        self
    }
}
