//! An owned span while it runs, and what becomes of it afterwards: suspended, ended, or failed by a panic.

use super::carry::with_active;
use super::clock::Ticks;
use super::current::{
    deliver, fail_entered, fail_owned, leave_hidden, on_active, on_entered, on_owned, render,
};
use super::entered::end_hidden;
use super::fresh::{self, Expects};
use super::mail::{Edit, Late, LateEnd};
use super::owned::{Owned, State};
use super::part::{finish, part_of, share};
use super::start::Child;
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::told::Told;
use super::{attached, clock, registry, thread};
use crate::interop::contexts;
use crate::key::RawKey;
use crate::outcome::{Failure, Outcome};
use crate::panics::Before;
use crate::value::Value;

/// Runs a child that is polled where its strand does not run: what it records meanwhile is a branch of the same segment. `false`:
/// it cannot.
#[cold]
pub(super) fn abroad(child: Child) -> bool {
    let (seed, number) = (child.seed, child.number());
    let Some(part) = registry::find(seed) else {
        return false;
    };
    let Some(segment) = part.segment() else {
        return false;
    };
    let mut branch = segment.branch(part.id_of(number), (seed, number));
    with_active(|running| {
        if running.context.trace_id == branch.context.trace_id {
            // A context that is attached by hand may have given it another one.
            (branch.context.baggage).clone_from(&running.context.baggage);
        }
    });
    contexts::of_branch(&mut branch, Some(&part), number);
    thread::install(branch).map_err(finish).is_ok()
}

/// An [`Owned`] span while it runs. When this is dropped the span is suspended; after a panic it has failed.
#[derive(Debug)]
pub struct Running<'a> {
    pub(super) span: &'a mut Owned,
    pub(super) mode: Mode,
    pub(super) child: Child,
    pub(super) before: Before,
    /// What is expected once this one has run of the span that was entered before it.
    pub(super) outer: Expects,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Nothing,
    /// A fresh span, which may have been started since. In place of the child stands what ran before.
    Starting,
    /// A child on the strand of its parent.
    Child,
    /// The owner of the running strand.
    Strand,
    /// A child away from its strand, on a branch.
    Abroad,
    /// A span that there was no room for: it can only fail.
    Unrecorded,
}

