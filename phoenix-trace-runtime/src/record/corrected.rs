//! A correlation id that one task of a request sets: the request's other tasks take it over when they run next, and its local
//! root when it ends.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::segment::lock;
use super::strand::Strand;
use crate::propagation::CorrelationId;

/// What was set last in a segment.
#[derive(Debug, Default)]
pub(super) struct Corrected {
    /// How often.
    times: AtomicU32,
    id: Mutex<Option<CorrelationId>>,
}

impl Corrected {
    fn set(&self, id: CorrelationId) -> u32 {
        let mut set = lock(&self.id);
        *set = Some(id);
        self.times.fetch_add(1, Ordering::Release) + 1
    }
}

impl Strand {
    /// Sets the correlation id of the request; within a scope that lends it another one, that of the scope.
    pub(crate) fn set_correlation(&mut self, id: CorrelationId) {
        if self.lent == 0
            && let Some(segment) = &self.segment
        {
            self.corrected = segment.corrected.set(id.clone());
        }
        self.context.correlation = Some(id);
    }

    /// Takes over what another task of the request has set.
    #[inline]
    pub(crate) fn take_correction(&mut self) {
        if self.lent == 0
            && let Some(segment) = &self.segment
            && segment.corrected.times.load(Ordering::Acquire) != self.corrected
        {
            self.take_correction_now();
        }
    }

    #[cold]
    fn take_correction_now(&mut self) {
        let Some(segment) = &self.segment else {
            return;
        };
        let set = lock(&segment.corrected.id);
        self.corrected = segment.corrected.times.load(Ordering::Relaxed);
        self.context.correlation.clone_from(&set);
    }
}
