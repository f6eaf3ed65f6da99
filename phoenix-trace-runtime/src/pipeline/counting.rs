//! What becomes of strands, in the account of the pipeline.

use std::sync::atomic::Ordering;

use super::account::{Count, DropReason, Stats};
use super::lane::Lane;
use super::{Pipeline, Reasons};
use crate::record::context::Context;
use crate::record::strand::{Role, Strand};

impl Pipeline {
    pub(crate) fn stats(&self) -> Stats {
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
                Some(_) => Count::SegmentsByError,
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
        }
    }

    pub(super) fn count_given_up(&self, spans: usize, reason: DropReason) {
        self.first.account.add(Count::Offered, spans);
        self.first.account.add(Count::Dropped(reason), spans);
    }

    /// Counts a strand that cannot be recorded because its thread is ending.
    pub(crate) fn lose(&self, strand: &Strand) {
        self.count_given_up(strand.records.len(), DropReason::ThreadEnded);
    }

    /// Counts failures that would have kept the segment of `context`, which was dropped before they came.
    pub(crate) fn count_late_errors(&self, context: &Context, errors: usize) {
        if self.reasons(context, true).is_some() {
            self.first.account.add(Count::LateErrors, errors);
        }
    }
}
