//! Annotated futures, each poll of which runs a part of the program.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, Waker};

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt as _;
use phoenix_trace_runtime::OtelContext;

use super::program::{Below, Entry, Held, Program};
use crate::support::traced;

/// A future, and its span.
pub(super) type Task = (Pin<Box<dyn Future<Output = ()>>>, Below);

impl Program {
    /// Polls a future, a new one or one that has been suspended.
    pub(super) fn poll(self: &Rc<Self>) {
        let is_named = Context::map_current(Context::has_active_span);
        if self.current() == Below::Suppressed || self.contexts == OtelContext::Off && is_named {
            return;
        }
        let suspended = self.tasks.borrow().len();
        let place = self.roll(suspended + 2);
        let (mut future, below) = if place < suspended {
            self.tasks.borrow_mut().swap_remove(place)
        } else {
            let (name, below) = self.span();
            let program = self.clone();
            let part = poll_fn(move |_| program.part(below));
            let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(traced(name, part));
            (future, below)
        };
        self.note(("poll", below));
        self.push(Held::Polled, below);
        let polled = future
            .as_mut()
            .poll(&mut task::Context::from_waker(Waker::noop()));
        self.note(("polled", below, polled.is_ready()));
        let place = self.place_of_polled(below);
        self.entries.borrow_mut().remove(place);
        if polled.is_pending() {
            self.tasks.borrow_mut().push((future, below));
        }
    }

    fn place_of_polled(&self, below: Below) -> usize {
        let is_it = |it: &Entry| matches!(it.held, Held::Polled) && it.below == below;
        let place = self.entries.borrow().iter().rposition(is_it);
        place.expect("what is polled is no guard")
    }

    /// What a future does in one poll. A guard may be left when it is suspended, which it should not.
    fn part(self: &Rc<Self>, below: Below) -> Poll<()> {
        self.run(4);
        let mut left = self.one_in(2);
        let mut place = self.entries.borrow().len();
        while place > self.place_of_polled(below) + 1 {
            place -= 1;
            if !(left && self.entries.borrow()[place].held.stays()) {
                let entry = self.entries.borrow_mut().remove(place);
                self.note(("leave", entry.below));
            }
            left = false;
        }
        match self.one_in(3) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }
}
