//! Spans for the length of a scope, as guards that cannot leave their thread.

use std::marker::PhantomData;

use super::clock::{self, Ticks};
use super::current::{deliver, fail_active, on_active};
use super::mail::{Late, LateEnd};
use super::segment::finish;
use super::site::Site;
use super::start::{Child, Under, start_child, start_root};
use super::strand::{NONE, Strand};
use super::thread;
use crate::outcome::{Failure, Outcome};
use crate::panics;
use crate::value::Attr;

/// A span that runs until it is dropped. It cannot leave its thread, nor be held across an await.
#[derive(Debug)]
pub struct Entered {
    kind: EnteredKind,
    was_panicking: bool,
    /// Of a child: its span, and what was current before it. Flat, so that starting a span moves no enum about.
    child: Child,
    /// Of a root: the strand that it hides.
    hidden: Option<Box<Strand>>,
    not_send: PhantomData<*const ()>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum EnteredKind {
    Off,
    Child,
    Root,
}

/// Starts a span that runs from now until the guard is dropped.
pub(crate) fn enter(site: &'static Site, attrs: &[Attr<'_>]) -> Entered {
    let now = clock::now();
    let child = start_child(site, attrs, now, true);
    if child.is_none() {
        return enter_root(site, attrs, now);
    }
    let kind = if child.number() == NONE {
        EnteredKind::Off
    } else {
        EnteredKind::Child
    };
    Entered {
        kind,
        was_panicking: std::thread::panicking(),
        child,
        hidden: None,
        not_send: PhantomData,
    }
}

#[inline(never)]
fn enter_root(site: &'static Site, attrs: &[Attr<'_>], now: Ticks) -> Entered {
    let Some(strand) = start_root(site, attrs, &[], now, Under::Current) else {
        return Entered::off();
    };
    match thread::install(strand) {
        Ok(hidden) => Entered {
            kind: EnteredKind::Root,
            was_panicking: std::thread::panicking(),
            child: Child::first(),
            hidden,
            not_send: PhantomData,
        },
        Err(strand) => {
            strand.pipeline.lose(&strand);
            Entered::off()
        }
    }
}

impl Entered {
    /// A guard of no span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self {
            kind: EnteredKind::Off,
            was_panicking: false,
            child: Child::NONE,
            hidden: None,
            not_send: PhantomData,
        }
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
        // A child that is off had no room in its segment: that it failed is kept.
        if self.kind != EnteredKind::Off || !self.child.is_none() {
            fail_active(self.child.number(), failure);
        }
    }

    /// Ends the span; without unwinding, that is all there is to do.
    fn end(&mut self) {
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
        }
        let now = clock::now();
        if self.kind == EnteredKind::Root {
            if let Some(mut strand) = thread::uninstall(self.hidden.take()) {
                strand.end(0, now);
                finish(strand);
            }
            return;
        }
        let (seed, number) = (self.child.seed, self.child.number());
        let here = on_active(seed, |strand| {
            strand.end(number, now);
            strand.current = self.child.previous().unwrap_or(NONE);
        });
        if here.is_none() {
            deliver(
                seed,
                Late {
                    number,
                    at: now,
                    end: LateEnd::Finished,
                },
            );
        }
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        if self.kind != EnteredKind::Off {
            self.end();
        }
    }
}
