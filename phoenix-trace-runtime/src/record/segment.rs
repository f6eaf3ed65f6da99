//! A segment: the part of a trace that this process records under one local root. It may consist of several strands.
//!
//! A strand that nobody else can reach is decided on its own, when its last span has ended. Once a strand was suspended
//! or carried to another task it has a [part](super::part), through which others reach it, and its segment is decided when all of
//! its strands have joined, or a grace period after the local root ended; what joins later follows the decision.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock::{Anchor, Ticks};
use super::context::Context;
use super::strand::{Role, Strand};
use super::thread;
use crate::pipeline::{DropReason, Pipeline, Reasons};

/// What the decision to keep a segment stamps on its strands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) reasons: Reasons,
    pub(crate) anchor: Anchor,
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Open,
    Kept(Kept),
    Dropped,
}

/// What the strands of one segment share.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) context: Context,
    pub(crate) pipeline: Arc<Pipeline>,
    /// Strands that were made for it.
    made: AtomicU32,
    /// Strands that have not joined, and in which something failed; and failures that were told to them and not read yet.
    failing: AtomicU32,
    /// When what has joined is decided although the segment is open.
    cut_at: AtomicU64,
    joined: Mutex<Joined>,
}

#[derive(Debug)]
struct Joined {
    verdict: Verdict,
    strands: Vec<Box<Strand>>,
    /// How many strands have joined, and how many spans they had.
    number: u32,
    spans: usize,
    /// Something failed in a strand that had no span to wait with.
    failed: bool,
    /// What the strands that wait hold beyond what they took room for, and how much of it was taken since.
    bytes: usize,
    charged: usize,
}

/// Room is taken for what waits in a segment in steps of so many bytes.
const JOINED_STEP: usize = 16 * 1024;

impl Segment {
    /// The segment of a strand that was alone until now; made of the one of the strand's last use where nobody has it.
    pub(super) fn of(strand: &mut Strand) -> Arc<Self> {
        let mut spare = strand.spare_segment.take();
        if let Some(segment) = spare.as_mut().and_then(Arc::get_mut) {
            segment.context.clone_from(&strand.context);
            if !Arc::ptr_eq(&segment.pipeline, &strand.pipeline) {
                segment.pipeline.clone_from(&strand.pipeline);
            }
            *segment.made.get_mut() = 1;
            *segment.failing.get_mut() = 0;
            *segment.cut_at.get_mut() = strand.cut_at;
            let joined = segment.joined();
            joined.verdict = Verdict::Open;
            (joined.number, joined.spans, joined.failed) = (0, 0, false);
        } else {
            spare = None;
        }
        spare.unwrap_or_else(|| {
            Arc::new(Self {
                context: strand.context.clone(),
                pipeline: strand.pipeline.clone(),
                made: AtomicU32::new(1),
                failing: AtomicU32::new(0),
                cut_at: AtomicU64::new(strand.cut_at),
                joined: Mutex::new(Joined {
                    verdict: Verdict::Open,
                    strands: Vec::new(),
                    number: 0,
                    spans: 0,
                    failed: false,
                    bytes: 0,
                    charged: 0,
                }),
            })
        })
    }

    /// Did a strand that had no span to wait with fail?
    pub(super) fn has_failed(&mut self) -> bool {
        self.joined().failed
    }

    /// Is it time to decide what has joined?
    pub(super) fn is_due(&self, now: Ticks) -> bool {
        now >= self.cut_at.load(Ordering::Relaxed)
    }

