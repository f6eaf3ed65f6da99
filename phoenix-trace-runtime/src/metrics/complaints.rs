//! What the export of metrics has to say: little, since a service that cannot export metrics mostly says so of its traces.

use std::sync::Arc;

use crate::diag::{self, OncePerMinute};

#[derive(Debug)]
pub(super) struct Complaints {
    /// Shared with the export of traces: an outage is told of once a minute, whoever meets it.
    outage: Arc<OncePerMinute>,
    #[cfg(feature = "otlp")]
    warnings: OncePerMinute,
    /// What becomes of what does not arrive.
    what_is_lost: &'static str,
    /// The last word was that it fails.
    failing: bool,
    /// It was said that the receiver takes no metrics.
    hopeless: bool,
}

impl Complaints {
    /// `delta`: the SDK's meters tell each number once.
    pub(super) fn new(outage: Arc<OncePerMinute>, delta: bool) -> Self {
        Self {
            outage,
            what_is_lost: if delta {
                "the next ones make up for what is lost of requests and operations, and not for the program's own meters"
            } else {
                "the next ones make up for them"
            },
            #[cfg(feature = "otlp")]
            warnings: OncePerMinute::default(),
            failing: false,
            hopeless: false,
        }
    }

    /// `way`: where they were to go.
    pub(super) fn cannot_start(&self, way: &str, why: &str) {
        diag::line(format_args!("no metrics go {way}: {why}"));
    }

    /// It is said once, until they are taken again.
    pub(super) fn failed(&mut self, why: &str) {
        if !self.failing && !self.hopeless {
            self.failing = self.outage.line(format_args!(
                "metrics cannot be exported ({why}); {}; requests are not affected",
                self.what_is_lost
            ));
        }
    }

    /// The receiver will never take metrics. It is said once.
    #[cfg(feature = "otlp")]
    pub(super) fn hopeless(&mut self, why: &str) {
        if !std::mem::replace(&mut self.hopeless, true) {
            diag::line(format_args!(
                "the receiver takes no metrics ({why}); it is asked again every hour. With OTEL_METRICS_EXPORTER=none \
                 no metrics are exported"
            ));
        }
    }

    #[cfg(feature = "otlp")]
    pub(super) fn taken(&mut self, rejected: usize, message: &str) {
        if std::mem::take(&mut self.failing) | std::mem::take(&mut self.hopeless) {
            diag::line(format_args!("the collector takes metrics"));
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

#[cfg(all(test, feature = "otlp"))]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_said_once_and_so_is_that_there_is_no_hope() {
        let mut complaints = Complaints::new(Arc::default(), false);
        complaints.failed("connection refused");
        assert!(complaints.failing);
        complaints.hopeless("404");
        assert!(complaints.hopeless);
        complaints.taken(0, "");
        assert!(!complaints.failing && !complaints.hopeless);
        // The export of traces has said so a moment ago, so nobody waits to hear of its end.
        complaints.failed("connection refused");
        assert!(!complaints.failing);
    }
}
