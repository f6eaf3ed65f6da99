//! What is counted of one series: on the thread that measures, in ticks, and in all.

use super::instrument::MOST_BUCKETS;
use crate::record::clock::Ticks;

/// A span of a kept trace that stands for those in its bucket.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(any(feature = "otlp", feature = "prometheus")),
    expect(dead_code, reason = "the console does not show them")
)]
pub(crate) struct Exemplar {
    pub(crate) bucket: usize,
    pub(crate) trace_id: u128,
    pub(crate) span_id: u64,
    /// When it ended, in nanoseconds since 1970.
    pub(crate) at: u64,
    pub(super) ticks: Ticks,
}

/// What was measured since it was last taken.
#[derive(Debug)]
pub(super) struct Recent {
    pub(super) buckets: [u64; MOST_BUCKETS],
    pub(super) sum: Ticks,
    pub(super) least: Ticks,
    pub(super) most: Ticks,
    /// One for each bucket, the last one.
    pub(super) exemplars: Vec<Exemplar>,
}

impl Default for Recent {
    fn default() -> Self {
        Self {
            buckets: [0; MOST_BUCKETS],
            sum: 0,
            least: Ticks::MAX,
            most: 0,
            exemplars: Vec::new(),
        }
    }
}

impl Recent {
    /// The bucket that it belongs to: that of the least bound that it does not exceed.
    #[inline]
    pub(super) fn add(&mut self, bounds: &[Ticks], ticks: Ticks) -> usize {
        let bucket = bounds.iter().position(|bound| ticks <= *bound);
        let bucket = bucket.unwrap_or(bounds.len()).min(MOST_BUCKETS - 1);
        self.buckets[bucket] += 1;
        self.sum = self.sum.saturating_add(ticks);
        self.least = self.least.min(ticks);
        self.most = self.most.max(ticks);
        bucket
    }

    pub(super) fn is_empty(&self) -> bool {
        self.least > self.most
    }

    pub(super) fn exemplify(&mut self, exemplar: Exemplar) {
        put(&mut self.exemplars, exemplar);
    }
}

/// The last one of each bucket stays.
pub(super) fn put(exemplars: &mut Vec<Exemplar>, new: Exemplar) {
    let there = exemplars.iter_mut().find(|old| old.bucket == new.bucket);
    match there {
        Some(old) if new.at >= old.at => *old = new,
        Some(_) => {}
        None => exemplars.push(new),
    }
}
