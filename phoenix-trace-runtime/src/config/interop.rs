//! Where the OpenTelemetry context is attached.

use super::Config;
use super::vars::Vars;
use crate::interop::OtelContext;

impl Vars<'_> {
    pub(super) fn otel_context(&mut self) -> OtelContext {
        self.parsed(
            "PHOENIX_TRACE_OTEL_CONTEXT",
            "local_root, every_span or off",
            "local_root",
        )
        .unwrap_or_default()
    }
}

impl Config {
    /// Where the context of the OpenTelemetry API is attached. Default: `PHOENIX_TRACE_OTEL_CONTEXT` when set (`local_root`,
    /// `every_span` or `off`), else at local roots.
    #[must_use]
    pub fn otel_context(self, contexts: OtelContext) -> Self {
        Self {
            otel_context: contexts,
            ..self
        }
    }
}
