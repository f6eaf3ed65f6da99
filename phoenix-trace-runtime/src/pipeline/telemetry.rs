//! The numbers of the account as metrics have them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Pipeline;
use super::account::ExporterStats;
use super::component::Component;
use super::lane::Lane;
use crate::diag::OncePerMinute;

/// One exporter and what stands before it, at this moment.
#[derive(Debug)]
pub(crate) struct LaneNow<'a> {
    pub(crate) component: &'a Component,
    /// Its account; of the first exporter too, `offered` is what was decided to be kept.
    pub(crate) account: ExporterStats,
    /// Of the queued spans, those that are being sent.
    pub(crate) in_flight: u64,
    /// Spans that the queue takes.
    pub(crate) capacity: u64,
}

impl Pipeline {
    /// The first exporter, then the others.
    pub(crate) fn lanes_now(&self) -> impl Iterator<Item = LaneNow<'_>> {
        let first = std::iter::once_with(|| {
            let mut first = LaneNow::of(&self.first);
            first.account.offered = self.kept();
            first
        });
        first.chain(self.also.iter().map(LaneNow::of))
    }

    /// Spans that were decided to be kept.
    pub(crate) fn kept(&self) -> u64 {
        // Between the two readings spans may have been counted as discarded: the difference may be too small, and fall.
        let kept = self.decided().kept();
        self.first.kept.fetch_max(kept, Ordering::Relaxed).max(kept)
    }

    /// Lets one line through in each minute about a receiver that cannot be reached.
    pub(crate) fn outage(&self) -> Arc<OncePerMinute> {
        self.first.outage.clone()
    }
}

impl<'a> LaneNow<'a> {
    fn of(lane: &'a Lane) -> Self {
        let in_flight = lane.in_flight();
        let account = lane.account.exporter_stats(&lane.name, lane.queue.spans());
        Self {
            component: &lane.component,
            account,
            in_flight: in_flight as u64,
            capacity: lane.capacity as u64,
        }
    }
}
