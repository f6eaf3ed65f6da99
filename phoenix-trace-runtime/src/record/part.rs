//! A part: how others reach one strand. It is parked there while its task is suspended, and gets mail while it runs.

use std::fmt;
use std::sync::Arc;

use super::clock::{self, Ticks};
use super::mail::{Late, Mail};
use super::parking::{Delivered, Parked, Parking};
use super::segment::{Segment, decide_alone};
use super::strand::{Role, Strand};
use super::told::unharmed;
use super::{ids, registry, thread};

/// How others reach one strand.
pub(crate) struct Part {
    /// None once the strand has joined.
    segment: Option<Arc<Segment>>,
    seed: u64,
    /// What the strand's span ids derive from.
    id_seed: u64,
    /// The strand, while it is suspended or waits for spans that run elsewhere, and what happened to its spans while it was
    /// running elsewhere.
    parking: Parking<Strand>,
}

impl Parked for Strand {
    type Mail = Mail;

    fn read(&mut self, mail: (Vec<Late>, u32)) {
        self.read_mail(mail);
    }

    fn is_complete(&self) -> bool {
        self.open() == 0 && (self.orphaned || self.free)
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Part")
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

impl Part {
    fn of(strand: &Strand, segment: Option<Arc<Segment>>) -> Arc<Self> {
        Arc::new(Self {
            segment,
            seed: strand.seed,
            id_seed: strand.id_seed,
            parking: Parking::new(),
        })
    }

    pub(crate) fn segment(&self) -> Option<&Arc<Segment>> {
        self.segment.as_ref()
    }

    /// Puts the strand where others can reach it, for the time that its task is suspended.
    #[inline]
    pub(crate) fn park(&self, strand: Box<Strand>) {
        if let Some(strand) = self.parking.park(strand) {
            complete(strand);
        }
    }

    /// Takes the strand back.
    #[inline]
    pub(crate) fn unpark(&self) -> Box<Strand> {
        self.parking.unpark()
    }

    /// Brings the end of a span to its strand, wherever that is.
    pub(crate) fn deliver(&self, late: Late) {
        let failure = late.end.is_failure();
        if failure && let Some(segment) = &self.segment {
            // Until it is read: the segment may be decided before.
            segment.count_failing(true);
        }
        match self.parking.deliver(late) {
            Delivered::Taken => {}
            Delivered::Completed(strand) => complete(strand),
            Delivered::TooLate(_) => {
                if failure && let Some(segment) = &self.segment {
                    segment.fail_late();
                }
            }
        }
    }

    /// Takes the strand of a span without an owner, if it waits here: to run it for a while, or to change it.
    pub(super) fn take_free(&self) -> Option<Box<Strand>> {
        let mut strand = self.parking.take()?;
        if strand.free && strand.seed == self.seed {
            self.parking.read(&mut strand);
            return Some(strand);
        }
        self.park(strand);
        None
    }

    /// Brings what was written to a strand that is at hand.
    pub(super) fn read(&self, strand: &mut Strand) {
        self.parking.read(strand);
    }

    fn has_mail(&self) -> bool {
        self.parking.has_mail()
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// The id of a span of the strand.
    pub(super) fn id_of(&self, number: u32) -> u64 {
        ids::span_id(self.id_seed, number)
    }

    /// At shutdown: takes what the strand has recorded, and ends what is open as cancelled. Whoever wakes it later finds one
    /// that knows the request as before, and records nothing: spans without those around them would make traces of their own.
    pub(crate) fn close(&self) {
        let Some(mut strand) = self.parking.take() else {
            return;
        };
        let mail = self.parking.close();
        // Before it is woken: of spans within each other, the outer would be found yet, and have the children of the inner.
        registry::remove(self.seed);
        let mut rest = Strand::new(strand.pipeline.clone());
        rest.context.clone_from(&strand.context);
        rest.suppressed = true;
        self.park(rest);
        strand.read(mail);
        strand.cancel_open(clock::now());
        complete(strand);
    }

    /// Cuts the strand if it is suspended, and has been open for long enough. Its segment, if it is to be decided so far.
    pub(crate) fn cut(&self, now: Ticks) -> Option<Arc<Segment>> {
        let Some(mut strand) = self.parking.take() else {
            // It runs: what has joined can do without it.
            let due = |segment: &&Arc<Segment>| segment.is_due(now);
            return self.segment().filter(due).cloned();
        };
        let due = now >= strand.cut_at && !strand.orphaned;
        let segment = due.then(|| strand.segment.clone()).flatten();
        if let Some(segment) = &segment {
            // Whatever happens, the strand is put back: its owner waits for it.
            let ended = unharmed(|| {
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
    fn orphan(&self, mut strand: Box<Strand>) {
        strand.orphaned = true;
        self.park(strand);
    }
}

/// The owner of the strand is done with it.
#[inline]
pub(crate) fn finish(mut strand: Box<Strand>) {
    if strand.open() == 0 && strand.part.is_none() && strand.role == Role::Branch {
        // Nobody else has ever seen it, as most that are spawned.
        strand.otel = None;
        strand.take_correction();
        match strand.segment.take() {
            Some(segment) => segment.join(strand),
            None => decide_alone(strand),
        }
    } else {
        finish_any(strand);
    }
}

#[inline(never)]
fn finish_any(mut strand: Box<Strand>) {
    if strand.role == Role::Scope {
        thread::recycle(strand);
    } else if strand.open() > 0 {
        let part = part_of(&mut strand);
        let root_ended = strand.role == Role::Root;
        if root_ended && let Some(segment) = part.segment() {
            strand.measure_root();
            segment.root_has_ended(strand.slow);
        }
        part.orphan(strand);
        if root_ended && let Some(segment) = part.segment() {
            segment.pipeline.root_ended_early(segment);
        }
    } else {
        complete(strand);
    }
}

/// Puts back the strand of a span without an owner.
pub(super) fn give_back(mut strand: Box<Strand>) {
    if strand.is_complete() {
        complete(strand);
    } else {
        let part = part_of(&mut strand);
        part.park(strand);
    }
}

/// All spans of the strand have ended.
fn complete(mut strand: Box<Strand>) {
    if strand.role == Role::Root {
        strand.measure_root();
    }
    // It names the part.
    strand.otel = None;
    if let Some(mut part) = strand.part.take() {
        registry::remove(part.seed);
        // Somebody who has just found the part keeps it, and with it the segment; else it serves again.
        match Arc::get_mut(&mut part) {
            Some(owned) => {
                owned.segment = None;
                strand.read(owned.parking.reset());
                strand.spare = Some(part);
            }
            None => strand.read(part.parking.close()),
        }
    }
    strand.take_correction();
    let Some(mut segment) = strand.segment.take() else {
        return decide_alone(strand);
    };
    if strand.role == Role::Root {
        if let Some(alone) = Arc::get_mut(&mut segment)
            && let Some(failed) = alone.of_one_failed()
        {
            strand.failed |= failed;
            strand.across = alone.across.across();
            strand.spare_segment = Some(segment);
            return decide_alone(strand);
        }
        strand.spare_segment = Some(segment.clone());
    }
    segment.join(strand);
}

impl Strand {
    /// Takes notice of what others have said so far of its spans, before some of them go.
    pub(super) fn read_own_mail(&mut self) {
        if let Some(part) = self.part.as_ref().filter(|part| part.has_mail()) {
            part.clone().read(self);
        }
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
    let part = match strand.spare.take() {
        Some(mut spare) => {
            match Arc::get_mut(&mut spare) {
                Some(part) => {
                    part.seed = strand.seed;
                    part.id_seed = strand.id_seed;
                    part.segment = Some(segment);
                }
                None => spare = Part::of(strand, Some(segment)),
            }
            spare
        }
        None => Part::of(strand, Some(segment)),
    };
    registry::insert(strand.seed, part.clone());
    strand.pipeline.cutting.look();
    strand.part.insert(part)
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::time::Duration;

    use super::*;

    /// Looks for a strand when it is dropped, and counts how often it was found, and how often not.
    struct Looks {
        seed: u64,
        found: Arc<[AtomicU32; 2]>,
    }

    impl Drop for Looks {
        fn drop(&mut self) {
            let found = registry::find(self.seed).is_some();
            self.found[usize::from(found)].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Code of the user's runs between the two: here it stands for the task, which may be woken as soon as the strand is back.
    #[test]
    fn a_strand_that_is_closed_is_not_found_while_its_spans_are_taken() {
        let config = crate::Config::default().no_exporter();
        let pipeline = crate::bootstrap::start(config).expect("it starts");
        let found = Arc::<[AtomicU32; 2]>::default();
        let mut strand = Strand::new(pipeline.clone());
        strand.role = Role::Branch;
        strand.seed = registry::seed_in_shard(1 << 40, 0);
        let looks = Looks {
            seed: strand.seed,
            found: found.clone(),
        };
        strand.otel = Some(opentelemetry::Context::new().with_value(looks));
        let part = part_of(&mut strand);
        part.park(strand);
        assert!(registry::find(part.seed).is_some());
        part.close();
        let [missed, found] = found.each_ref().map(|count| count.load(Ordering::Relaxed));
        assert_eq!((missed, found), (1, 0));
        assert!(part.unpark().suppressed);
        pipeline.shutdown(Duration::from_secs(5));
    }
}
