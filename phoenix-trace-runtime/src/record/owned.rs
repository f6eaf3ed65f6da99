//! Spans across the polls of a future, the frames of a body, the items of a stream. An [`Owned`] span runs only between
//! [`Owned::enter`] and the end of what that returns. One that is fresh is started by what its owner runs first.

use std::mem::ManuallyDrop;
use std::sync::Arc;

use super::carry::with_active;
use super::clock::{self, Ticks};
use super::current::{deliver, on_active};
use super::fresh::{self, Expects};
use super::mail::{Late, LateEnd};
use super::part::{Part, finish, share};
use super::refused::Refused;
use super::running::{Mode, Running, abroad};
use super::site::Site;
use super::start::{Beginning, Child, Under, start_child, start_root};
use super::stored::NONE;
use super::strand::Strand;
use super::thread;
use crate::panics::Before;
use crate::value::Attr;

/// A span, or the right to record below one, that runs now and then. Dropped before it was ended, it was cancelled.
#[derive(Debug, Default)]
pub struct Owned(
    /// Dropped only by [`Drop`], which has little to do where nothing is recorded.
    ManuallyDrop<State>,
);

/// Two machine words: it makes every annotated future larger.
#[derive(Debug, Default)]
pub(super) enum State {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Nothing has run yet: what runs first starts the span by [`start`](super::start::start).
    Fresh,
    /// A span of a strand that somebody further out owns. Where the strand had no room for it, it is [`NONE`]: it never
    /// runs, and can only fail.
    Child { seed: u64, number: u32 },
    /// A strand of its own that nobody else can reach.
    Strand(Box<Strand>),
    /// A strand that others can reach while it is suspended. It stays in this state while the strand runs.
    Shared(Arc<Part>),
    /// A strand that nobody else can reach, while it runs.
    Running,
    /// A child that runs until this is dropped, and what ran before it.
    LeavingChild { number: u32, previous: u32 },
    /// A strand that runs until this is dropped.
    Leaving,
    /// A local root that there was no room for.
    Refused(Box<Refused>),
    /// A branch that runs in place of a child until this is dropped.
    LeavingAbroad { seed: u64, number: u32 },
}

