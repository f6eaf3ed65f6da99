//! Segments whose local root has ended before other spans: each waits for its grace period, and is decided then.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::record::segment::{Segment, lock};

const LEAST_PURGED: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Waiting {
    /// In the order of their times, since all wait equally long.
    pub(super) segments: Mutex<VecDeque<(Instant, Weak<Segment>)>>,
    /// How many wait when those that have been decided are next looked for.
    purge_at: AtomicUsize,
    wake: Notify,
}

impl Waiting {
    pub(super) fn add(&self, segment: &Arc<Segment>, grace: Duration) {
        let until = super::worker::after(grace);
        let first = {
            let mut segments = lock(&self.segments);
            if segments.len() >= self.purge_at.load(Ordering::Relaxed) {
                // A segment that is decided is still in memory while it stands here.
                segments.retain(|(_, segment)| segment.strong_count() > 0);
                self.purge_at
                    .store((2 * segments.len()).max(LEAST_PURGED), Ordering::Relaxed);
            }
            segments.push_back((until, Arc::downgrade(segment)));
            segments.len() == 1
        };
        if first {
            self.wake.notify_one();
        }
    }

    /// Decides segments when their time has come, for ever.
    pub(super) async fn decide(&self) {
        loop {
            self.decide_those_over();
            let woken = self.wake.notified();
            let next = lock(&self.segments).front().map(|(until, _)| *until);
            match next {
                Some(next) => tokio::time::sleep_until(next.into()).await,
                None => woken.await,
            }
        }
    }

    pub(super) fn decide_those_over(&self) {
        self.decide_if(|until| until <= Instant::now());
    }

    pub(super) fn decide_all(&self) {
        self.decide_if(|_| true);
    }

    fn decide_if(&self, over: impl Fn(Instant) -> bool) {
        loop {
            let next = {
                let mut segments = lock(&self.segments);
                match segments.front() {
                    Some((until, _)) if over(*until) => segments.pop_front(),
                    _ => None,
                }
            };
            let Some((_, segment)) = next else { return };
            if let Some(segment) = segment.upgrade() {
                segment.decide_now();
            }
        }
    }
}
