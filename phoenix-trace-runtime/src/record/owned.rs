//! Spans across the polls of a future, the frames of a body, the items of a stream. An [`Owned`] span runs only between
//! [`Owned::enter`] and the end of what that returns.

use std::sync::Arc;

use super::clock::{self, Ticks};
use super::current::{deliver, on_active};
use super::running::{Mode, Running, abroad};
use super::segment::{Late, LateEnd, Part, finish};
use super::site::Site;
use super::start::{Child, Under, start_child, start_root};
use super::strand::{NONE, Role, Strand};
use super::thread;
use crate::value::Attr;

/// A span, or the right to record below one, that runs now and then. Dropped before it was ended, it was cancelled.
#[derive(Debug, Default)]
pub struct Owned(pub(super) State);

#[derive(Debug, Default)]
pub(super) enum State {
    /// Nothing is recorded.
    #[default]
    Off,
    /// Span `number` of the strand `seed`, which somebody further out owns.
    Child { seed: u64, number: u32 },
    /// A strand of its own that nobody else can reach.
    Strand(Box<Strand>),
    /// The same, suspended where others can reach it.
    Parked(Arc<Part>),
    /// Running: the strand is the thread's. Its part, once it has one, waits here for the next suspension.
    Running(Option<Arc<Part>>),
}

/// Starts a span that its owner will run, below the one that runs now.
pub(crate) fn begin(site: &'static Site, attrs: &[Attr<'_>]) -> Owned {
    let now = clock::now();
    Owned(match start_child(site, attrs, now, false) {
        Some(Child { number: NONE, .. }) => State::Off,
        Some(Child { seed, number, .. }) => State::Child { seed, number },
        None => start_root(site, attrs, &[], now, Under::Current).map_or(State::Off, State::Strand),
    })
}

/// Starts a span that its owner will run: below the one that runs now, or as the local root of a request that has just
/// come in. While nothing is recorded, a request still gets the scope of its context.
pub(crate) fn begin_under(
    site: &'static Site,
    name: &[&str],
    attrs: &[Attr<'_>],
    under: Under,
) -> Owned {
    let now = clock::now();
    if let Under::Current = under
        && let Some(Child { seed, number, .. }) = start_child(site, attrs, now, false)
    {
        if number == NONE {
            return Owned::off();
        }
        on_active(seed, |strand| strand.rename_parts(number, name));
        return Owned(State::Child { seed, number });
    }
    Owned(start_root(site, attrs, name, now, under).map_or(State::Off, State::Strand))
}

/// A strand that is set to run: a branch of a segment, or the scope of a request.
pub(crate) fn own(strand: Box<Strand>) -> Owned {
    Owned(State::Strand(strand))
}

impl Owned {
    /// No span.
    #[inline]
    #[must_use]
    pub const fn off() -> Self {
        Self(State::Off)
    }

    /// Is there nothing to record?
    #[inline]
    #[must_use]
    pub const fn is_off(&self) -> bool {
        matches!(self.0, State::Off)
    }

    /// Makes the span the current one until the guard goes.
    #[inline]
    pub(crate) fn enter(&mut self) -> Running<'_> {
        let (mut mode, mut child, mut hidden) = (Mode::Nothing, Child::NONE, None);
        match self.0 {
            State::Off | State::Running(_) => {}
            State::Child { seed, number } => {
                child = Child {
                    seed,
                    number,
                    previous: NONE,
                };
                let previous = on_active(seed, |strand| {
                    std::mem::replace(&mut strand.current, number)
                });
                if let Some(previous) = previous {
                    child.previous = previous;
                    mode = Mode::Child;
                } else if let Some(abroad) = abroad(child) {
                    hidden = abroad;
                    mode = Mode::Abroad;
                }
            }
            State::Strand(_) | State::Parked(_) => {
                if let Some(strand) = self.resume() {
                    child.number = 0;
                    hidden = strand;
                    mode = Mode::Strand;
                }
            }
        }
        Running {
            span: self,
            mode,
            child,
            hidden,
            was_panicking: std::thread::panicking(),
        }
    }

    /// Lets the strand run on this thread. Gives the one that it hides; `None` when the thread is ending.
    fn resume(&mut self) -> Option<Option<Box<Strand>>> {
        let strand = match std::mem::replace(&mut self.0, State::Running(None)) {
            State::Strand(strand) => strand,
            State::Parked(part) => {
                let strand = part.unpark();
                self.0 = State::Running(Some(part));
                strand
            }
            other => {
                self.0 = other;
                return None;
            }
        };
        thread::install(strand)
            .map_err(|strand| self.0 = State::Strand(strand))
            .ok()
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        if self.is_off() {
            return;
        }
        let now = clock::now();
        match std::mem::take(&mut self.0) {
            State::Off | State::Running(_) => {}
            State::Child { seed, number } => {
                let here = on_active(seed, |strand| {
                    strand.set_cancelled(number);
                    strand.end(number, now);
                });
                if here.is_none() {
                    deliver(
                        seed,
                        Late {
                            number,
                            at: now,
                            end: LateEnd::Cancelled,
                        },
                    );
                }
            }
            State::Strand(strand) => cancel(strand, now),
            State::Parked(part) => {
                let strand = part.unpark();
                drop(part);
                cancel(strand, now);
            }
        }
    }
}

fn cancel(mut strand: Box<Strand>, now: Ticks) {
    if strand.role == Role::Root {
        strand.set_cancelled(0);
        strand.end(0, now);
    }
    finish(strand);
}
