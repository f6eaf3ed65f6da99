//! Idle: what a task that has ended leaves to the next one, until nobody comes any more. Whatever is left is taken once: by who goes
//! on with it, by who leaves something in its place, or by who closes this.
//!
//! This file knows neither strands nor segments: its model runs it with loom's atomics.

use super::sync::{AtomicBool, AtomicOptionBox, Ordering};

#[derive(Debug)]
pub(super) struct Idle<T> {
    left: AtomicOptionBox<T>,
    /// May something be there? Only a hint, which spares who takes it a look in vain.
    hint: AtomicBool,
    /// Nobody comes any more. Ordered by the swaps of `left`: who leaves something after this was closed sees it.
    closed: AtomicBool,
}

impl<T> Idle<T> {
    pub(super) fn new() -> Self {
        Self {
            left: AtomicOptionBox::new(None),
            hint: AtomicBool::new(false),
            closed: AtomicBool::new(false),
        }
    }

    /// As it was when it was new.
    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Leaves something to the next one. What it is the caller's to finish instead: what was there before, or, once this is
    /// closed, what was left.
    #[inline]
    #[must_use]
    pub(super) fn leave(&self, left: Box<T>) -> Option<Box<T>> {
        let before = self.left.swap(Some(left), Ordering::AcqRel);
        if before.is_some() {
            // Where this is closed, it was left a moment ago by somebody who takes back in its place what is there now.
            return before;
        }
        if self.closed.load(Ordering::Relaxed) {
            return self.left.take(Ordering::AcqRel);
        }
        self.hint.store(true, Ordering::Relaxed);
        None
    }

    /// Takes what is there.
    #[inline]
    pub(super) fn take(&self) -> Option<Box<T>> {
        if !self.hint.load(Ordering::Relaxed) {
            return None;
        }
        self.hint.store(false, Ordering::Relaxed);
        self.left.take(Ordering::AcqRel)
    }

    /// From here on nothing stays. What is there is the caller's to finish.
    #[must_use]
    pub(super) fn close(&self) -> Option<Box<T>> {
        self.closed.store(true, Ordering::Relaxed);
        self.left.take(Ordering::AcqRel)
    }
}
