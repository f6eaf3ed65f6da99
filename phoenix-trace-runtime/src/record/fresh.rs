//! Fresh spans: what is entered starts its span itself, first of all, or never. Until then the thread knows that one is expected.

use super::process;
use super::refused::Refused;
use super::start::Child;
use super::thread::{self, Thread};

/// What is known of the fresh span that was entered last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expects {
    /// It was started, or there is none.
    Nothing,
    /// Whatever runs next starts it.
    Start,
    /// It is a local root that there was no room for.
    Refused,
}

/// What a thread knows of the fresh spans that were entered on it.
pub(super) struct Fresh {
    /// Does the span that is being entered wait for what runs next to start it?
    expects: Expects,
    /// The local roots that were started and [refused](Expects::Refused), until the spans that were entered take them.
    refused: Vec<Box<Refused>>,
}

impl Fresh {
    pub(super) const NONE: Self = Self {
        expects: Expects::Nothing,
        refused: Vec::new(),
    };

    /// Is a span to be started here? Whatever comes after this starts none.
    #[inline]
    pub(super) fn takes_start(&mut self) -> bool {
        let expects = self.expects == Expects::Start;
        if expects {
            self.expects = Expects::Nothing;
        }
        expects
    }

    /// Nothing is expected any more of the span that was entered last. Gives the local root that it was to be.
    pub(super) fn take_refused(&mut self) -> Option<Box<Refused>> {
        match std::mem::replace(&mut self.expects, Expects::Nothing) {
            Expects::Refused => self.refused.pop(),
            _ => None,
        }
    }
}

/// What ran before a fresh span.
#[derive(Clone, Copy)]
pub(super) struct Expected {
    /// Its strand and its number there, and, in place of a span's number, for how many the strand had no room.
    pub(super) before: Child,
    /// What is expected of the span that was entered before, which asks for its attributes meanwhile, or has run into this one.
    pub(super) outer: Expects,
}

/// Lets what runs next start a span.
#[inline]
pub(super) fn expect_start() -> Option<Expected> {
    if !process::is_on() {
        return None;
    }
    thread::with(|thread| Expected {
        outer: std::mem::replace(&mut thread.fresh.expects, Expects::Start),
        before: match &thread.active {
            Some(strand) => Child::new(strand.seed, strand.overflow).running(strand.current),
            None => Child::NONE,
        },
    })
}

/// Goes back to what was expected of the span that was entered before.
#[cold]
pub(super) fn expect_again(outer: Expects) {
    thread::with(|thread| thread.fresh.expects = outer);
}

/// The span that was being entered is a local root that there is no room for.
#[cold]
pub(super) fn refuse(root: Option<Box<Refused>>) {
    thread::with(|thread| {
        if let Some(root) = root {
            Thread::drop_at_end();
            thread.fresh.refused.push(root);
            thread.fresh.expects = Expects::Refused;
        }
    });
}
