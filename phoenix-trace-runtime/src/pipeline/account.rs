//! The account of every span that ended: where it went. Sharded, so that threads that count do not meet.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;

#[cfg(feature = "logs")]
use crate::logs::LogStats;
use crate::sampling::SamplingStats;

pub(crate) const SHARDS: usize = 16;

/// Why a span that was to be kept was given up, before it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropReason {
    /// Its segment had as many spans as a segment may have.
    SegmentFull,
    /// The queue to the exporter was full, or it had to go for a failure.
    QueueFull,
    /// It ended after shutdown, or had not been sent when the deadline of shutdown passed.
    AlreadyShutdown,
    /// It started or ended while its thread did, which by then could not record any more.
    ThreadEnded,
    /// Too many segments were open, or held too many bytes: it had ended well, or would have been a local root.
    TooMuchOpen,
}

impl DropReason {
    /// All reasons, in the order of [`Stats::dropped`].
    pub const ALL: [Self; 5] = [
        Self::SegmentFull,
        Self::QueueFull,
        Self::AlreadyShutdown,
        Self::ThreadEnded,
        Self::TooMuchOpen,
    ];

    /// As in the attribute `error.type` of the self-telemetry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SegmentFull => "segment_full",
            Self::QueueFull => "queue_full",
            Self::AlreadyShutdown => "already_shutdown",
            Self::ThreadEnded => "thread_ended",
            Self::TooMuchOpen => "too_much_open",
        }
    }
}

/// Spans given up, by reason.
type Dropped = [(DropReason, u64); DropReason::ALL.len()];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    /// Spans that were to be kept, whatever became of them; of a further exporter: those it was offered.
    Offered,
    Discarded,
    Acknowledged,
    Rejected,
    Failed,
    InDoubt,
    SegmentsByHead,
    SegmentsByForce,
    SegmentsByError,
    SegmentsBySlowness,
    SegmentsByCallee,
    SegmentsDiscarded,
    SegmentsStarted,
    LateErrors,
    /// Requests whose correlation id was replaced.
    CorrelationsReplaced,
    /// Spans given up of which nothing is known.
    Unrecorded,
    Dropped(DropReason),
}

impl Count {
    const fn index(self) -> usize {
        match self {
            Self::Offered => 0,
            Self::Discarded => 1,
            Self::Acknowledged => 2,
            Self::Rejected => 3,
            Self::Failed => 4,
            Self::InDoubt => 5,
            Self::SegmentsByHead => 6,
            Self::SegmentsByError => 7,
            Self::SegmentsDiscarded => 8,
            Self::SegmentsStarted => 9,
            Self::LateErrors => 10,
            Self::SegmentsByForce => 11,
            Self::CorrelationsReplaced => 12,
            Self::SegmentsBySlowness => 13,
            Self::Unrecorded => 14,
            Self::SegmentsByCallee => 15,
            Self::Dropped(reason) => 16 + reason as usize,
        }
    }
    const NUMBER: usize = 16 + DropReason::ALL.len();
}

#[derive(Debug, Default)]
pub(crate) struct Account([CachePadded<[AtomicU64; Count::NUMBER]>; SHARDS]);

/// The number of the running thread, by which it finds its shard of what is counted.
#[inline]
pub(crate) fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static NUMBER: Cell<usize> = const { Cell::new(usize::MAX) });
    NUMBER
        .try_with(|number| {
            if number.get() == usize::MAX {
                number.set(NEXT.fetch_add(1, Ordering::Relaxed));
            }
            number.get()
        })
        .unwrap_or(0)
}

impl Account {
    #[inline]
    pub(crate) fn add(&self, count: Count, spans: usize) -> u64 {
        self.0[thread_number() % SHARDS][count.index()].fetch_add(spans as u64, Ordering::Relaxed)
    }

    fn sum(&self, count: Count) -> u64 {
        self.0
            .iter()
            .map(|shard| shard[count.index()].load(Ordering::Relaxed))
            .sum()
    }

    /// Segments that are not decided yet.
    pub(crate) fn open_segments(&self) -> u64 {
        let decided = [
            Count::SegmentsByHead,
            Count::SegmentsByForce,
            Count::SegmentsByError,
            Count::SegmentsBySlowness,
            Count::SegmentsByCallee,
            Count::SegmentsDiscarded,
        ];
        // Read first: a segment that is decided meanwhile may be missing, none is counted that does not exist.
        let decided: u64 = decided.into_iter().map(|count| self.sum(count)).sum();
        self.sum(Count::SegmentsStarted).saturating_sub(decided)
    }

    fn dropped(&self) -> Dropped {
        DropReason::ALL.map(|reason| (reason, self.sum(Count::Dropped(reason))))
    }

