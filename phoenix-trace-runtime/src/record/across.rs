//! What services tell each other about what they keep. In comes that a callee keeps its part of the trace, out goes whether this
//! segment is kept for more than its head decision. What was announced is kept.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use opentelemetry::TraceId;

use super::clock::{self, Ticks};
use super::context::SAMPLED;
use super::strand::{Role, Strand};
use crate::propagation::TraceParent;
use crate::sampling::{Found, Reasons, SoFar};

/// What is known across services of one segment, as far as it is decided together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Across {
    /// A service that was called keeps its part of the trace.
    pub(crate) callee: bool,
    /// What the caller was told that this segment is kept for.
    pub(crate) announced: Reasons,
    /// It had failed when the caller could be told, and the limit on errors cut it: that is not asked again.
    pub(crate) cut: bool,
}

/// The same of strands that share a segment, and whether something has failed in any of them.
#[derive(Debug, Default)]
pub(super) struct Shared {
    noted: AtomicU8,
    announced: AtomicU8,
    cut: AtomicBool,
}

impl Shared {
    pub(super) fn of(across: Across) -> Self {
        let noted = if across.callee {
            Reasons::CALLEE
        } else {
            Reasons::NONE
        };
        Self {
            noted: AtomicU8::new(noted.bits()),
            announced: AtomicU8::new(across.announced.bits()),
            cut: AtomicBool::new(across.cut),
        }
    }

    pub(super) fn add(&self, across: Across) {
        if across.callee {
            self.note(Reasons::CALLEE);
        }
        let announced = across.announced.bits();
        self.announced.fetch_or(announced, Ordering::Relaxed);
        self.cut.fetch_or(across.cut, Ordering::Relaxed);
    }

    pub(super) fn note(&self, reason: Reasons) {
        self.noted.fetch_or(reason.bits(), Ordering::Relaxed);
    }

    pub(super) fn across(&self) -> Across {
        Across {
            callee: self.noted().has(Reasons::CALLEE),
            announced: Reasons::of_bits(self.announced.load(Ordering::Relaxed)),
            cut: self.cut.load(Ordering::Relaxed),
        }
    }

    /// The same for what is decided now, of a segment that stays open: what a callee and the limit said counts once.
    pub(super) fn take(&self) -> Across {
        let across = self.across();
        let rest = !Reasons::CALLEE.bits();
        self.noted.fetch_and(rest, Ordering::Relaxed);
        self.cut.store(false, Ordering::Relaxed);
        across
    }

    fn noted(&self) -> Reasons {
        Reasons::of_bits(self.noted.load(Ordering::Relaxed))
    }
}

impl Strand {
    /// A service that was called keeps its part of this trace: so this segment is kept.
    pub(crate) fn callee_keeps(&mut self, trace: TraceId) {
        if self.role == Role::Scope || TraceId::from(self.context.trace_id) != trace {
            return;
        }
        self.across.callee = true;
        if let Some(segment) = &self.segment {
            segment.across.note(Reasons::CALLEE);
        }
    }

    /// Is the segment kept whatever its head decision is, as far as is known now? Then it is from here on, and its local root is
    /// named so that the caller may keep its own.
    pub(crate) fn announce(&mut self) -> Option<TraceParent> {
        if self.role != Role::Root {
            return None;
        }
        let shared = self.segment.as_ref().map(|segment| &segment.across);
        let noted = shared.map_or(Reasons::NONE, Shared::noted);
        let found = Found {
            failed: self.failed || noted.has(Reasons::ERROR),
            // Nobody asks what time it is where no time is too long.
            slow: self.context.slow_at != Ticks::MAX && self.is_slow(clock::now()),
            across: Across {
                callee: self.across.callee || noted.has(Reasons::CALLEE),
                announced: Reasons::NONE,
                cut: self.across.cut,
            },
        };
        let sampling = &self.pipeline.sampling;
        let failure = || {
            let kept_for = match (self.failed, &self.segment) {
                (false, Some(segment)) => segment.kept_for().unwrap_or_default(),
                _ => self.kept_for().to_owned(),
            };
            Some((self.operation()?.to_owned(), kept_for))
        };
        match sampling.reasons_so_far(&self.context, found, failure) {
            SoFar::Cut => self.across.cut = true,
            SoFar::Kept(reasons) => {
                let reasons = reasons.beside_head();
                if reasons == Reasons::NONE {
                    return None;
                }
                self.across.announced = reasons;
            }
        }
        if let Some(shared) = shared {
            shared.add(self.across);
        }
        if self.across.announced == Reasons::NONE {
            return None;
        }
        let root = self.id_of(0);
        TraceParent::new(TraceId::from(self.context.trace_id), root.into(), SAMPLED)
    }
}
