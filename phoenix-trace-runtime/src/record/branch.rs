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

    /// Runs it until the guard goes.
    pub(super) fn enter(&mut self) -> Running<'_> {
        let mut running = self.enter_poll();
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