impl Running<'_> {
    /// Ends the span: its work is done.
    #[inline]
    pub(crate) fn settle(&mut self, outcome: Outcome<'_>) {
        if let Outcome::Err(failure) = outcome {
            self.fail(&failure);
        }
        self.finish();
    }

    /// Is there a span that may have something to tell?
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.mode != Mode::Nothing
    }

    /// Looks whether the fresh span was started, and where.
    #[inline(never)]
    fn find_started(&mut self) {
        if self.mode != Mode::Starting {
            return;
        }
        let before = self.child;
        let refused = thread::with(|thread| thread.fresh.take_refused()).flatten();
        if let Some(refused) = refused {
            self.mode = Mode::Unrecorded;
            self.span.set(State::Refused(refused));
            return self.expect_again();
        }
        let started = thread::with(|thread| {
            let strand = attached::entered(thread.active.as_deref_mut()?, before.seed)?;
            if strand.seed != before.seed {
                return Some((Mode::Strand, Child::first()));
            }
            let (parent, number) = (before.previous().unwrap_or(NONE), strand.current);
            if number != parent {
                let child = Child::new(strand.seed, number).running(parent);
                return Some((Mode::Child, child));
            }
            // It had no room for the span, and counted it.
            let child = Child::new(strand.seed, NONE).running(parent);
            (strand.overflow != before.number()).then_some((Mode::Child, child))
        });
        let (mode, child) = started.flatten().unwrap_or((Mode::Nothing, Child::NONE));
        (self.mode, self.child) = (mode, child);
        self.span.set_plain(match mode {
            Mode::Child => State::Child {
                seed: child.seed,
                number: child.number(),
            },
            Mode::Strand => State::Running,
            _ => State::Off,
        });
        self.expect_again();
    }

    #[inline]
    fn expect_again(&mut self) {
        if self.outer != Expects::Nothing {
            fresh::expect_again(self.outer);
        }
    }

    /// Suspends a span whose owner runs it again in a moment. Unlike when it waits, nobody has to reach it until then.
    #[inline]
    pub(crate) fn pause(mut self) {
        if self.mode == Mode::Strand && !self.before.is_unwound() {
            self.mode = Mode::Nothing;
            self.pause_strand();
        }
    }

    #[inline(never)]
    fn pause_strand(&mut self) {
        match thread::uninstall() {
            Some(strand) if strand.part.is_none() => self.span.set(State::Strand(strand)),
            Some(strand) => self.park(strand),
            None => self.span.set(State::Off),
        }
    }

    /// Puts its strand where others can reach it.
    fn park(&mut self, mut strand: Box<Strand>) {
        if let State::Shared(part) = self.span.state() {
            part.park(strand);
        } else {
            let part = part_of(&mut strand);
            part.park(strand);
            self.span.set(State::Shared(part));
        }
    }

    /// Lets the span run on; its owner ends it.
    pub(super) fn run_on(mut self) {
        self.mode = Mode::Nothing;
    }

    /// Changes the span, wherever its strand is.
    pub(crate) fn edit(&mut self, f: impl FnOnce(&mut Strand, u32) + Send + 'static) {
        self.find_started();
        let (seed, number) = (self.child.seed, self.child.number());
        match self.mode {
            Mode::Nothing | Mode::Starting => {}
            Mode::Child => {
                on_entered(seed, |strand| f(strand, number));
            }
            Mode::Strand => {
                let refused = on_owned(|strand| match strand.refused.take() {
                    Some(refused) => Some((refused, f)),
                    None => {
                        f(strand, number);
                        None
                    }
                });
                if let Some(Some((refused, f))) = refused {
                    refused.edit(f);
                    on_owned(|scope| scope.refused = Some(refused));
                }
            }
            Mode::Unrecorded => {
                if let State::Refused(refused) = self.span.state() {
                    refused.edit(f);
                }
            }
            Mode::Abroad => {
                let (at, end) = (clock::now(), LateEnd::Edited(Edit::new(f)));
                deliver(seed, Late { number, at, end });
            }
        }
    }

    /// Records an array of strings on the span, wherever its strand is.
    pub(crate) fn set_strings(&mut self, key: &'static RawKey, values: Vec<String>) {
        self.edit(move |strand, number| {
            let limit = strand.pipeline.limits.value_length;
            if let Some(array) = render(Value::Strs(&values), limit) {
                strand.set_rendered(number, key, array);
            }
        });
    }

    #[inline(never)]
    fn fail(&mut self, failure: &Failure<'_>) {
        self.find_started();
        match self.mode {
            Mode::Nothing | Mode::Starting => {}
            Mode::Child => fail_entered(self.child.seed, self.child.number(), failure),
            Mode::Strand if on_owned(|strand| strand.has_owners_span()) == Some(true) => {
                fail_owned(failure)
            }
            // A branch has no span of its own that could say so, nor has the scope of a request.
            Mode::Strand => {
                let refused = on_owned(|strand| {
                    strand.set_failed(NONE);
                    strand.refused.take()
                });
                if let Some(Some(refused)) = refused {
                    refused.fail(failure);
                    on_owned(|scope| scope.refused = Some(refused));
                }
            }
            Mode::Unrecorded => match self.span.state() {
                State::Refused(refused) => refused.fail(failure),
                _ => self.deliver_failure(failure),
            },
            Mode::Abroad => self.deliver_failure(failure),
        }
    }

    fn deliver_failure(&self, failure: &Failure<'_>) {
        let (error_type, told) = (failure.error_type.to_owned(), Told::of(failure));
        let end = LateEnd::Failed { error_type, told };
        let (number, at) = (self.child.number(), clock::now());
        deliver(self.child.seed, Late { number, at, end });
    }

    #[cold]
    fn fail_by_panic(&mut self) {
        self.before.tell(|failure| self.fail(failure));
        self.finish();
    }

    /// Ends the span and lets run again what it hid.
    #[inline]
    fn finish(&mut self) {
        if self.mode == Mode::Strand {
            // It may have no span of its own: then nobody asks what time it is.
            return self.finish_strand(None);
        }
        let now = clock::now();
        if self.mode == Mode::Starting && self.finish_started(now) {
            return;
        }
        if self.mode == Mode::Child {
            self.mode = Mode::Nothing;
            self.span.set_plain(State::Off);
            let (seed, number) = (self.child.seed, self.child.number());
            let previous = self.child.previous().unwrap_or(NONE);
            match on_active(seed, |strand| strand.end_entered(number, previous, now)) {
                Some(follows) => self.unfollow(seed, Some(follows), number),
                None => end_hidden(seed, number, previous, now),
            }
        } else if self.mode == Mode::Abroad {
            self.finish_abroad(now);
        } else {
            self.finish_strand(Some(now));
        }
    }

    /// Ends a fresh span that was started as a child. Another one is found for those that follow.
    #[inline]
    fn finish_started(&mut self, now: Ticks) -> bool {
        let before = self.child;
        let parent = before.previous().unwrap_or(NONE);
        let ended = on_active(before.seed, |strand| {
            let number = std::mem::replace(&mut strand.current, parent);
            if number != parent {
                strand.end(number, now);
            }
            (number != parent, strand.follows.then_some(number))
        });
        if let Some((true, follows)) = ended {
            self.unfollow(before.seed, follows.map(|_| true), follows.unwrap_or(NONE));
            self.mode = Mode::Nothing;
            self.span.set_plain(State::Off);
            self.expect_again();
            return true;
        }
        self.find_started();
        false
    }

    /// Whatever else it is, such as a branch; `now`: if that is known already.
    #[inline(never)]
    pub(super) fn finish_strand(&mut self, now: Option<Ticks>) {
        let mode = std::mem::replace(&mut self.mode, Mode::Nothing);
        if let State::Running = self.span.state() {
            self.span.set_plain(State::Off);
        } else if mode != Mode::Nothing {
            // Before the strand is finished: what it had for others is free for its next use then.
            self.span.set(State::Off);
        }
        if mode == Mode::Strand
            && let Some(mut strand) = thread::uninstall()
        {
            if strand.has_owners_span() {
                strand.end(0, now.unwrap_or_else(clock::now));
            }
            finish(strand);
        }
    }

    #[cold]
    fn finish_abroad(&mut self, now: Ticks) {
        self.mode = Mode::Nothing;
        self.span.set(State::Off);
        if let Some(branch) = thread::uninstall() {
            finish(branch);
        }
        let (number, at, end) = (self.child.number(), now, LateEnd::Finished);
        deliver(self.child.seed, Late { number, at, end });
    }

    /// Lets the span wait until it is entered again.
    #[inline(never)]
    pub(super) fn suspend(&mut self) {
        match self.mode {
            Mode::Nothing | Mode::Unrecorded => {}
            Mode::Child => self.suspend_child(),
            Mode::Starting => self.suspend_fresh(),
            Mode::Strand | Mode::Abroad => self.suspend_strand(),
        }
    }

    /// It was suspended or settled: nothing is left to do.
    #[inline]
    pub(super) fn forget(self) {
        std::mem::forget(self);
    }

    #[inline(never)]
    fn suspend_child(&mut self) {
        let child = self.child;
        let leave = |strand: &mut Strand| {
            strand.current = child.previous().unwrap_or(NONE);
            share(strand);
            strand.follows
        };
        let follows = on_active(child.seed, leave).or_else(|| leave_hidden(child.seed, leave));
        self.unfollow(self.child.seed, follows, self.child.number());
    }

    /// Takes away the context of a span that runs no longer, where each has one.
    #[inline]
    fn unfollow(&self, seed: u64, follows: Option<bool>, number: u32) {
        if follows == Some(true) {
            thread::unfollow(seed, number);
        }
    }

    #[inline(never)]
    fn suspend_fresh(&mut self) {
        if self.outer != Expects::Nothing || !self.suspend_started() {
            self.suspend_found();
        }
    }

    /// Suspends a fresh span that was started as a child of a strand that others can reach. Any other is found for those that
    /// follow.
    #[inline]
    fn suspend_started(&mut self) -> bool {
        let before = self.child;
        let parent = before.previous().unwrap_or(NONE);
        let started = on_active(before.seed, |strand| {
            let number = strand.current;
            if number == parent || strand.part.is_none() || strand.follows {
                return None;
            }
            strand.current = parent;
            Some(number)
        });
        let Some(Some(number)) = started else {
            return false;
        };
        self.mode = Mode::Nothing;
        let seed = before.seed;
        self.span.set_plain(State::Child { seed, number });
        true
    }

    #[cold]
    fn suspend_found(&mut self) {
        self.find_started();
        match self.mode {
            Mode::Child => self.suspend_child(),
            Mode::Strand => self.suspend_strand(),
            _ => {}
        }
    }

    #[inline(never)]
    fn suspend_strand(&mut self) {
        match (thread::uninstall(), self.span.state()) {
            (Some(strand), State::Shared(part)) => part.park(strand),
            (strand, _) => self.leave_strand(strand),
        }
    }

    /// What ran is suspended for the first time, or differs from what the span owns.
    #[inline(never)]
    fn leave_strand(&mut self, strand: Option<Box<Strand>>) {
        match strand {
            None => self.span.set(State::Off),
            Some(branch) if self.mode == Mode::Abroad => finish(branch),
            Some(scope) if scope.role == Role::Scope => self.span.set(State::Strand(scope)),
            Some(strand) => self.park(strand),
        }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.mode == Mode::Nothing {
            return;
        }
        if self.before.is_unwound() {
            self.fail_by_panic();
        } else {
            self.suspend();
        }
    }
}
