//! What strands synchronise with, from loom.

pub(super) use std::sync::PoisonError;

pub(super) use loom::sync::atomic::{AtomicBool, AtomicU32, Ordering};
pub(super) use loom::sync::{Mutex, MutexGuard};
pub(super) use loom::thread::yield_now;

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no model panics with a lock")
}

/// As atomicbox's: what acquires and releases is a lock here.
#[derive(Debug)]
pub(super) struct AtomicOptionBox<T>(Mutex<Option<Box<T>>>);

impl<T> AtomicOptionBox<T> {
    pub(super) fn new(value: Option<Box<T>>) -> Self {
        Self(Mutex::new(value))
    }

    pub(super) fn swap(&self, value: Option<Box<T>>, order: Ordering) -> Option<Box<T>> {
        assert_eq!(order, Ordering::AcqRel);
        std::mem::replace(&mut lock(&self.0), value)
    }

    pub(super) fn take(&self, order: Ordering) -> Option<Box<T>> {
        self.swap(None, order)
    }
}

pub(super) fn check(model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    // Two find what is wrong in seconds; `scripts/loom` allows more.
    builder.preemption_bound.get_or_insert(2);
    builder.check(model);
}