    pub(crate) fn stats(&self, queued: usize, also: Vec<ExporterStats>) -> Stats {
        Stats {
            ended: self.sum(Count::Offered) + self.sum(Count::Discarded),
            discarded: self.sum(Count::Discarded),
            dropped: self.dropped(),
            acknowledged: self.sum(Count::Acknowledged),
            rejected: self.sum(Count::Rejected),
            failed: self.sum(Count::Failed),
            in_doubt: self.sum(Count::InDoubt),
            queued: queued as u64,
            open: 0,
            segments_open: self.open_segments(),
            segments_kept_by_head: self.sum(Count::SegmentsByHead),
            segments_kept_by_force: self.sum(Count::SegmentsByForce),
            segments_kept_by_error: self.sum(Count::SegmentsByError),
            segments_kept_by_slowness: self.sum(Count::SegmentsBySlowness),
            segments_kept_by_callee: self.sum(Count::SegmentsByCallee),
            segments_discarded: self.sum(Count::SegmentsDiscarded),
            late_errors: self.sum(Count::LateErrors),
            unrecorded: self.sum(Count::Unrecorded),
            correlations_replaced: self.sum(Count::CorrelationsReplaced),
            #[cfg(feature = "logs")]
            logs: LogStats::default(),
            sampling: SamplingStats::default(),
            also,
        }
    }

    /// The account of a further exporter.
    pub(crate) fn exporter_stats(&self, exporter: &str, queued: usize) -> ExporterStats {
        ExporterStats {
            exporter: exporter.to_owned(),
            offered: self.sum(Count::Offered),
            dropped: self.dropped(),
            acknowledged: self.sum(Count::Acknowledged),
            rejected: self.sum(Count::Rejected),
            failed: self.sum(Count::Failed),
            in_doubt: self.sum(Count::InDoubt),
            queued: queued as u64,
        }
    }
}

/// The account: what became of every span of a decided segment. All numbers count spans unless they say segments.
///
/// At every quiet moment `ended = discarded + Σ dropped + acknowledged + rejected + failed + in_doubt`; while spans are
/// on their way, `queued` makes up the rest. What has ended in segments that are open is not part of it: that is `open`. Where
/// there are several exporters, this is the law for the first one, and [`also`](Self::also) tells of the others.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Spans of segments that were decided, and spans that a segment had no room for.
    pub ended: u64,
    /// Spans of segments that the sampling decision dropped: what is meant to happen to them.
    pub discarded: u64,
    /// Spans given up, by reason, in the order of [`DropReason::ALL`].
    pub dropped: [(DropReason, u64); DropReason::ALL.len()],
    /// Spans that a receiver took.
    pub acknowledged: u64,
    /// Spans that a receiver refused: in the answer to a batch that it took, or one by one.
    pub rejected: u64,
    /// Spans whose export failed for good: it was tried for a minute, or nothing was to be gained by trying again.
    pub failed: u64,
    /// Spans sent without an answer: they may have arrived.
    pub in_doubt: u64,
    /// Spans decided to be kept that are not sent yet.
    pub queued: u64,
    /// Spans that have ended and are not decided, since their segment is open: they are in `ended` once it is decided, and
    /// until then beside the law.
    pub open: u64,
    /// Segments that are not decided yet: a span in them is open.
    pub segments_open: u64,
    /// Segments that the head decision kept.
    pub segments_kept_by_head: u64,
    /// Segments kept because somebody with the right to do so asked for their trace.
    pub segments_kept_by_force: u64,
    /// Segments kept because something in them failed, whatever the head decision was.
    pub segments_kept_by_error: u64,
    /// Segments kept because their local root took longer than it may, and for nothing else.
    pub segments_kept_by_slowness: u64,
    /// Segments kept because a service that was called keeps its part, and for nothing else.
    pub segments_kept_by_callee: u64,
    /// Segments dropped.
    pub segments_discarded: u64,
    /// Failures that came too late: their segment, which would have been kept for them, had been dropped. Work that has no
    /// span of its own counts as one, and so does a span that its segment had no room for and that fails in another task after that
    /// was decided. Their spans are counted as discarded.
    pub late_errors: u64,
    /// Of the spans given up, those of which nothing is known, their durations neither: there was no room for them even while
    /// they were open. All others that ended are in the metrics of requests and operations.
    pub unrecorded: u64,
    /// Requests and messages that came with a correlation id that was not valid, or with several: they got another one.
    pub correlations_replaced: u64,
    /// What became of what was logged.
    #[cfg(feature = "logs")]
    pub logs: LogStats,
    /// The sampling rules in force.
    pub sampling: SamplingStats,
    /// What became of the kept spans at each exporter but the first.
    pub also: Vec<ExporterStats>,
}

impl Default for Stats {
    fn default() -> Self {
        Account::default().stats(0, Vec::new())
    }
}

