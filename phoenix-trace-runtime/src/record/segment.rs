//! A segment: the part of a trace that this process records under one local root. It may consist of several strands.
//!
//! A strand that nobody else can reach is decided on its own, when its last span has ended. Once a strand was suspended
//! or carried to another task it has a [`Part`], through which others reach it, and its segment is decided when all of
//! its strands have joined, or a grace period after the local root ended; what joins later follows the decision.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_utils::atomic::AtomicCell;

use super::clock::{self, Anchor, Ticks};
use super::context::Context;
use super::mail::{Late, Mail};
use super::strand::{Role, Strand};
use super::told::unharmed;
use super::{registry, thread};
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

/// How others reach one strand.
pub(crate) struct Part {
    /// None once the strand has joined.
    segment: Option<Arc<Segment>>,
    seed: u64,
    /// The strand, while it is suspended or waits for spans that run elsewhere.
    parked: AtomicCell<Option<Box<Strand>>>,
    /// What happened to its spans while the strand was running elsewhere.
    mail: Mutex<Mail>,
    /// Is there mail? Ordered by the swaps of `parked`: who parks after a delivery found nothing sees it.
    has_mail: AtomicBool,
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Room is taken for what waits in a segment in steps of so many bytes.
const JOINED_STEP: usize = 16 * 1024;

impl Segment {
    /// The segment of a strand that was alone until now; made of the one of the strand's last use where nobody has it.
    fn of(strand: &mut Strand) -> Arc<Self> {
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

    fn joined(&mut self) -> &mut Joined {
        self.joined
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Is its root the only strand that it ever had?
    fn is_of_one(&mut self) -> bool {
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
    fn join(self: &Arc<Self>, strand: Box<Strand>) {
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

impl Part {
    fn of(seed: u64, segment: Option<Arc<Segment>>) -> Arc<Self> {
        let (parked, mail) = (AtomicCell::new(None), Mutex::default());
        let has_mail = AtomicBool::new(false);
        Arc::new(Self {
            segment,
            seed,
            parked,
            mail,
            has_mail,
        })
    }

    pub(crate) fn segment(&self) -> Option<&Arc<Segment>> {
        self.segment.as_ref()
    }

    /// Puts the strand where others can reach it, for the time that its task is suspended.
    #[inline]
    pub(crate) fn park(self: &Arc<Self>, strand: Box<Strand>) {
        self.put(strand);
        if self.has_mail.load(Ordering::Relaxed) {
            self.collect();
        }
    }

    fn put(&self, strand: Box<Strand>) {
        // A swap, not a store: see `has_mail`.
        drop(self.parked.swap(Some(strand)));
    }

    /// Takes the strand back. Somebody who delivers a late end has it for a moment only.
    #[inline]
    pub(crate) fn unpark(&self) -> Box<Strand> {
        loop {
            if let Some(strand) = self.parked.take() {
                return strand;
            }
            std::thread::yield_now();
        }
    }

    /// Brings the end of a span to its strand, wherever that is.
    pub(crate) fn deliver(self: &Arc<Self>, late: Late) {
        if late.end.is_failure()
            && let Some(segment) = &self.segment
        {
            // Until it is read: the segment may be decided before.
            segment.count_failing(true);
        }
        lock(&self.mail).put(late);
        self.has_mail.store(true, Ordering::Relaxed);
        self.collect();
    }

    /// Applies the mail if the strand is parked. If it runs elsewhere, that is done when it is parked or complete.
    fn collect(self: &Arc<Self>) {
        while !lock(&self.mail).is_empty() {
            let Some(mut strand) = self.parked.take() else {
                return;
            };
            self.apply_mail(&mut strand);
            if strand.open == 0 && strand.orphaned {
                complete(strand);
                return;
            }
            self.put(strand);
        }
    }

    fn apply_mail(&self, strand: &mut Strand) {
        let mail = {
            let mut mail = lock(&self.mail);
            self.has_mail.store(false, Ordering::Relaxed);
            mail.take()
        };
        strand.read(mail);
    }

    /// At shutdown: takes what the strand has recorded, ends what is open as cancelled, and leaves an empty strand to
    /// whoever wakes it later.
    pub(crate) fn close(self: &Arc<Self>) {
        let Some(mut strand) = self.parked.take() else {
            return;
        };
        self.put(Strand::new(strand.pipeline.clone()));
        self.apply_mail(&mut strand);
        strand.cancel_open(clock::now());
        complete(strand);
    }

    /// Cuts the strand if it is suspended, and has been open for long enough. Its segment, if it is to be decided so far.
    pub(crate) fn cut(self: &Arc<Self>, now: Ticks) -> Option<Arc<Segment>> {
        let Some(mut strand) = self.parked.take() else {
            // It runs: what has joined can do without it.
            let due = |segment: &&Arc<Segment>| now >= segment.cut_at.load(Ordering::Relaxed);
            return self.segment().filter(due).cloned();
        };
        let due = now >= strand.cut_at && strand.cut_at > 0 && !strand.orphaned;
        let segment = due.then(|| strand.segment.clone()).flatten();
        if let Some(segment) = &segment {
            // Whatever happens, the strand is put back: its owner waits for it.
            let ended = unharmed(|| {
                self.apply_mail(&mut strand);
                strand.cut_at = now.saturating_add(strand.pipeline.cut);
                strand.split()
            });
            if let Some(Some(ended)) = ended {
                segment.take_in(ended);
            }
        }
        self.park(strand);
        segment
    }

    /// Leaves the strand to the spans that it still waits for.
    fn orphan(self: &Arc<Self>, mut strand: Box<Strand>) {
        strand.orphaned = true;
        self.put(strand);
        self.collect();
    }
}

/// The owner of the strand is done with it.
pub(crate) fn finish(mut strand: Box<Strand>) {
    if strand.role == Role::Scope {
        thread::recycle(strand);
    } else if strand.open > 0 {
        let part = part_of(&mut strand);
        let root_ended = strand.role == Role::Root;
        part.orphan(strand);
        if root_ended && let Some(segment) = part.segment() {
            segment.pipeline.root_ended_early(segment);
        }
    } else {
        complete(strand);
    }
}

/// All spans of the strand have ended.
fn complete(mut strand: Box<Strand>) {
    if let Some(mut part) = strand.part.take() {
        registry::remove(part.seed);
        // Somebody who has just found the part keeps it, and with it the segment; else it serves again.
        match Arc::get_mut(&mut part) {
            Some(owned) => {
                owned.segment = None;
                let mail = owned
                    .mail
                    .get_mut()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
                *owned.has_mail.get_mut() = false;
                strand.read(mail);
                strand.spare = Some(part);
            }
            None => part.apply_mail(&mut strand),
        }
    }
    let Some(mut segment) = strand.segment.take() else {
        return decide_alone(strand);
    };
    if strand.role == Role::Root {
        if let Some(alone) = Arc::get_mut(&mut segment)
            && alone.is_of_one()
        {
            strand.failed |= alone.joined().failed;
            strand.spare_segment = Some(segment);
            return decide_alone(strand);
        }
        strand.spare_segment = Some(segment.clone());
    }
    segment.join(strand);
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

/// Makes the strand reachable for others.
#[inline]
pub(crate) fn share(strand: &mut Strand) {
    if strand.part.is_none() {
        attach(strand);
    }
}

/// What others reach the strand by.
pub(crate) fn part_of(strand: &mut Strand) -> Arc<Part> {
    match &strand.part {
        Some(part) => part.clone(),
        None => attach(strand).clone(),
    }
}

/// Gives the strand a part, that of its last use where it can, and a segment if it was alone until now.
fn attach(strand: &mut Strand) -> &Arc<Part> {
    let segment = match &strand.segment {
        Some(segment) => segment.clone(),
        None => {
            let segment = Segment::of(strand);
            if strand.failed {
                segment.count_failing(true);
            }
            strand.segment.insert(segment).clone()
        }
    };
    let seed = strand.seed;
    let part = match strand.spare.take() {
        Some(mut spare) => {
            match Arc::get_mut(&mut spare) {
                Some(part) => {
                    part.seed = seed;
                    part.segment = Some(segment);
                }
                None => spare = Part::of(seed, Some(segment)),
            }
            spare
        }
        None => Part::of(seed, Some(segment)),
    };
    registry::insert(seed, part.clone());
    strand.pipeline.cutting.look();
    strand.part.insert(part)
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
