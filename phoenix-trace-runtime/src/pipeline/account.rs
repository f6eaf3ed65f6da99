//! The account of every span that ended: where it went. Sharded, so that threads that count do not meet.

use std::cell::Cell;
use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crossbeam_utils::CachePadded;

const SHARDS: usize = 16;

/// Why a span that was to be kept was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropReason {
    /// Its segment had as many spans as a segment may have.
    SegmentFull,
    /// The queue to the exporter was full.
    QueueFull,
    /// It ended after shutdown, or had not been sent when the deadline of shutdown passed.
    AlreadyShutdown,
}

impl DropReason {
    /// All reasons, in the order of [`Stats::dropped`].
    pub const ALL: [Self; 3] = [Self::SegmentFull, Self::QueueFull, Self::AlreadyShutdown];

    /// As in the attribute `error.type` of the self-telemetry.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SegmentFull => "segment_full",
            Self::QueueFull => "queue_full",
            Self::AlreadyShutdown => "already_shutdown",
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Count {
    Ended,
    Discarded,
    Dropped(DropReason),
    Acknowledged,
    Failed,
    InDoubt,
    SegmentsByHead,
    SegmentsByError,
    SegmentsDiscarded,
    SegmentsStarted,
    LateErrors,
}

impl Count {
    const fn index(self) -> usize {
        match self {
            Self::Ended => 0,
            Self::Discarded => 1,
            Self::Dropped(reason) => 2 + reason as usize,
            Self::Acknowledged => 5,
            Self::Failed => 6,
            Self::InDoubt => 7,
            Self::SegmentsByHead => 8,
            Self::SegmentsByError => 9,
            Self::SegmentsDiscarded => 10,
            Self::SegmentsStarted => 11,
            Self::LateErrors => 12,
        }
    }
    const NUMBER: usize = 13;
}

#[derive(Debug, Default)]
pub(crate) struct Account([CachePadded<[AtomicU64; Count::NUMBER]>; SHARDS]);

fn shard() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local!(static SHARD: Cell<usize> = const { Cell::new(usize::MAX) });
    SHARD
        .try_with(|shard| {
            if shard.get() == usize::MAX {
                shard.set(NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS);
            }
            shard.get()
        })
        .unwrap_or(0)
}

impl Account {
    #[inline]
    pub(crate) fn add(&self, count: Count, spans: usize) {
        self.0[shard()][count.index()].fetch_add(spans as u64, Ordering::Relaxed);
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
            Count::SegmentsByError,
            Count::SegmentsDiscarded,
        ];
        // Read first: a segment that is decided meanwhile may be missing, none is counted that does not exist.
        let decided: u64 = decided.into_iter().map(|count| self.sum(count)).sum();
        self.sum(Count::SegmentsStarted).saturating_sub(decided)
    }

    pub(crate) fn stats(&self, queued: usize) -> Stats {
        Stats {
            ended: self.sum(Count::Ended),
            discarded: self.sum(Count::Discarded),
            dropped: DropReason::ALL.map(|reason| (reason, self.sum(Count::Dropped(reason)))),
            acknowledged: self.sum(Count::Acknowledged),
            rejected: 0,
            failed: self.sum(Count::Failed),
            in_doubt: self.sum(Count::InDoubt),
            queued: queued as u64,
            segments_open: self.open_segments(),
            segments_kept_by_head: self.sum(Count::SegmentsByHead),
            segments_kept_by_error: self.sum(Count::SegmentsByError),
            segments_discarded: self.sum(Count::SegmentsDiscarded),
            late_errors: self.sum(Count::LateErrors),
        }
    }
}

/// The account: what became of every span of a decided segment. All numbers count spans unless they say segments.
///
/// At every quiet moment `ended = discarded + Σ dropped + acknowledged + rejected + failed + in_doubt`; while spans are
/// on their way, `queued` makes up the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Spans of segments that were decided, and spans that a segment had no room for.
    pub ended: u64,
    /// Spans of segments that the sampling decision dropped: what is meant to happen to them.
    pub discarded: u64,
    /// Spans given up, by reason.
    pub dropped: [(DropReason, u64); 3],
    /// Spans that a receiver took.
    pub acknowledged: u64,
    /// Spans that a receiver refused.
    pub rejected: u64,
    /// Spans whose export failed for good.
    pub failed: u64,
    /// Spans sent without an answer: they may have arrived.
    pub in_doubt: u64,
    /// Spans decided to be kept that are not sent yet.
    pub queued: u64,
    /// Segments that are not decided yet: a span in them is open.
    pub segments_open: u64,
    /// Segments that the head decision kept.
    pub segments_kept_by_head: u64,
    /// Segments kept because something in them failed, whatever the head decision was.
    pub segments_kept_by_error: u64,
    /// Segments dropped.
    pub segments_discarded: u64,
    /// Failures that came too late: their segment, which would have been kept for them, had been dropped. Work that has no
    /// span of its own counts as one. Their spans are counted as discarded.
    pub late_errors: u64,
}

impl Default for Stats {
    fn default() -> Self {
        Account::default().stats(0)
    }
}

impl Stats {
    /// Spans that were decided to be kept, whether they arrived or not.
    #[must_use]
    pub fn kept(&self) -> u64 {
        self.ended - self.discarded
    }

    /// Spans given up for any reason.
    #[must_use]
    pub fn dropped_total(&self) -> u64 {
        self.dropped.iter().map(|(_, spans)| spans).sum()
    }

    /// Does the law hold: is every span that ended accounted for?
    #[must_use]
    pub fn balances(&self) -> bool {
        let accounted = self.discarded
            + self.dropped_total()
            + self.acknowledged
            + self.rejected
            + self.failed
            + self.in_doubt
            + self.queued;
        self.ended == accounted
    }
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "spans: {} ended = {} discarded",
            self.ended, self.discarded
        )?;
        for (reason, spans) in self.dropped {
            write!(f, " + {spans} dropped ({})", reason.as_str())?;
        }
        write!(
            f,
            " + {} acknowledged + {} rejected + {} failed + {} in doubt; {} queued; \
             segments: {} open, {} kept by head, {} by error, {} discarded; {} late errors",
            self.acknowledged,
            self.rejected,
            self.failed,
            self.in_doubt,
            self.queued,
            self.segments_open,
            self.segments_kept_by_head,
            self.segments_kept_by_error,
            self.segments_discarded,
            self.late_errors,
        )
    }
}
