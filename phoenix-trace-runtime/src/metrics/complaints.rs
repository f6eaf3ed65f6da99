//! What the export of metrics has to say: little, since a service that cannot export metrics mostly says so of its traces.

use std::sync::Arc;

use crate::diag::{self, OncePerMinute};

#[derive(Debug)]
pub(super) struct Complaints {
    /// Shared with the export of traces: an outage is told of once a minute, whoever meets it.
    outage: Arc<OncePerMinute>,
    warnings: OncePerMinute,
    /// The last word was that it fails.
    failing: bool,
}

impl Complaints {
    pub(super) fn new(outage: Arc<OncePerMinute>) -> Self {
        Self {
            outage,
            warnings: OncePerMinute::default(),
            failing: false,
        }
    }

    pub(super) fn cannot_start(&self, why: &str) {
        diag::line(format_args!("no metrics are exported: {why}"));
    }

    /// It is said once, until they are taken again.
    pub(super) fn failed(&mut self, why: &str) {
        if !self.failing {
            self.failing = self.outage.line(format_args!(
                "metrics cannot be exported ({why}); the next ones make up for them; requests are not affected"
            ));
        }
    }

    /// The receiver will never take metrics. It is said once.
    pub(super) fn hopeless(&mut self, why: &str) {
        if !std::mem::replace(&mut self.failing, true) {
            diag::line(format_args!(
                "the receiver takes no metrics ({why}); it is asked again every hour. With OTEL_METRICS_EXPORTER=none \
                 no metrics are exported"
            ));
        }
    }

    pub(super) fn taken(&mut self, rejected: usize, message: &str) {
        if std::mem::take(&mut self.failing) {
            diag::line(format_args!("the collector takes metrics again"));
        }
        if rejected > 0 || !message.is_empty() {
            self.warnings.line(format_args!(
                "the receiver took the metrics but for {rejected} point(s): {message}"
            ));
        }
    }

    pub(super) fn cannot_collect(&self, why: &str) {
        diag::line(format_args!("no metrics are exported any more: {why}"));
    }
}
