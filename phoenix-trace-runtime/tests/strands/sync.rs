//! What strands synchronise with, from loom.

pub(super) use std::sync::PoisonError;

pub(super) use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
pub(super) use loom::sync::{Mutex, MutexGuard};
pub(super) use loom::thread::yield_now;

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no model panics with a lock")
}

/// As crossbeam's of a pointer: a swap acquires and releases, and so does a lock around it.
#[derive(Debug)]
pub(super) struct AtomicCell<T>(Mutex<T>);

impl<T> AtomicCell<T> {
    pub(super) fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn swap(&self, value: T) -> T {
        std::mem::replace(&mut lock(&self.0), value)
    }

    pub(super) fn take(&self) -> T
    where
        T: Default,
    {
        self.swap(T::default())
    }
}

pub(super) fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    // Two find what is wrong in seconds; `scripts/loom` allows more.
    builder.preemption_bound.get_or_insert(2);
    builder.check(model);
}
