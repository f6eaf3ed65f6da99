//! How many spans of a strand have ended and are not decided: written by whoever has the strand, read by anybody while it runs.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::segment::lock;

/// Of one strand. A line of the cache for itself: strands of several threads lie side by side.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Tally(AtomicU32);

impl Tally {
    #[inline]
    pub(super) fn get(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn set(&self, spans: u32) {
        self.0.store(spans, Ordering::Relaxed);
    }

    /// All of it is another's from here on.
    pub(super) fn pass_to(&self, other: &Self) {
        other.set(self.get());
        self.set(0);
    }

    /// Not at once, as only one writes: that costs no more than a plain number.
    #[inline]
    pub(super) fn add_one(&self) {
        self.set(self.get().saturating_add(1));
    }
}

/// Those of all strands of a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<Vec<Weak<Tally>>>);

impl Tallies {
    /// For a strand that is made.
    pub(super) fn make(&self) -> Arc<Tally> {
        let tally = Arc::new(Tally::default());
        let mut all = lock(&self.0);
        if all.len() == all.capacity() {
            all.retain(|tally| tally.strong_count() > 0);
            let as_many = all.len();
            all.reserve(as_many);
        }
        all.push(Arc::downgrade(&tally));
        tally
    }

    pub(crate) fn sum(&self) -> u64 {
        let all = lock(&self.0);
        let there = all.iter().filter_map(Weak::upgrade);
        there.map(|tally| u64::from(tally.get())).sum()
    }

    /// So that a test sees who waits for it.
    #[cfg(all(test, feature = "testing"))]
    pub(crate) fn hold(&self) -> impl Sized {
        lock(&self.0)
    }
}
