//! An owned span while it runs, and what becomes of it afterwards: suspended, ended, or failed by a panic.

use super::carry::with_active;
use super::current::{deliver, fail_active, on_active};
use super::owned::{Owned, State};
use super::segment::{Edit, Late, LateEnd, finish, share};
use super::start::Child;
use super::strand::{Role, Strand};
use super::told::Told;
use super::{clock, ids, registry, thread};
use crate::outcome::{Failure, Outcome};
use crate::panics;

/// A child that is polled where its strand does not run: what it records meanwhile is a branch of the same segment.
/// Gives the strand that the branch hides.
#[cold]
pub(super) fn abroad(child: Child) -> Option<Option<Box<Strand>>> {
    let part = registry::find(child.seed)?;
    let branch = part
        .segment()?
        .branch(ids::span_id(child.seed, child.number));
    thread::install(branch).map_err(finish).ok()
}

/// An [`Owned`] span while it runs. When this is dropped the span is suspended; after a panic it has failed.
#[derive(Debug)]
pub struct Running<'a> {
    pub(super) span: &'a mut Owned,
    pub(super) mode: Mode,
    pub(super) child: Child,
    pub(super) hidden: Option<Box<Strand>>,
    pub(super) was_panicking: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Nothing,
    /// A child on the strand of its parent.
    Child,
    /// The owner of the running strand.
    Strand,
    /// A child away from its strand, on a branch.
    Abroad,
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

    /// Changes the span, wherever its strand is.
    pub(crate) fn edit(&mut self, f: impl FnOnce(&mut Strand, u32) + Send + 'static) {
        let Child { seed, number, .. } = self.child;
        match self.mode {
            Mode::Nothing => {}
            Mode::Child => {
                on_active(seed, |strand| f(strand, number));
            }
            Mode::Strand => {
                thread::with(|thread| thread.active.as_deref_mut().map(|strand| f(strand, number)));
            }
            Mode::Abroad => {
                let (at, end) = (clock::now(), LateEnd::Edited(Edit(Box::new(f))));
                deliver(seed, Late { number, at, end });
            }
        }
    }

    #[inline(never)]
    fn fail(&mut self, failure: &Failure<'_>) {
        match self.mode {
            Mode::Nothing => {}
            Mode::Child => fail_active(self.child.number, failure),
            Mode::Strand if with_active(|strand| strand.role) == Some(Role::Root) => {
                fail_active(0, failure)
            }
            // A branch has no span of its own that could say so.
            Mode::Strand => {
                with_active(Strand::set_failed);
            }
            Mode::Abroad => {
                let (error_type, told) = (failure.error_type.to_owned(), Told::of(failure));
                let end = LateEnd::Failed { error_type, told };
                deliver(
                    self.child.seed,
                    Late {
                        number: self.child.number,
                        at: clock::now(),
                        end,
                    },
                );
            }
        }
    }

    /// Ends the span and lets run again what it hid.
    fn finish(&mut self) {
        let now = clock::now();
        let Child {
            seed,
            number,
            previous,
        } = self.child;
        if self.mode != Mode::Nothing {
            // Before the strand is finished: what it had for others is free for its next use then.
            self.span.0 = State::Off;
        }
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => {}
            Mode::Child => {
                on_active(seed, |strand| {
                    strand.end(number, now);
                    strand.current = previous;
                });
            }
            Mode::Strand => {
                if let Some(mut strand) = thread::uninstall(self.hidden.take()) {
                    if strand.role == Role::Root {
                        strand.end(0, now);
                    }
                    finish(strand);
                }
            }
            Mode::Abroad => {
                if let Some(branch) = thread::uninstall(self.hidden.take()) {
                    finish(branch);
                }
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

    fn suspend(&mut self) {
        match std::mem::replace(&mut self.mode, Mode::Nothing) {
            Mode::Nothing => {}
            Mode::Child => {
                on_active(self.child.seed, |strand| {
                    strand.current = self.child.previous;
                    share(strand);
                });
            }
            Mode::Strand => {
                let strand = thread::uninstall(self.hidden.take());
                self.span.0 = match (strand, std::mem::take(&mut self.span.0)) {
                    (Some(strand), State::Running(Some(part))) => {
                        part.park(strand);
                        State::Parked(part)
                    }
                    (Some(scope), _) if scope.role == Role::Scope => State::Strand(scope),
                    (Some(mut strand), _) => {
                        let part = share(&mut strand).clone();
                        part.park(strand);
                        State::Parked(part)
                    }
                    (None, _) => State::Off,
                };
            }
            Mode::Abroad => {
                if let Some(branch) = thread::uninstall(self.hidden.take()) {
                    finish(branch);
                }
            }
        }
    }
}

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.mode == Mode::Nothing {
            return;
        }
        if !self.was_panicking && std::thread::panicking() {
            panics::current(|failure| self.fail(failure));
            self.finish();
        } else {
            self.suspend();
        }
    }
}