    fn joined(&mut self) -> &mut Joined {
        self.joined
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Is its root the only strand that it ever had?
    pub(super) fn is_of_one(&mut self) -> bool {
        *self.made.get_mut() == 1 && matches!(self.joined().verdict, Verdict::Open)
    }

    /// A strand for work that runs elsewhere, its spans below `parent`.
    pub(crate) fn branch(self: &Arc<Self>, parent: u64) -> Box<Strand> {
        // Whoever makes a strand has not joined, or comes too late: all that were made in time are seen by the last to join.
        self.made.fetch_add(1, Ordering::Relaxed);
        let mut strand = thread::take_strand(&self.pipeline);
        strand.role = Role::Branch;
        strand.context = self.context.clone();
        strand.context.parent = parent;
        strand.context.remote = false;
        // Known when its first span starts.
        strand.cut_at = 0;
        strand.segment = Some(self.clone());
        strand
    }

    /// Takes in a strand whose spans have all ended, and decides when it was the last.
    pub(super) fn join(self: &Arc<Self>, strand: Box<Strand>) {
        let mut joined = lock(&self.joined);
        joined.number += 1;
        if strand.failed {
            self.failing.fetch_sub(1, Ordering::Relaxed);
        }
        let last = joined.number == self.made.load(Ordering::Relaxed);
        let root_ended = strand.role == Role::Root;
        match joined.verdict {
            Verdict::Kept(kept) => {
                drop(joined);
                self.pipeline.keep(strand, kept);
            }
            Verdict::Dropped => {
                drop(joined);
                self.pipeline.discard_late(strand);
            }
            Verdict::Open => {
                let strand = self.admit(&mut joined, strand);
                if last {
                    self.decide(joined, strand);
                    return;
                }
                joined.strands.extend(strand);
                drop(joined);
                if root_ended {
                    self.pipeline.root_ended_early(self);
                }
            }
        }
    }

    /// What waits for the decision is bounded: strands without spans do not wait, and when there are as many spans as a
    /// segment may have, others are given up, those with failures at twice that number.
    fn admit(&self, joined: &mut Joined, strand: Box<Strand>) -> Option<Box<Strand>> {
        let spans = strand.records.len();
        if strand.role == Role::Root {
            joined.spans += spans;
            return Some(strand);
        }
        joined.failed |= strand.failed;
        let room = self.pipeline.limits.spans_per_segment * if strand.failed { 2 } else { 1 };
        if spans == 0 {
            thread::recycle(strand);
            return None;
        }
        if joined.spans + spans > room {
            self.pipeline.give_up(strand, DropReason::SegmentFull);
            return None;
        }
        joined.spans += spans;
        joined.bytes += strand.bytes().saturating_sub(strand.charged);
        if joined.bytes > joined.charged + JOINED_STEP {
            self.pipeline.room.take(joined.bytes - joined.charged);
            joined.charged = joined.bytes;
        }
        Some(strand)
    }

    /// Takes in what was cut off one of its strands.
    pub(super) fn take_in(&self, ended: Box<Strand>) {
        let mut joined = lock(&self.joined);
        match joined.verdict {
            Verdict::Kept(kept) => {
                drop(joined);
                self.pipeline.keep(ended, kept);
            }
            Verdict::Dropped => {
                drop(joined);
                self.pipeline.discard_late(ended);
            }
            Verdict::Open => {
                let ended = self.admit(&mut joined, ended);
                joined.strands.extend(ended);
            }
        }
    }

    /// Decides on what has joined so far; what joins later is decided anew. Not once the local root has ended: then the
    /// whole of it is decided soon.
    pub(crate) fn decide_so_far(&self, now: Ticks) {
        let next = now.saturating_add(self.pipeline.cut);
        self.cut_at.store(next, Ordering::Relaxed);
        let mut joined = lock(&self.joined);
        let root_ended = joined
            .strands
            .iter()
            .any(|strand| strand.role == Role::Root);
        if !matches!(joined.verdict, Verdict::Open) || root_ended {
            return;
        }
        if joined.strands.is_empty() {
            return;
        }
        let strands = std::mem::take(&mut joined.strands);
        joined.spans = 0;
        let failed = std::mem::take(&mut joined.failed) | self.has_failing();
        self.release(&mut joined);
        drop(joined);
        let failed = failed | strands.iter().any(|strand| strand.failed);
        self.carry_out(self.verdict(failed), strands.into_iter());
    }

    fn carry_out(&self, verdict: Verdict, strands: impl Iterator<Item = Box<Strand>>) {
        match verdict {
            Verdict::Kept(kept) => strands.for_each(|strand| self.pipeline.keep(strand, kept)),
            _ => self.pipeline.discard_all(strands),
        }
    }

    /// Has something failed in a strand that has not joined?
    fn has_failing(&self) -> bool {
        self.failing.load(Ordering::Relaxed) > 0
    }

    /// One more of its strands has failed, or, unless `failed`, does so no more.
    pub(super) fn count_failing(&self, failed: bool) {
        if failed {
            self.failing.fetch_add(1, Ordering::Relaxed);
        } else {
            self.failing.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// So many failures were read: their strands tell them now.
    pub(super) fn failing_no_more(&self, failures: u32) {
        self.failing.fetch_sub(failures, Ordering::Relaxed);
    }

    /// A failure was told of a strand that has joined by now. It keeps the segment if that is not decided yet.
    pub(super) fn fail_late(&self) {
        let mut joined = lock(&self.joined);
        self.count_failing(false);
        match joined.verdict {
            Verdict::Open => joined.failed = true,
            Verdict::Kept(_) => {}
            Verdict::Dropped => {
                drop(joined);
                self.pipeline.count_late_errors(&self.context, 1);
            }
        }
    }

    fn release(&self, joined: &mut Joined) {
        self.pipeline.room.give_back(joined.charged);
        (joined.bytes, joined.charged) = (0, 0);
    }

    fn verdict(&self, failed: bool) -> Verdict {
        match self.pipeline.reasons(&self.context, failed) {
            Some(reasons) => Verdict::Kept(Kept {
                reasons,
                anchor: Anchor::now(),
            }),
            None => Verdict::Dropped,
        }
    }

    /// Decides although strands are out: the grace period is over, or the process ends.
    pub(crate) fn decide_now(&self) {
        let joined = lock(&self.joined);
        if matches!(joined.verdict, Verdict::Open) {
            self.decide(joined, None);
        }
    }

    /// Decides on what has joined, and on `last`, which joins with the decision.
    fn decide(&self, mut joined: MutexGuard<'_, Joined>, last: Option<Box<Strand>>) {
        let mut strands = std::mem::take(&mut joined.strands);
        let failed = joined.failed
            || self.has_failing()
            || strands.iter().chain(&last).any(|strand| strand.failed);
        self.release(&mut joined);
        let verdict = self.verdict(failed);
        joined.verdict = verdict;
        drop(joined);
        self.carry_out(verdict, strands.drain(..).chain(last));
        if strands.capacity() > 0 {
            // Nobody adds to it any more; the next use of this segment will.
            lock(&self.joined).strands = strands;
        }
    }
}

/// Decides on a strand whose segment nobody else shares, or on what was cut off it.
pub(super) fn decide_alone(strand: Box<Strand>) {
    match strand.pipeline.reasons(&strand.context, strand.failed) {
        Some(reasons) => {
            let anchor = Anchor::now();
            strand
                .pipeline
                .clone()
                .keep(strand, Kept { reasons, anchor });
        }
        None => Pipeline::discard(strand),
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
