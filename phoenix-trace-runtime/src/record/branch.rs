//! The right to record below the span that is current here and now, for code that runs elsewhere. It becomes a strand when that
//! code first runs.

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

/// Small, since a runtime moves it about with its task.
#[derive(Debug)]
pub(super) struct Branch(Place);

#[derive(Debug)]
enum Place {
    Planned(Planned),
    Owned(Owned),
}

/// A strand that its segment counts, and that is not made yet.
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
            Some(planned) => Self(Place::Planned(planned)),
            None => Self::of(own_branch()),
        }
    }

    /// Of a strand that is there.
    pub(super) const fn of(owned: Owned) -> Self {
        Self(Place::Owned(owned))
    }

    /// Runs it for a poll, as [`Owned::enter_poll`].
    #[inline]
    pub(super) fn enter_poll(&mut self) -> Running<'_> {
        match self.0.take_plan() {
            Some(planned) => self.0.owned().enter_with(planned.strand()),
            None => self.0.owned().enter_strand(),
        }
    }

    /// Runs it until the guard goes.
    pub(super) fn enter(&mut self) -> Running<'_> {
        let mut running = self.enter_poll();
        running.before = Before::now();
        running
    }

    /// Runs it until this is dropped.
    #[inline]
    pub(super) fn enter_to_drop(&mut self) {
        self.0.make().enter_to_drop();
    }
}

impl Drop for Branch {
    /// Its segment waits for it, even if it never runs.
    #[inline]
    fn drop(&mut self) {
        self.0.make();
    }
}

impl Place {
    #[inline]
    fn take_plan(&mut self) -> Option<Planned> {
        match self {
            Self::Owned(_) => None,
            Self::Planned(_) => match std::mem::replace(self, Self::Owned(Owned::off())) {
                Self::Planned(planned) => Some(planned),
                Self::Owned(_) => None,
            },
        }
    }

    /// What there is without a plan.
    #[inline]
    fn owned(&mut self) -> &mut Owned {
        loop {
            match self {
                Self::Owned(owned) => return owned,
                Self::Planned(_) => *self = Self::Owned(Owned::off()),
            }
        }
    }

    /// Makes what is planned.
    #[inline]
    fn make(&mut self) -> &mut Owned {
        if let Some(planned) = self.take_plan() {
            planned.make(self.owned());
        }
        self.owned()
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

    #[cold]
    fn make(self, owned: &mut Owned) {
        owned.set(State::Strand(self.strand()));
    }

    #[inline(never)]
    fn strand(self) -> Box<Strand> {
        let place = (self.seed, self.number);
        let mut strand = match thread::take_branch(place) {
            Some(strand) => self.segment.branch_again(strand),
            None => {
                let blank = thread::take_strand(&self.segment.pipeline);
                let parent = ids::span_id(self.seed, self.number);
                (self.segment).branch_on(blank, &self.segment.context, parent, place)
            }
        };
        strand.corrected = self.corrected;
        strand
    }
}
