//! A segment: the part of a trace that this process records under one local root. It may consist of several strands.
//!
//! A strand that nobody else can reach is decided on its own, when its last span has ended. Once a strand was suspended
//! or carried to another task it has a [part](super::part), through which others reach it, and its segment is decided when all of
//! its strands have joined, or a grace period after the local root ended; what joins later follows the decision.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::across::Shared;
use super::clock::{self, Anchor, Ticks};
use super::context::Context;
use super::corrected::Corrected;
use super::joining::{Joining, Undecided};
use super::strand::{Role, Strand};
use super::thread;
use crate::logs::Held;
use crate::pipeline::{DropReason, Pipeline};
use crate::propagation::Threshold;
use crate::sampling::{Found, Reasons};

/// What the decision to keep a segment stamps on its strands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) reasons: Reasons,
    /// The probability with which segments like this are kept, when it is known.
    pub(crate) threshold: Option<Threshold>,
    pub(crate) anchor: Anchor,
}

impl Kept {
    /// Decides. `failure` tells the first failure from others.
    #[inline]
    fn for_what(
        pipeline: &Pipeline,
        context: &Context,
        found: Found,
        failure: impl FnOnce() -> Option<(String, String)>,
    ) -> Option<Self> {
        let (reasons, threshold) = pipeline.sampling.reasons(context, found, failure)?;
        Some(Self {
            reasons,
            threshold,
            anchor: Anchor::now(),
        })
    }
}

#[derive(Clone, Copy, Debug)]
enum Verdict {
    Kept(Kept),
    Dropped,
}

/// What the strands of one segment share.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) context: Context,
    pub(crate) pipeline: Arc<Pipeline>,
    /// When what has joined is decided although the segment is open.
    cut_at: AtomicU64,
    /// Has the local root ended although its strand waits for others? And took it longer than it may?
    root_ended: AtomicBool,
    root_slow: AtomicBool,
    pub(super) across: Shared,
    pub(super) corrected: Corrected,
    joining: Joining<Waiting, Verdict>,
}

