//! What a worker has to say: at most a line a minute of each kind, in an outage of an hour as in one of a second.

use crate::diag::{self, OncePerMinute};

#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// Where it exports to, when there is more than one exporter: "over OTLP/gRPC to http://collector:4317".
    whereto: String,
    failures: OncePerMinute,
    refusals: OncePerMinute,
    warnings: OncePerMinute,
    /// The last word was that it fails.
    failing: bool,
}

impl Complaints {
    pub(super) fn new(whereto: Option<&str>) -> Self {
        Self {
            whereto: whereto.map_or_else(String::new, |whereto| format!(" {whereto}")),
            ..Self::default()
        }
    }

    pub(super) fn failed(&mut self, why: &str, next: &str) {
        self.failing |= self.failures.line(format_args!(
            "traces cannot be exported{} ({why}); {next}; requests are not affected. \
             Is the collector running, and is OTEL_EXPORTER_OTLP_ENDPOINT right?",
            self.whereto
        ));
    }

    pub(super) fn cannot_start(&self, why: &str) {
        diag::line(format_args!(
            "no traces are exported{}: {why}",
            self.whereto
        ));
    }

    pub(super) fn refused(&self, spans: usize, why: &str) {
        self.refusals.line(format_args!(
            "the receiver refused {spans} span(s) for good{}: {why}",
            self.whereto
        ));
    }

    pub(super) fn warned(&self, message: &str) {
        self.warnings.line(format_args!(
            "the receiver took the traces with a warning{}: {message}",
            self.whereto
        ));
    }

    pub(super) fn taken(&mut self) {
        if std::mem::take(&mut self.failing) {
            diag::line(format_args!(
                "the collector takes traces again{}",
                self.whereto
            ));
        }
    }
}
