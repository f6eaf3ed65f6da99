//! What the hand-over synchronises with, from loom.

pub(super) use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(super) use loom::sync::{Condvar, Mutex};

use loom::sync::MutexGuard;

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no model panics with a lock")
}

/// As Tokio's with one waiter: a notification that comes first is not lost.
#[derive(Debug)]
pub(super) struct Notify(loom::sync::Notify);

impl Notify {
    pub(super) fn new() -> Self {
        Self(loom::sync::Notify::new())
    }

    pub(super) fn notify_one(&self) {
        self.0.notify();
    }

    pub(super) fn wait(&self) {
        self.0.wait();
    }
}
