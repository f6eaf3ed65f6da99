//! What `handover` and `orders` synchronise with. Their model (`tests/handover`) includes them with loom's instead.

pub(super) use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
pub(super) use std::sync::{Condvar, Mutex};

pub(super) use tokio::sync::Notify;

pub(super) use crate::record::segment::lock;