/// Starts a span that its owner will run: below the one that runs now, or as the local root of a request that has just
/// come in. While nothing is recorded, a request still gets the scope of its context.
pub(crate) fn begin_under(
    site: &'static Site,
    name: &[&str],
    attrs: &[Attr<'_>],
    under: Under<'_>,
) -> Owned {
    let now = clock::now();
    if let Under::Current = under {
        let child = start_child(site, attrs, now, false);
        if !child.is_none() {
            on_active(child.seed, |strand| {
                strand.rename_parts(child.number(), name);
                // Its owner may take it elsewhere before it runs.
                share(strand);
            });
            let (seed, number) = (child.seed, child.number());
            return Owned::new(State::Child { seed, number });
        }
    }
    let beginning = Beginning::named(name);
    Owned::new(match start_root(site, attrs, beginning, now, under) {
        Ok(strand) => State::Strand(strand),
        Err(Some(refused)) => State::Refused(refused),
        Err(None) => State::Off,
    })
}

/// A strand that is set to run: a branch of a segment, or the scope of a request.
pub(crate) fn own(strand: Box<Strand>) -> Owned {
    Owned::new(State::Strand(strand))
}

impl Owned {
    #[inline]
    fn new(state: State) -> Self {
        Self(ManuallyDrop::new(state))
    }

    pub(super) fn state(&self) -> &State {
        &self.0
    }

    pub(super) fn set(&mut self, state: State) {
        *self.0 = state;
    }

    /// Instead of a state of which nothing is to be dropped.
    #[inline]
    pub(super) fn set_plain(&mut self, state: State) {
        debug_assert!(matches!(
            *self.0,
            State::Off | State::Fresh | State::Running | State::Child { .. }
        ));
        self.0 = ManuallyDrop::new(state);
    }

    /// Takes the strand that it owns and that does not run.
    pub(super) fn take_strand(&mut self) -> Option<Box<Strand>> {
        match &*self.0 {
            State::Strand(_) => match self.take() {
                State::Strand(strand) => Some(strand),
                _ => None,
            },
            _ => None,
        }
    }

    fn take(&mut self) -> State {
        std::mem::take(&mut self.0)
    }

    /// No span.
    #[inline]
    pub(crate) const fn off() -> Self {
        Self(ManuallyDrop::new(State::Off))
    }

    /// A span that starts when its owner first runs.
    #[inline]
    pub(super) const fn fresh() -> Self {
        Self(ManuallyDrop::new(State::Fresh))
    }

    /// Is there nothing to record, now or ever?
    #[inline]
    pub(crate) fn is_off(&self) -> bool {
        matches!(*self.0, State::Off | State::Fresh)
    }

    /// Makes the span the current one until the guard goes.
    #[inline]
    pub(crate) fn enter(&mut self) -> Running<'_> {
        let mut running = self.enter_poll();
        running.before = Before::now();
        running
    }

    /// The same for who suspends or settles what comes of it, and [forgets](Running::forget) it then: if it is dropped, it is
    /// unwound.
    #[inline(never)]
    pub(super) fn enter_poll(&mut self) -> Running<'_> {
        match *self.0 {
            State::Off => self.run_nothing(),
            State::Fresh => self.enter_fresh(),
            State::Child { seed, number } => self.enter_child(Child::new(seed, number)),
            _ => self.enter_strand(),
        }
    }

    #[inline(never)]
    fn enter_fresh(&mut self) -> Running<'_> {
        let Some(expected) = fresh::expect_start() else {
            return self.run_nothing();
        };
        let mut running = self.running(Mode::Starting, expected.before);
        running.outer = expected.outer;
        running
    }

    #[inline(never)]
    fn enter_child(&mut self, child: Child) -> Running<'_> {
        let previous = on_active(child.seed, |strand| match child.number() {
            NONE => (strand.current, false),
            number => {
                let previous = std::mem::replace(&mut strand.current, number);
                (previous, strand.follows)
            }
        });
        match previous {
            Some((previous, false)) => self.running(Mode::Child, child.running(previous)),
            Some((previous, true)) => self.enter_following(child.running(previous)),
            None => self.enter_abroad(child),
        }
    }

    #[cold]
    fn enter_following(&mut self, child: Child) -> Running<'_> {
        thread::follow(child.number());
        self.running(Mode::Child, child)
    }

    #[cold]
    fn enter_abroad(&mut self, child: Child) -> Running<'_> {
        if child.number() == NONE {
            return self.running(Mode::Unrecorded, child);
        }
        if abroad(child) {
            self.running(Mode::Abroad, child)
        } else {
            self.run_nothing()
        }
    }

    /// Lets its owner run without a span.
    #[inline]
    fn run_nothing(&mut self) -> Running<'_> {
        Running {
            span: self,
            mode: Mode::Nothing,
            child: Child::NONE,
            before: Before::NOTHING,
            outer: Expects::Nothing,
        }
    }

    #[inline]
    fn running(&mut self, mode: Mode, child: Child) -> Running<'_> {
        Running {
            span: self,
            mode,
            child,
            before: Before::a_poll(),
            outer: Expects::Nothing,
        }
    }

    /// The same where it is a strand of its own, or nothing.
    #[inline(never)]
    pub(super) fn enter_strand(&mut self) -> Running<'_> {
        let mut strand = match &*self.0 {
            State::Shared(part) => part.unpark(),
            State::Strand(_) => match self.take() {
                State::Strand(strand) => {
                    self.set_plain(State::Running);
                    strand
                }
                _ => return self.run_nothing(),
            },
            State::Refused(_) => return self.running(Mode::Unrecorded, Child::NONE),
            _ => return self.run_nothing(),
        };
        strand.take_correction();
        self.run_strand(strand)
    }

    /// The same of a strand that it does not own yet.
    #[inline]
    pub(super) fn enter_with(&mut self, mut strand: Box<Strand>) -> Running<'_> {
        self.set_plain(State::Running);
        strand.take_correction();
        self.run_strand(strand)
    }

    #[inline(always)]
    fn run_strand(&mut self, strand: Box<Strand>) -> Running<'_> {
        match thread::install(strand) {
            Ok(()) => self.running(Mode::Strand, Child::first()),
            Err(strand) => self.stay(strand),
        }
    }

    /// The thread is ending: nothing can run on it.
    #[cold]
    fn stay(&mut self, strand: Box<Strand>) -> Running<'_> {
        match &*self.0 {
            State::Shared(part) => part.park(strand),
            _ => self.set(State::Strand(strand)),
        }
        self.run_nothing()
    }

    /// Makes the span the current one until this is dropped: what its owner drops before is dropped inside of it.
    #[inline]
    pub(crate) fn enter_to_drop(&mut self) {
        if !self.is_off() {
            self.leave();
        }
    }

    #[inline(never)]
    fn leave(&mut self) {
        let running = self.enter();
        let (mode, child) = (running.mode, running.child);
        running.run_on();
        match mode {
            Mode::Nothing | Mode::Starting | Mode::Unrecorded => {}
            Mode::Child => {
                let previous = child.previous().unwrap_or(NONE);
                let number = child.number();
                self.set(State::LeavingChild { number, previous });
            }
            Mode::Strand => self.set(State::Leaving),
            Mode::Abroad => {
                let (seed, number) = (child.seed, child.number());
                self.set(State::LeavingAbroad { seed, number });
            }
        }
    }

    /// Ends the span: its work was given up.
    #[inline(never)]
    fn cancel(&mut self) {
        let now = clock::now();
        match self.take() {
            State::Off | State::Fresh | State::Running | State::Refused(_) => {}
            State::Leaving => {
                if let Some(strand) = thread::uninstall() {
                    cancel(strand, now);
                }
            }
            State::LeavingAbroad { seed, number } => {
                if let Some(branch) = thread::uninstall() {
                    finish(branch);
                }
                let (at, end) = (now, LateEnd::Cancelled);
                deliver(seed, Late { number, at, end });
            }
            State::LeavingChild { number, previous } => {
                with_active(|strand| {
                    strand.set_cancelled(number);
                    strand.end(number, now);
                    strand.current = previous;
                });
                thread::unfollow_number(number);
            }
            State::Child { seed, number } => {
                let here = on_active(seed, |strand| {
                    strand.set_cancelled(number);
                    strand.end(number, now);
                });
                if here.is_none() {
                    let (at, end) = (now, LateEnd::Cancelled);
                    deliver(seed, Late { number, at, end });
                }
            }
            State::Strand(strand) => cancel(strand, now),
            State::Shared(part) => {
                let strand = part.unpark();
                drop(part);
                cancel(strand, now);
            }
        }
    }
}

impl Drop for Owned {
    #[inline]
    fn drop(&mut self) {
        if !self.is_off() {
            self.cancel();
        }
    }
}

fn cancel(mut strand: Box<Strand>, now: Ticks) {
    if strand.has_owners_span() {
        strand.set_cancelled(0);
        strand.end(0, now);
    }
    finish(strand);
}
