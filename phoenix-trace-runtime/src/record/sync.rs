//! What `parking` and `joining` synchronise with. Their model (`tests/strands`) includes them with loom's instead.

pub(super) use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
pub(super) use std::sync::{Mutex, MutexGuard, PoisonError};
pub(super) use std::thread::yield_now;

pub(super) use atomicbox::AtomicOptionBox;

pub(super) use super::segment::lock;
