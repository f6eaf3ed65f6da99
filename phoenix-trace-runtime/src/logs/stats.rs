//! The account of log records: what became of each one.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of the log records of a process. All numbers count records, each of which is one line.
///
/// At every quiet moment `logged = discarded + no_room + held` and what was passed on to standard output, and the same to the
/// collector: for each of them, where it is used, [`LineStats::total`] and [`LogExportStats::total`] are that rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogStats {
    /// Records that were logged: those that the level lets through.
    pub logged: u64,
    /// Records of dropped traces, given up because the configuration says so
    /// ([`Config::logs_of_dropped`](crate::Config::logs_of_dropped)).
    pub discarded: u64,
    /// Records that should have waited for the decision on their trace, for which there was no room.
    pub no_room: u64,
    /// Records that wait for the decision on their trace.
    pub held: u64,
    /// What became of them on standard output; `None`: there are no lines.
    pub lines: Option<LineStats>,
    /// What became of them over OTLP; `None`: they are not exported.
    pub export: Option<LogExportStats>,
}

/// What became of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LineStats {
    /// Lines that were written.
    pub written: u64,
    /// Lines given up since too many waited: nobody read standard output in time.
    pub queue_full: u64,
    /// Lines that were not written by the deadline of shutdown; and what came later, if standard output held that up, or lines
    /// went to a [writer](crate::Config::log_writer) of the program's. To standard output later lines are written at once.
    pub already_shutdown: u64,
    /// Lines that could not be written: standard output is closed.
    pub failed: u64,
    /// Lines that wait.
    pub queued: u64,
}

/// What became of log records that were to be exported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogExportStats {
    /// Records that the receiver took.
    pub acknowledged: u64,
    /// Records that the receiver refused.
    pub rejected: u64,
    /// Records whose export failed for good.
    pub failed: u64,
    /// Records sent without an answer: they may have arrived.
    pub in_doubt: u64,
    /// Records given up since too many waited.
    pub queue_full: u64,
    /// Records that came after shutdown, or were not sent by its deadline.
    pub already_shutdown: u64,
    /// Records that are not sent yet, those being sent among them.
    pub queued: u64,
}

impl LineStats {
    /// All lines, whatever became of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.written + self.queue_full + self.already_shutdown + self.failed + self.queued
    }
}

impl LogExportStats {
    /// All records, whatever became of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.acknowledged
            + self.rejected
            + self.failed
            + self.in_doubt
            + self.queue_full
            + self.already_shutdown
            + self.queued
    }
}

impl LogStats {
    /// Does the law hold: is every record accounted for, on each of its ways?
    #[must_use]
    pub fn balances(&self) -> bool {
        let passed = self.discarded + self.no_room + self.held;
        let passed = self.logged.checked_sub(passed);
        let lines = self.lines.map(|lines| lines.total());
        let export = self.export.map(|export| export.total());
        let holds = |total: u64| passed == Some(total);
        lines.is_none_or(holds) && export.is_none_or(holds)
    }
}

impl fmt::Display for LogStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "logs: {} logged, {} discarded, {} without room, {} held",
            self.logged, self.discarded, self.no_room, self.held
        )?;
        if let Some(lines) = &self.lines {
            write!(
                f,
                "; lines: {} written + {} dropped (queue_full) + {} dropped (already_shutdown) + {} failed; {} queued",
                lines.written, lines.queue_full, lines.already_shutdown, lines.failed, lines.queued
            )?;
        }
        if let Some(export) = &self.export {
            write!(
                f,
                "; exported: {} acknowledged + {} rejected + {} failed + {} in doubt + {} dropped (queue_full) + {} \
                 dropped (already_shutdown); {} queued",
                export.acknowledged,
                export.rejected,
                export.failed,
                export.in_doubt,
                export.queue_full,
                export.already_shutdown,
                export.queued
            )?;
        }
        Ok(())
    }
}

/// What is counted before a record is passed on.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) logged: Counter,
    pub(super) discarded: Counter,
    pub(super) no_room: Counter,
    pub(super) held: Counter,
}

#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    pub(super) fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    pub(super) fn sub(&self, number: u64) {
        self.0.fetch_sub(number, Ordering::Relaxed);
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
