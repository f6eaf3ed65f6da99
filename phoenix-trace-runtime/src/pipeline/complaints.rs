//! What a worker has to say: at most a line a minute of each kind, in an outage of an hour as in one of a second.

use std::sync::Arc;

use crate::diag::{self, OncePerMinute};
use crate::printable::escape;

#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// Where it exports to, when there is more than one exporter: "over OTLP/gRPC to http://collector:4317".
    whereto: String,
    failures: Arc<OncePerMinute>,
    refusals: OncePerMinute,
    warnings: OncePerMinute,
    /// The last word was that it fails.
    failing: bool,
}

impl Complaints {
    pub(super) fn new(whereto: Option<&str>, failures: Arc<OncePerMinute>) -> Self {
        Self {
            failures,
            whereto: whereto.map_or_else(String::new, |whereto| format!(" {whereto}")),
            ..Self::default()
        }
    }

    /// It may be that nobody is there.
    pub(super) fn failed(&mut self, why: &str, next: &str) {
        let text = self.outage(why, next);
        self.failing |= self.failures.line(format_args!("{text}"));
    }

    fn outage(&self, why: &str, next: &str) -> String {
        format!(
            "{}. Is the collector running, and is OTEL_EXPORTER_OTLP_ENDPOINT right?",
            self.failure(why, next)
        )
    }

    /// Somebody answers, and takes nothing: `why` has the remedy, such as the variable that the credentials are in.
    pub(super) fn hopeless(&mut self, why: &str) {
        let text = self.failure(why, "these spans are lost");
        self.failing |= self.failures.line(format_args!("{text}"));
    }

    fn failure(&self, why: &str, next: &str) -> String {
        format!(
            "traces cannot be exported{} ({}); {next}; requests are not affected",
            self.whereto,
            one_line(why),
        )
    }

    pub(super) fn cannot_start(&self, why: &str) {
        let why = one_line(why);
        diag::line(format_args!(
            "no traces are exported{}: {why}",
            self.whereto
        ));
    }

    pub(super) fn refused(&self, spans: usize, why: &str) {
        let why = one_line(why);
        self.refusals.line(format_args!(
            "the receiver refused {spans} span(s) for good{}: {}",
            self.aside(),
            if why.is_empty() {
                "it does not say why"
            } else {
                &why
            },
        ));
    }

    pub(super) fn warned(&self, message: &str) {
        self.warnings.line(format_args!(
            "the receiver took the traces with a warning{}: {}",
            self.aside(),
            one_line(message),
        ));
    }

    pub(super) fn taken(&mut self) {
        if std::mem::take(&mut self.failing) {
            diag::line(format_args!(
                "the collector takes traces again{}",
                self.aside()
            ));
        }
    }

    /// Where it exports to, in brackets.
    fn aside(&self) -> String {
        match self.whereto.trim_start() {
            "" => String::new(),
            whereto => format!(" ({whereto})"),
        }
    }
}

/// What a receiver says, as a part of a line: without line breaks and what turns the reading direction, and bounded.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 500;
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.trim().chars().take(LONGEST).map(printable).collect();
    escape(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_receiver_says_stays_within_one_line() {
        assert_eq!(
            one_line("no\nforged: line\u{1b}[31m "),
            "no forged: line [31m"
        );
        assert_eq!(one_line("no\u{202e}\u{2066}"), "no\\u{202e}\\u{2066}");
        assert_eq!(one_line(&"x".repeat(100_000)).len(), 500);
    }

    #[test]
    fn only_where_nobody_may_be_there_it_is_asked_whether_somebody_is() {
        let complaints = Complaints::new(Some("over OTLP/gRPC"), Arc::default());
        assert_eq!(
            complaints.outage("connection refused", "it is tried again"),
            "traces cannot be exported over OTLP/gRPC (connection refused); it is tried again; requests are not affected. \
             Is the collector running, and is OTEL_EXPORTER_OTLP_ENDPOINT right?"
        );
        assert_eq!(
            complaints.failure(
                "answered 401: OTEL_EXPORTER_OTLP_HEADERS?",
                "these spans are lost"
            ),
            "traces cannot be exported over OTLP/gRPC (answered 401: OTEL_EXPORTER_OTLP_HEADERS?); these spans are lost; \
             requests are not affected"
        );
    }

    #[test]
    fn an_outage_is_told_once_a_minute_and_its_end_once() {
        let mut complaints = Complaints::new(None, Arc::default());
        complaints.failed("connection refused", "it is tried again");
        assert!(complaints.failing);
        complaints.taken();
        // Nobody heard of the second failure, so nobody waits to hear of its end.
        complaints.failed("connection refused", "it is tried again");
        assert!(!complaints.failing);
    }
}