/// What has joined and waits for the decision.
#[derive(Debug, Default)]
struct Waiting {
    strands: Vec<Box<Strand>>,
    /// How many spans have joined.
    spans: usize,
    /// Something failed in a strand that had no span to wait with.
    failed: bool,
    /// What was logged on strands that do not wait themselves.
    logs: Held,
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
            segment.context.copy(&strand.context);
            if !Arc::ptr_eq(&segment.pipeline, &strand.pipeline) {
                segment.pipeline.clone_from(&strand.pipeline);
            }
            *segment.cut_at.get_mut() = strand.cut_at;
            *segment.root_ended.get_mut() = false;
            *segment.root_slow.get_mut() = false;
            segment.across = Shared::of(strand.across);
            segment.corrected = Corrected::default();
            let waiting = segment.joining.reset();
            (waiting.spans, waiting.failed) = (0, false);
            waiting.logs.discard();
        } else {
            spare = None;
        }
        spare.unwrap_or_else(|| {
            Arc::new(Self {
                context: strand.context.clone(),
                pipeline: strand.pipeline.clone(),
                cut_at: AtomicU64::new(strand.cut_at),
                root_ended: AtomicBool::new(false),
                root_slow: AtomicBool::new(false),
                across: Shared::of(strand.across),
                corrected: Corrected::default(),
                joining: Joining::new(Waiting::default()),
            })
        })
    }

    /// Is its root the only strand that it ever had? Then: did one fail that had no span to wait with?
    pub(super) fn of_one_failed(&mut self) -> Option<bool> {
        self.joining.of_one().map(|waiting| waiting.failed)
    }

    /// Is it time to decide what has joined?
    pub(super) fn is_due(&self, now: Ticks) -> bool {
        now >= self.cut_at.load(Ordering::Relaxed)
    }

    /// A strand for work that runs elsewhere, its spans below `parent`, whose record is at `place`.
    pub(crate) fn branch(self: &Arc<Self>, parent: u64, place: (u64, u32)) -> Box<Strand> {
        self.make_branches(1);
        let blank = thread::take_strand(&self.pipeline);
        self.branch_on(blank, &self.context, parent, place)
    }

    /// There may be so many more strands.
    #[inline]
    pub(super) fn make_branches(&self, number: u32) {
        self.joining.make(number);
    }

    /// The same on an empty strand, for which it was [counted](Self::make_branches), with the context of one of its strands.
    #[inline]
    pub(super) fn branch_on(
        self: &Arc<Self>,
        mut strand: Box<Strand>,
        context: &Context,
        parent: u64,
        place: (u64, u32),
    ) -> Box<Strand> {
        strand.role = Role::Branch;
        strand.draw_ids();
        strand.context.inherit(context, parent, place);
        self.clone().branch_again(strand)
    }

    /// The same on one that has been a branch below the same span.
    #[inline]
    pub(super) fn branch_again(self: Arc<Self>, mut strand: Box<Strand>) -> Box<Strand> {
        strand.cut_at = self.cut_at.load(Ordering::Relaxed);
        strand.segment = Some(self);
        strand
    }

    /// Takes in a strand whose spans have all ended, and decides when it was the last.
    pub(super) fn join(self: &Arc<Self>, mut strand: Box<Strand>) {
        let unused = std::mem::take(&mut strand.branches);
        match self.joining.join(strand.failed, unused) {
            Ok(mut undecided) => {
                let root_ended = strand.role == Role::Root;
                let strand = self.admit(undecided.waiting(), strand);
                if undecided.is_last() {
                    self.decide(undecided, strand);
                    return;
                }
                undecided.waiting().strands.extend(strand);
                drop(undecided);
                if root_ended {
                    self.pipeline.root_ended_early(self);
                }
            }
            Err(verdict) => self.follow(verdict, strand),
        }
    }

    /// What comes when it is decided.
    fn follow(&self, verdict: Verdict, strand: Box<Strand>) {
        match verdict {
            Verdict::Kept(kept) => self.pipeline.keep(strand, kept),
            Verdict::Dropped => self.pipeline.discard_late(strand),
        }
    }

    /// What waits for the decision is bounded: strands without spans do not wait, and when there are as many spans as a
    /// segment may have, others are given up, those with failures at twice that number.
    #[inline]
    fn admit(&self, joined: &mut Waiting, mut strand: Box<Strand>) -> Option<Box<Strand>> {
        let spans = strand.records.len();
        if strand.role == Role::Root {
            joined.spans += spans;
            return Some(strand);
        }
        joined.failed |= strand.failed;
        let room = self.pipeline.limits.spans_per_segment * if strand.failed { 2 } else { 1 };
        if spans == 0 {
            joined.logs.append(&mut strand.logs);
            thread::recycle(strand);
            return None;
        }
        if joined.spans + spans > room {
            joined.logs.append(&mut strand.logs);
            self.pipeline.give_up(strand, DropReason::SegmentFull);
            return None;
        }
        joined.spans += spans;
        let waits = self.merge(joined, strand);
        if let Some(strand) = &waits {
            joined.bytes += strand.bytes().saturating_sub(strand.charged);
        }
        if joined.bytes > joined.charged + JOINED_STEP {
            self.pipeline.room.take(joined.bytes - joined.charged);
            joined.charged = joined.bytes;
        }
        waits
    }

    /// Puts what the strand has recorded to what another one has, that waits already: most tasks that a span spawns record the like.
    #[inline]
    fn merge(&self, joined: &mut Waiting, mut strand: Box<Strand>) -> Option<Box<Strand>> {
        /// Among how many of the last to join one is looked for: a task may wait for others, which record the like again.
        const LAST: usize = 4;
        let mut last = joined.strands.iter_mut().rev().take(LAST);
        let Some(bytes) = last.find_map(|waiting| waiting.take_over(&mut strand)) else {
            return Some(strand);
        };
        joined.bytes += bytes;
        if strand.serves_again(&self.context) {
            thread::keep_branch(strand);
        } else {
            thread::recycle(strand);
        }
        None
    }

    /// Takes in what was cut off one of its strands.
    pub(super) fn take_in(&self, ended: Box<Strand>) {
        match self.joining.enter() {
            Ok(mut undecided) => {
                let ended = self.admit(undecided.waiting(), ended);
                undecided.waiting().strands.extend(ended);
            }
            Err(verdict) => self.follow(verdict, ended),
        }
    }

    /// Decides on what has joined so far; what joins later is decided anew. Not once the local root has ended: then the
    /// whole of it is decided soon.
    pub(crate) fn decide_so_far(self: &Arc<Self>, now: Ticks) {
        let next = now.saturating_add(self.pipeline.cut);
        self.cut_at.store(next, Ordering::Relaxed);
        if let Ok(mut undecided) = self.joining.enter() {
            let joined = &undecided.waiting().strands;
            if !joined.iter().any(|strand| strand.role == Role::Root) {
                self.decide_joined(undecided, now);
            }
        }
    }

    /// The same at shutdown, which has ended the local root: what runs elsewhere may fail yet.
    pub(super) fn decide_at_shutdown(&self, now: Ticks) {
        if let Ok(undecided) = self.joining.enter() {
            self.decide_joined(undecided, now);
        }
    }

    fn decide_joined(&self, mut undecided: Undecided<'_, Waiting, Verdict>, now: Ticks) {
        let failing = undecided.has_failing();
        let joined = undecided.waiting();
        if joined.strands.is_empty() {
            return;
        }
        let strands = std::mem::take(&mut joined.strands);
        let logs = std::mem::take(&mut joined.logs);
        joined.spans = 0;
        let failed = std::mem::take(&mut joined.failed) | failing;
        self.release(joined);
        drop(undecided);
        let failed = failed | strands.iter().any(|strand| strand.failed);
        let found = Found {
            failed,
            slow: self.is_slow(now),
            across: self.across.take(),
        };
        let verdict = self.verdict(found, strands.iter());
        self.carry_out(verdict, strands.into_iter(), logs);
    }

    fn carry_out(
        &self,
        verdict: Verdict,
        strands: impl Iterator<Item = Box<Strand>>,
        mut logs: Held,
    ) {
        match verdict {
            Verdict::Kept(kept) => {
                strands.for_each(|strand| self.pipeline.keep(strand, kept));
                logs.release();
            }
            Verdict::Dropped => self.pipeline.discard_all(strands),
        }
    }

    /// What keeps it of the strands that have joined.
    pub(super) fn kept_for(&self) -> Option<String> {
        let mut undecided = self.joining.enter().ok()?;
        let mut joined = undecided.waiting().strands.iter();
        let failed = joined.find(|strand| strand.failed)?;
        Some(failed.kept_for().to_owned())
    }

    /// One more of its strands has failed, or, unless `failed`, does so no more.
    pub(super) fn count_failing(&self, failed: bool) {
        if failed {
            self.across.note(Reasons::ERROR);
            self.joining.fails();
        } else {
            self.joining.fail_no_more(1);
        }
    }

    /// So many failures were read: their strands tell them now.
    pub(super) fn failing_no_more(&self, failures: u32) {
        self.joining.fail_no_more(failures);
    }

    /// A failure was told of a strand that has joined by now. It keeps the segment if that is not decided yet.
    pub(super) fn fail_late(&self) {
        let entered = self.joining.enter();
        self.joining.fail_no_more(1);
        match entered {
            Ok(mut undecided) => undecided.waiting().failed = true,
            Err(Verdict::Kept(_)) => {}
            Err(Verdict::Dropped) => self.pipeline.count_late_errors(&self.context, 1),
        }
    }

    fn release(&self, joined: &mut Waiting) {
        self.pipeline.room.give_back(joined.charged);
        (joined.bytes, joined.charged) = (0, 0);
    }

    /// The local root has ended, and its strand waits for others.
    pub(super) fn root_has_ended(&self, slow: bool) {
        self.root_slow.store(slow, Ordering::Relaxed);
        self.root_ended.store(true, Ordering::Release);
    }

    /// Does its local root take longer than it may, or took it?
    fn is_slow(&self, now: Ticks) -> bool {
        match self.root_ended.load(Ordering::Acquire) {
            true => self.root_slow.load(Ordering::Relaxed),
            false => self.pipeline.by_hand.ticks(now) > self.context.slow_at,
        }
    }

    fn verdict<'a>(
        &self,
        found: Found,
        strands: impl Iterator<Item = &'a Box<Strand>> + Clone,
    ) -> Verdict {
        let failure = || {
            let failed = strands.clone().find(|strand| strand.failed);
            let root = strands.clone().find(|strand| strand.role == Role::Root);
            let operation = root.or(failed)?.operation()?;
            let kept_for = failed.map_or("", |strand| strand.kept_for());
            Some((operation.to_owned(), kept_for.to_owned()))
        };
        match Kept::for_what(&self.pipeline, &self.context, found, failure) {
            Some(kept) => Verdict::Kept(kept),
            None => Verdict::Dropped,
        }
    }

    /// Decides although strands are out: the grace period is over, or the process ends.
    pub(crate) fn decide_now(self: &Arc<Self>) {
        if let Ok(undecided) = self.joining.enter() {
            self.decide(undecided, None);
        }
    }

    /// Decides on what has joined, and on `last`, which joins with the decision.
    fn decide(&self, mut undecided: Undecided<'_, Waiting, Verdict>, last: Option<Box<Strand>>) {
        let failing = undecided.has_failing();
        let joined = undecided.waiting();
        let mut strands = std::mem::take(&mut joined.strands);
        let logs = std::mem::take(&mut joined.logs);
        let mut failed = joined.failed || failing;
        let mut slow = None;
        for strand in strands.iter().chain(&last) {
            failed |= strand.failed;
            if strand.role == Role::Root {
                slow = Some(strand.slow);
            }
        }
        let slow = slow.unwrap_or_else(|| self.is_slow(clock::now()));
        self.release(joined);
        let found = Found {
            failed,
            slow,
            across: self.across.across(),
        };
        let verdict = self.verdict(found, strands.iter().chain(&last));
        undecided.decide(verdict);
        self.carry_out(verdict, strands.drain(..).chain(last), logs);
        if strands.capacity() > 0 {
            self.joining.leave(|waiting| waiting.strands = strands);
        }
    }
}

/// Decides on a strand whose segment nobody else shares, or on what was cut off it.
pub(super) fn decide_alone(strand: Box<Strand>) {
    let slow = match strand.role {
        Role::Root => strand.slow,
        // It was cut off a local root that is open.
        _ => strand.is_slow(clock::now()),
    };
    let failure = || Some((strand.operation()?.to_owned(), strand.kept_for().to_owned()));
    let found = Found {
        failed: strand.failed,
        slow,
        across: strand.across,
    };
    match Kept::for_what(&strand.pipeline, &strand.context, found, failure) {
        Some(kept) => strand.pipeline.clone().keep(strand, kept),
        None => Pipeline::discard(strand),
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
