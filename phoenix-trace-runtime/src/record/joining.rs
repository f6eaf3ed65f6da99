//! Joining: how the strands of one segment come together and are decided once: by the last to join, or by who does not
//! wait any longer. What joins later follows the decision.
//!
//! This file knows neither strands nor decisions: its model runs it with loom's locks and atomics.

use super::sync::{AtomicU32, Mutex, MutexGuard, Ordering, PoisonError, lock};

/// What strands share; `W` is what waits for the decision, `V` the decision.
#[derive(Debug)]
pub(super) struct Joining<W, V> {
    /// Strands that were made, or may be without counting them again.
    made: AtomicU32,
    /// Strands that have not joined, and in which something failed; and failures that were told to them and not read yet.
    failing: AtomicU32,
    joined: Mutex<Joined<W, V>>,
}

#[derive(Debug)]
struct Joined<W, V> {
    verdict: Option<V>,
    /// Strands that have joined.
    number: u32,
    waiting: W,
}

/// Nothing is decided yet, and nothing will be as long as this is held.
pub(super) struct Undecided<'a, W, V> {
    failing: &'a AtomicU32,
    joined: MutexGuard<'a, Joined<W, V>>,
    last: bool,
}

impl<W, V: Copy> Joining<W, V> {
    /// For the one strand that there is.
    pub(super) fn new(waiting: W) -> Self {
        Self {
            made: AtomicU32::new(1),
            failing: AtomicU32::new(0),
            joined: Mutex::new(Joined {
                verdict: None,
                number: 0,
                waiting,
            }),
        }
    }

    /// As it was when it was new, but for what waits.
    #[inline]
    pub(super) fn reset(&mut self) -> &mut W {
        self.made.store(1, Ordering::Relaxed);
        self.failing.store(0, Ordering::Relaxed);
        let joined = self.joined();
        (joined.verdict, joined.number) = (None, 0);
        &mut joined.waiting
    }

    /// What waits, if there was one strand only, and nothing is decided.
    #[inline]
    pub(super) fn of_one(&mut self) -> Option<&mut W> {
        let alone = self.made.load(Ordering::Relaxed) == 1;
        let joined = self.joined();
        (alone && joined.verdict.is_none()).then_some(&mut joined.waiting)
    }

    fn joined(&mut self) -> &mut Joined<W, V> {
        let joined = self.joined.get_mut();
        joined.unwrap_or_else(PoisonError::into_inner)
    }

    /// There are so many more strands; those that come to nothing join with the one that they were made for.
    #[inline]
    pub(super) fn make(&self, strands: u32) {
        // Who makes a strand has not joined, or comes too late: all that were made in time are seen by the last to join.
        self.made.fetch_add(strands, Ordering::Relaxed);
    }

    /// Something has failed in one more strand.
    pub(super) fn fails(&self) {
        self.failing.fetch_add(1, Ordering::Relaxed);
    }

    /// So many fail no more, or tell it themselves.
    pub(super) fn fail_no_more(&self, number: u32) {
        self.failing.fetch_sub(number, Ordering::Relaxed);
    }

    /// A strand joins, in which something `failed` or not, and with it those that were made for it and came to nothing. The
    /// decision, if it comes too late for it.
    #[inline]
    pub(super) fn join(&self, failed: bool, unused: u32) -> Result<Undecided<'_, W, V>, V> {
        let mut joined = lock(&self.joined);
        joined.number += 1 + unused;
        if failed {
            self.fail_no_more(1);
        }
        let last = joined.number == self.made.load(Ordering::Relaxed);
        self.undecided(joined, last)
    }

    /// Has a look at what waits. The decision, if there is one.
    pub(super) fn enter(&self) -> Result<Undecided<'_, W, V>, V> {
        self.undecided(lock(&self.joined), false)
    }

    fn undecided<'a>(
        &'a self,
        joined: MutexGuard<'a, Joined<W, V>>,
        last: bool,
    ) -> Result<Undecided<'a, W, V>, V> {
        match joined.verdict {
            Some(verdict) => Err(verdict),
            None => Ok(Undecided {
                failing: &self.failing,
                joined,
                last,
            }),
        }
    }

    /// Leaves something to the next use, when it is decided and nobody adds to what waits.
    pub(super) fn leave(&self, leave: impl FnOnce(&mut W)) {
        leave(&mut lock(&self.joined).waiting);
    }
}

impl<W, V> Undecided<'_, W, V> {
    /// Did the last strand join with this? Then it is to be decided.
    #[inline]
    pub(super) fn is_last(&self) -> bool {
        self.last
    }

    #[inline]
    pub(super) fn waiting(&mut self) -> &mut W {
        &mut self.joined.waiting
    }

    /// Has something failed in a strand that has not joined?
    #[inline]
    pub(super) fn has_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed) > 0
    }

    /// Decides, on all that has joined and waits no longer.
    pub(super) fn decide(mut self, verdict: V) {
        self.joined.verdict = Some(verdict);
    }
}
