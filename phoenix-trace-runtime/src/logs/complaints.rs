//! What the export of logs has to say: little, since a service that cannot export logs mostly says so of its traces.

use std::sync::Arc;

use crate::diag::{self, OncePerMinute};

#[derive(Debug)]
pub(super) struct Complaints {
    /// Shared with the export of traces: an outage is told of once a minute, whoever meets it.
    outage: Arc<OncePerMinute>,
    refusals: OncePerMinute,
    failing: bool,
    /// It was said that the receiver takes no logs.
    hopeless: bool,
}

impl Complaints {
    pub(super) fn new(outage: Arc<OncePerMinute>) -> Self {
        Self {
            outage,
            refusals: OncePerMinute::default(),
            failing: false,
            hopeless: false,
        }
    }

    pub(super) fn cannot_start(&self, why: &str) {
        diag::line(format_args!("no logs are exported: {why}"));
    }

    /// It is said once, until they are taken again.
    pub(super) fn failed(&mut self, why: &str, what_now: &str) {
        if !self.failing && !self.hopeless {
            self.failing = self.outage.line(format_args!(
                "logs cannot be exported ({why}); {what_now}; requests are not affected"
            ));
        }
    }

    /// The receiver will never take logs. It is said once.
    pub(super) fn hopeless(&mut self, why: &str) {
        if !std::mem::replace(&mut self.hopeless, true) {
            diag::line(format_args!(
                "the receiver takes no logs ({why}); it is asked again every hour, and logs until then are lost there. \
                 With OTEL_LOGS_EXPORTER=none no logs are exported"
            ));
        }
    }

    pub(super) fn refused(&self, records: usize, why: &str) {
        self.refusals.line(format_args!(
            "the receiver refused {records} log record(s): {why}"
        ));
    }

    pub(super) fn taken(&mut self, message: &str) {
        if std::mem::take(&mut self.failing) | std::mem::take(&mut self.hopeless) {
            diag::line(format_args!("the collector takes logs"));
        }
        if !message.is_empty() {
            self.refusals
                .line(format_args!("the receiver says of the logs: {message}"));
        }
    }
}
