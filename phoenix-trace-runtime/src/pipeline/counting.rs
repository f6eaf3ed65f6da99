//! What becomes of strands, in the account of the pipeline.

use std::sync::atomic::Ordering;

use super::Pipeline;
use super::account::{Count, DropReason, Stats};
use super::lane::Lane;
use crate::record::context::Context;
use crate::record::strand::{Role, Strand};
use crate::sampling::Reasons;

impl Pipeline {
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            open: self.tallies.sum(),
            #[cfg(feature = "logs")]
            logs: self
                .logs
                .as_ref()
                .map(|logs| logs.stats())
                .unwrap_or_default(),
            sampling: self.sampling.stats(),
            ..self.decided()
        }
    }

    /// The account without what is open.
    pub(crate) fn decided(&self) -> Stats {
        let exporter = |lane: &Lane| {
            let queued = lane.queue.spans();
            lane.account.exporter_stats(&lane.name, queued)
        };
        let also = self.also.iter().map(exporter).collect();
        self.first.account.stats(self.first.queue.spans(), also)
    }

    /// All but its spans.
    #[inline]
    pub(super) fn count_discarded(&self, strand: &Strand) {
        self.count_segment(strand, None);
        self.count_overflow(strand);
    }

    #[inline]
    pub(super) fn count_segment(&self, strand: &Strand, kept: Option<Reasons>) {
        if strand.role != Role::Root {
            return;
        }
        self.first.account.add(
            match kept {
                Some(reasons) if reasons.has(Reasons::HEAD) => Count::SegmentsByHead,
                Some(reasons) if reasons.has(Reasons::FORCED) => Count::SegmentsByForce,
                Some(reasons) if reasons.has(Reasons::ERROR) => Count::SegmentsByError,
                Some(reasons) if reasons.has(Reasons::SLOW) => Count::SegmentsBySlowness,
                Some(_) => Count::SegmentsByCallee,
                None => Count::SegmentsDiscarded,
            },
            1,
        );
        if self.ending.load(Ordering::Relaxed) {
            self.decided.notify_one();
        }
    }

    #[inline]
    pub(super) fn count_overflow(&self, strand: &Strand) {
        if strand.overflow > 0 {
            let reason = if strand.squeezed {
                DropReason::TooMuchOpen
            } else {
                DropReason::SegmentFull
            };
            self.count_given_up(strand.overflow as usize, reason);
            let unrecorded = strand.unrecorded as usize;
            self.first.account.add(Count::Unrecorded, unrecorded);
        }
    }

    pub(super) fn count_given_up(&self, spans: usize, reason: DropReason) {
        self.first.account.add(Count::Offered, spans);
        self.first.account.add(Count::Dropped(reason), spans);
    }

    /// Counts a local root that there was no room for, and that ended well.
    pub(crate) fn count_refused(&self) {
        self.count_given_up(1, DropReason::TooMuchOpen);
        self.first.account.add(Count::Unrecorded, 1);
    }

    /// Counts a failure of which nobody knows any more what it belongs to.
    pub(crate) fn count_lost_error(&self) {
        self.first.account.add(Count::LateErrors, 1);
    }

    /// Counts spans that cannot be recorded because their thread is ending.
    pub(crate) fn lose(&self, spans: usize) {
        self.count_given_up(spans, DropReason::ThreadEnded);
        self.first.account.add(Count::Unrecorded, spans);
    }

    /// Counts failures that would have kept the segment of `context`, which was dropped before they came.
    pub(crate) fn count_late_errors(&self, context: &Context, errors: usize) {
        if context.tail {
            self.first.account.add(Count::LateErrors, errors);
        }
    }

    /// Counts a request whose correlation id was not valid.
    pub(crate) fn count_correlation_replaced(&self) {
        self.first.account.add(Count::CorrelationsReplaced, 1);
    }
}
