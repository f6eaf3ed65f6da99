//! The right to record below the span that is current here and now, for code that runs elsewhere. It becomes a strand when that
//! code first runs: most tasks go on with the strand that another task of the same span has left.

use std::sync::Arc;

use super::carry::{own_branch, with_active};
use super::owned::{Owned, State};
use super::part::share;
use super::running::Running;
use super::segment::Segment;
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::{ids, thread};
use crate::interop::contexts;
use crate::panics::Before;

#[derive(Debug)]
pub(super) struct Branch {
    planned: Option<Planned>,
    owned: Owned,
}

/// A strand that its segment counts, and that is not made yet. Small, since a runtime moves it about with its task.
#[derive(Debug)]
struct Planned {
    segment: Arc<Segment>,
    /// Where the record of the span is that it hangs under.
    seed: u64,
    number: u32,
    /// How often the correlation id of the request had been set.
    corrected: u32,
}

impl Branch {
    /// Below what runs here. Not inlined: meanwhile the task that is to run reaches memory, from where it is moved.
    #[inline(never)]
    pub(super) fn here() -> Self {
        match with_active(Planned::below).flatten() {
            Some(planned) => Self {
                planned: Some(planned),
                owned: Owned::off(),
            },
            None => Self::of(own_branch()),
        }
    }

    /// Of a strand that is there.
    pub(super) const fn of(owned: Owned) -> Self {
        Self {
            planned: None,
            owned,
        }
    }

    /// Runs it for a poll, as [`Owned::enter_poll`].
    #[inline]
    pub(super) fn enter_poll(&mut self) -> Running<'_> {
        match self.planned.take() {
            Some(planned) => self.owned.enter_with(planned.strand()),
            None => self.owned.enter_strand(),
        }
    }

    /// Runs it until the guard goes. That may take long, and nothing of it is suspended meanwhile: it does not go on with what
    /// another task has recorded, which stays within reach of a shutdown.
    pub(super) fn enter(&mut self) -> Running<'_> {
        let mut running = match self.planned.take() {
            Some(planned) => self.owned.enter_with(planned.begin(None)),
            None => self.owned.enter_strand(),
        };
        running.before = Before::now();
        running
    }

    /// Runs it until this is dropped.
    #[inline]
    pub(super) fn enter_to_drop(&mut self) {
        self.make();
        self.owned.enter_to_drop();
    }

    #[inline]
    fn make(&mut self) {
        if self.planned.is_some() {
            self.make_now();
        }
    }

    #[cold]
    fn make_now(&mut self) {
        if let Some(planned) = self.planned.take() {
            self.owned.set(State::Strand(planned.strand()));
        }
    }
}

impl Drop for Branch {
    /// Its segment waits for it, even if it never runs.
    #[inline]
    fn drop(&mut self) {
        self.make();
    }
}

impl Planned {
    /// `None`: what runs here has what its segment does not know of, or there is none.
    #[inline]
    fn below(running: &mut Strand) -> Option<Self> {
        if running.role == Role::Scope || contexts::is_carried(running) || running.has_drawn_ids() {
            return None;
        }
        if running.current != NONE || running.segment.is_none() {
            share(running);
        }
        let segment = running.segment.as_ref()?;
        if !running.context.is_request_of(&segment.context) {
            return None;
        }
        let (seed, number) = running.place_of_current();
        if number == NONE {
            return None;
        }
        // As no ids are drawn, the parent's derives from where it is.
        debug_assert_eq!(running.id_of(running.current), ids::span_id(seed, number));
        let segment = segment.clone();
        running.count_branch();
        Some(Self {
            segment,
            seed,
            number,
            corrected: running.corrected,
        })
    }

    /// The strand: one that was left by another task of the same span, or a new one.
    #[inline]
    fn strand(self) -> Box<Strand> {
        match self.segment.take_idle() {
            Some(strand) if self.goes_on_with(&strand) => self.go_on_with(strand),
            idle => self.begin(idle),
        }
    }

    #[inline]
    fn goes_on_with(&self, strand: &Strand) -> bool {
        strand.context.place == Some((self.seed, self.number))
            && strand.corrected == self.corrected
            && strand.context.is_request_of(&self.segment.context)
    }

    #[inline]
    fn go_on_with(self, mut strand: Box<Strand>) -> Box<Strand> {
        // There is one strand less than was counted, which joins with this one.
        strand.branches += 1;
        strand.went_on = true;
        strand.current = NONE;
        strand.segment = Some(self.segment);
        strand
    }

    #[inline(never)]
    fn begin(self, idle: Option<Box<Strand>>) -> Box<Strand> {
        if let Some(idle) = idle {
            self.segment.join(idle);
        }
        let blank = thread::take_strand(&self.segment.pipeline);
        let context = &self.segment.context;
        let parent = ids::span_id(self.seed, self.number);
        let place = (self.seed, self.number);
        let mut strand = self.segment.branch_on(blank, context, parent, place);
        strand.corrected = self.corrected;
        strand
    }
}

impl Strand {
    /// Before a task that went on with it is suspended, maybe for long: what others have recorded joins without it.
    #[inline]
    pub(super) fn part_from_others(&mut self) {
        if std::mem::take(&mut self.went_on) {
            self.part_from_others_now();
        }
    }

    #[inline(never)]
    fn part_from_others_now(&mut self) {
        if let Some(segment) = self.segment.clone()
            && let Some(ended) = self.split()
        {
            segment.take_in(ended);
        }
    }

    /// May a task go on with it that runs below the same span? All in it has ended well, and there is room for more. One that
    /// was suspended is not left to others, who may be suspended too.
    pub(super) fn may_go_on(&self) -> bool {
        const fn has_room(used: usize, room: usize) -> bool {
            4 * used <= 3 * room
        }
        let plain = self.role == Role::Branch
            && !(self.failed || self.owned || self.free || self.orphaned || self.suppressed);
        plain
            && self.otel_span == 0
            && self.lent == 0
            && self.charged == 0
            && self.overflow == 0
            && self.failures.is_empty()
            && !self.renumbered
            && !self.has_drawn_ids()
            && has_room(self.records.len(), self.plain)
            && has_room(self.attrs.len() + self.events.len(), self.detail_room)
            && has_room(self.text.len(), self.text_room)
    }
}