impl Stats {
    /// Spans that were decided to be kept, whether they arrived or not.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.ended.saturating_sub(self.discarded)
    }

    /// Spans given up for any reason.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        total(&self.dropped)
    }

    /// Does the law hold: is every span that ended accounted for, at every further exporter each one that it was offered, and
    /// every log record?
    #[must_use]
    pub fn balances(&self) -> bool {
        let accounted = self.discarded
            + self.dropped_total()
            + self.acknowledged
            + self.rejected
            + self.failed
            + self.in_doubt
            + self.queued;
        #[cfg(feature = "logs")]
        if !self.logs.balances() {
            return false;
        }
        self.ended == accounted && self.also.iter().all(ExporterStats::balances)
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "spans: {} ended = {} discarded",
            self.ended, self.discarded
        )?;
        write_dropped(f, &self.dropped)?;
        write!(
            f,
            " + {} acknowledged + {} rejected + {} failed + {} in doubt; {} queued; {} open; \
             segments: {} open, {} kept by head, {} by force, {} by error, {} for slowness, {} by callee, {} discarded; \
             {} late errors; {} correlation ids replaced",
            self.acknowledged,
            self.rejected,
            self.failed,
            self.in_doubt,
            self.queued,
            self.open,
            self.segments_open,
            self.segments_kept_by_head,
            self.segments_kept_by_force,
            self.segments_kept_by_error,
            self.segments_kept_by_slowness,
            self.segments_kept_by_callee,
            self.segments_discarded,
            self.late_errors,
            self.correlations_replaced,
        )?;
        #[cfg(feature = "logs")]
        if self.logs.logged > 0 {
            write!(f, "; {}", self.logs)?;
        }
        self.also
            .iter()
            .try_for_each(|exporter| write!(f, "; {exporter}"))
    }
}

/// What became of the kept spans at one exporter. All numbers count spans.
///
/// At every quiet moment `offered = Σ dropped + acknowledged + rejected + failed + in_doubt`; while spans are on their
/// way, `queued` makes up the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExporterStats {
    /// Where it exports to, as in "traces go to this console".
    pub exporter: String,
    /// Spans of segments that were decided to be kept.
    pub offered: u64,
    /// Spans given up, by reason, in the order of [`DropReason::ALL`].
    pub dropped: [(DropReason, u64); DropReason::ALL.len()],
    /// Spans that the receiver took.
    pub acknowledged: u64,
    /// Spans that the receiver refused.
    pub rejected: u64,
    /// Spans whose export failed for good.
    pub failed: u64,
    /// Spans sent without an answer: they may have arrived.
    pub in_doubt: u64,
    /// Spans that are not sent yet.
    pub queued: u64,
}

impl ExporterStats {
    /// Is every span accounted for that it was offered?
    #[must_use]
    pub fn balances(&self) -> bool {
        let accounted = total(&self.dropped)
            + self.acknowledged
            + self.rejected
            + self.failed
            + self.in_doubt
            + self.queued;
        self.offered == accounted
    }
}

impl fmt::Display for ExporterStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} offered = ", self.exporter, self.offered)?;
        write!(f, "{} acknowledged", self.acknowledged)?;
        write_dropped(f, &self.dropped)?;
        write!(
            f,
            " + {} rejected + {} failed + {} in doubt; {} queued",
            self.rejected, self.failed, self.in_doubt, self.queued,
        )
    }
}

fn total(dropped: &Dropped) -> u64 {
    dropped.iter().map(|(_, spans)| spans).sum()
}

fn write_dropped(f: &mut fmt::Formatter<'_>, dropped: &Dropped) -> fmt::Result {
    dropped
        .iter()
        .try_for_each(|(reason, spans)| write!(f, " + {spans} dropped ({})", reason.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_balances_when_every_span_is_in_it_once() {
        let dropped = DropReason::ALL.map(Count::Dropped);
        let others = [
            Count::Acknowledged,
            Count::Rejected,
            Count::Failed,
            Count::InDoubt,
        ];
        for count in dropped.into_iter().chain(others) {
            let account = Account::default();
            let balances = |queued, queued_there| {
                let also = vec![account.exporter_stats("another", queued_there)];
                account.stats(queued, also).balances()
            };
            account.add(Count::Offered, 3);
            account.add(Count::Discarded, 1);
            account.add(count, 1);
            assert!(!balances(1, 1), "{count:?}: one is missing");
            account.add(count, 1);
            assert!(balances(1, 1), "{count:?}");
            assert!(!balances(0, 1) && !balances(1, 0), "{count:?}");
            account.add(count, 1);
            assert!(!balances(1, 1), "{count:?}: one is there twice");
            assert!(balances(0, 0), "{count:?}");
        }
    }
}
