//! How many spans of a strand have ended and are not decided: written by whoever has the strand, read by anybody while it runs.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use super::segment::lock;

/// Of one strand. A line of the cache for itself: strands of several threads lie side by side.
#[derive(Debug, Default)]
#[repr(align(64))]
pub(crate) struct Tally {
    ended: AtomicU32,
    /// The pipeline waits for what has ended.
    wanted: AtomicBool,
}

impl Tally {
    #[inline]
    pub(super) fn get(&self) -> u32 {
        self.ended.load(Ordering::Relaxed)
    }

    #[inline]
    pub(super) fn set(&self, spans: u32) {
        self.ended.store(spans, Ordering::Relaxed);
    }

    /// All of it is another's from here on.
    pub(super) fn pass_to(&self, other: &Self) {
        other.set(self.get());
        self.set(0);
    }

    /// What another one had is counted here from now on.
    #[inline]
    pub(super) fn take_over(&self, other: &Self) {
        self.set(self.get().wrapping_add(other.get()));
        other.set(0);
    }

    /// Not at once, as only one writes: that costs no more than a plain number.
    #[inline]
    pub(super) fn add_one(&self) {
        self.set(self.get().wrapping_add(1));
    }

    /// Is what has ended to be handed over, although the strand has spans that are open?
    #[inline]
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted.load(Ordering::Relaxed)
    }
}

/// Those of all strands of a pipeline.
#[derive(Debug, Default)]
pub(crate) struct Tallies(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    tallies: Vec<Weak<Tally>>,
    wanted: bool,
}

impl Tallies {
    /// For a strand that is made.
    pub(super) fn make(&self) -> Arc<Tally> {
        let mut all = lock(&self.0);
        let tally = Arc::new(Tally {
            ended: AtomicU32::new(0),
            wanted: AtomicBool::new(all.wanted),
        });
        let tallies = &mut all.tallies;
        if tallies.len() == tallies.capacity() {
            tallies.retain(|tally| tally.strong_count() > 0);
            let as_many = tallies.len();
            tallies.reserve(as_many);
        }
        tallies.push(Arc::downgrade(&tally));
        tally
    }

    /// From here on each strand hands over what has ended whenever one of its spans ends: the pipeline is shut down, and what runs on
    /// other threads is out of its reach.
    pub(crate) fn want(&self) {
        let mut all = lock(&self.0);
        all.wanted = true;
        for tally in all.tallies.iter().filter_map(Weak::upgrade) {
            tally.wanted.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn sum(&self) -> u64 {
        let all = lock(&self.0);
        let there = all.tallies.iter().filter_map(Weak::upgrade);
        there.map(|tally| u64::from(tally.get())).sum()
    }

    /// How many strands there are.
    #[cfg(all(test, feature = "testing"))]
    pub(crate) fn alive(&self) -> usize {
        let all = lock(&self.0);
        let there = |tally: &&Weak<Tally>| tally.strong_count() > 0;
        all.tallies.iter().filter(there).count()
    }

    /// So that a test sees who waits for it.
    #[cfg(all(test, feature = "testing"))]
    pub(crate) fn hold(&self) -> impl Sized {
        lock(&self.0)
    }
}
