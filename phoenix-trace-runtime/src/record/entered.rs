//! Spans for the length of a scope, as guards that cannot leave their thread.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;

use super::clock::{self, Ticks};
use super::current::{deliver, fail_entered, fail_owned, leave_hidden, on_active};
use super::mail::{Late, LateEnd};
use super::part::finish;
use super::refused::Refused;
use super::site::Site;
use super::start::{Beginning, Child, Under, start_child, start_root};
use super::strand::Strand;
use super::thread;
use crate::outcome::{Failure, Outcome};
use crate::panics::Before;
use crate::value::Attr;

/// A span that runs until it is dropped. It cannot leave its thread, nor be held across an await.
#[derive(Debug)]
pub struct Entered {
    /// `None` is all that is written while nothing is recorded.
    guard: Option<Guard>,
    not_send: PhantomData<*const ()>,
}

#[derive(Debug)]
struct Guard {
    /// The span. Where its segment had no room for it, it can only fail.
    child: Child,
    /// Taken when it ends, so that nothing is left to drop.
    place: ManuallyDrop<Place>,
    before: Before,
}

/// Where the span is.
#[derive(Debug)]
enum Place {
    /// On the strand that ran before.
    Here,
    /// It is a local root on a strand of its own, which hides what ran before.
    Root,
    /// It is a local root that there was no room for.
    Refused(Box<Refused>),
}

/// Starts a span that runs from now until the guard is dropped.
#[inline]
pub(crate) fn enter(site: &'static Site, attrs: &[Attr<'_>]) -> Entered {
    let now = clock::now();
    let child = start_child(site, attrs, now, true);
    if child.is_none() {
        return enter_root(site, attrs, Beginning::PLAIN, now);
    }
    Entered::here(child)
}

/// The same with more to begin with.
#[inline]
pub(crate) fn enter_as(
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
) -> Entered {
    let now = clock::now();
    let child = start_child(site, attrs, now, true);
    if child.is_none() {
        return enter_root(site, attrs, beginning, now);
    }
    beginning.of_child(child);
    Entered::here(child)
}

#[inline(never)]
fn enter_root(
    site: &'static Site,
    attrs: &[Attr<'_>],
    beginning: Beginning<'_>,
    now: Ticks,
) -> Entered {
    let guard = |child, place| {
        Entered::of(Guard {
            child,
            place: ManuallyDrop::new(place),
            before: Before::now(),
        })
    };
    let strand = match start_root(site, attrs, beginning, now, Under::Current) {
        Ok(strand) => strand,
        Err(Some(refused)) => return guard(Child::NONE, Place::Refused(refused)),
        Err(None) => return Entered::off(),
    };
    match thread::install(strand) {
        Ok(()) => guard(Child::first(), Place::Root),
        Err(strand) => {
            strand.pipeline.lose(strand.records.len());
            Entered::off()
        }
    }
}

impl Entered {
    #[inline]
    fn here(child: Child) -> Self {
        Self::of(Guard {
            child,
            place: ManuallyDrop::new(Place::Here),
            before: Before::now(),
        })
    }

    #[inline]
    const fn of(guard: Guard) -> Self {
        Self {
            guard: Some(guard),
            not_send: PhantomData,
        }
    }

    /// A guard of no span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self {
            guard: None,
            not_send: PhantomData,
        }
    }

    /// Is there a span?
    #[inline]
    #[must_use]
    pub const fn is_recording(&self) -> bool {
        self.guard.is_some()
    }

    /// Records how the work ended.
    #[inline]
    pub fn outcome(&self, outcome: Outcome<'_>) {
        if let Outcome::Err(failure) = outcome {
            self.fail(&failure);
        }
    }

    #[inline(never)]
    fn fail(&self, failure: &Failure<'_>) {
        if let Some(guard) = &self.guard {
            guard.fail(failure);
        }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if let Some(guard) = &mut self.guard {
            guard.end();
        }
    }
}

impl Guard {
    fn fail(&self, failure: &Failure<'_>) {
        match &*self.place {
            Place::Refused(refused) => refused.fail(failure),
            Place::Root => fail_owned(failure),
            Place::Here => fail_entered(self.child.seed, self.child.number(), failure),
        }
    }

    /// Ends the span; without unwinding, that is all there is to do.
    fn end(&mut self) {
        if self.before.is_unwound() {
            self.before.tell(|failure| self.fail(failure));
        }
        let now = clock::now();
        if !matches!(*self.place, Place::Here) {
            return self.end_root(now);
        }
        let (seed, number) = (self.child.seed, self.child.number());
        let Some(previous) = self.child.previous() else {
            return;
        };
        match on_active(seed, |strand| strand.end_entered(number, previous, now)) {
            Some(false) => {}
            Some(true) => thread::unfollow(seed, number),
            None => end_hidden(seed, number, previous, now),
        }
    }

    #[inline(never)]
    fn end_root(&mut self, now: Ticks) {
        let Place::Root = std::mem::replace(&mut *self.place, Place::Here) else {
            return;
        };
        if let Some(mut strand) = thread::uninstall() {
            strand.end(0, now);
            finish(strand);
        }
    }
}

impl Strand {
    /// Ends a span, so that what ran before it runs again. Is a context attached for it, or something left to its end?
    #[inline]
    pub(super) fn end_entered(&mut self, number: u32, previous: u32, now: Ticks) -> bool {
        self.end(number, now);
        self.current = previous;
        self.follows
    }
}

/// The same where its strand does not run.
#[cold]
pub(super) fn end_hidden(seed: u64, number: u32, previous: u32, now: Ticks) {
    match leave_hidden(seed, |strand| strand.end_entered(number, previous, now)) {
        Some(false) => {}
        Some(true) => thread::unfollow(seed, number),
        None => {
            let (at, end) = (now, LateEnd::Finished);
            deliver(seed, Late { number, at, end });
        }
    }
}
