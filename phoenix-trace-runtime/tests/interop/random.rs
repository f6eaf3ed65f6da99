//! Programs made at random, from fixed seeds: whatever is entered, attached, polled and detached in whatever order, each span is
//! below the one that a simple model says, and is exported once.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll, Waker};

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, ContextGuard, KeyValue};
use phoenix_trace_runtime::OtelContext;
use phoenix_trace_runtime::private::Entered;

use super::{MODES, capture_in, tracer};
use crate::support::{enter, traced};

/// What a span that starts is below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Below {
    Nothing,
    Remote(u64),
    /// The span of this number, which is its name.
    Span(usize),
    /// It is not recorded.
    Suppressed,
}

/// What holds until it is dropped.
enum Held {
    Annotated {
        _entered: Entered,
    },
    /// A future, while it is polled.
    Polled,
    Attached {
        _guard: ContextGuard,
        /// Was it made of the context that was current, and means what ran there?
        relative: bool,
    },
}

struct Entry {
    held: Held,
    below: Below,
}

/// An annotated future, which runs a part of the program each time that it is polled, and its span.
type Task = (Pin<Box<dyn Future<Output = ()>>>, Below);

struct Program {
    /// Of the random numbers, which are the same in each run.
    state: Cell<u64>,
    contexts: OtelContext,
    /// From the outermost to the innermost.
    entries: RefCell<Vec<Entry>>,
    /// What each span that is recorded is below.
    expected: RefCell<Vec<Below>>,
    /// Contexts with spans of the API.
    named: RefCell<Vec<(Context, Below)>>,
    /// Those that are suspended.
    tasks: RefCell<Vec<Task>>,
    log: RefCell<String>,
}

impl Program {
    fn one_in(&self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    fn below(&self, bound: usize) -> usize {
        let mut state = self.state.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.set(state);
        (state >> 11) as usize % bound
    }

    fn log(&self, what: impl std::fmt::Debug) {
        let _ = writeln!(self.log.borrow_mut(), "{what:?}");
    }

    fn current(&self) -> Below {
        let entries = self.entries.borrow();
        entries.last().map_or(Below::Nothing, |entry| entry.below)
    }

    /// A span that is about to start: its name, and what is below it.
    fn span(&self) -> (&'static str, Below) {
        let mut expected = self.expected.borrow_mut();
        let number = expected.len();
        match self.current() {
            Below::Suppressed => ("suppressed", Below::Suppressed),
            parent => {
                expected.push(parent);
                (number.to_string().leak(), Below::Span(number))
            }
        }
    }

    fn push(&self, held: Held, below: Below) {
        self.entries.borrow_mut().push(Entry { held, below });
    }

    fn attach(&self, context: Context, below: Below, relative: bool) {
        self.log(("attach", below, relative));
        let _guard = context.attach();
        self.push(Held::Attached { _guard, relative }, below);
    }

    fn enter(&self) {
        let (name, below) = self.span();
        let _entered = enter(name);
        if below != Below::Suppressed {
            self.log(("enter", below));
            self.push(Held::Annotated { _entered }, below);
        }
    }

    fn api_span(&self) -> (Context, Below) {
        let (name, below) = self.span();
        self.log(("start", below));
        (Context::current_with_span(tracer().start(name)), below)
    }

    fn attach_span(&self) {
        let (context, below) = self.api_span();
        if below != Below::Suppressed {
            self.named.borrow_mut().push((context.clone(), below));
        }
        self.attach(context, below, false);
    }

    fn attach_again(&self) {
        let named = self.named.borrow();
        if named.is_empty() || self.current() == Below::Suppressed {
            return;
        }
        let (context, below) = &named[self.below(named.len())];
        if self.one_in(4) {
            self.log(("end", below));
            return context.span().end();
        }
        // Unless each span has a context, it may be that of what runs below the span.
        let is_around = |entry: &Entry| self.is_above(*below, entry.below);
        if self.contexts == OtelContext::EverySpan || !self.entries.borrow().iter().any(is_around) {
            self.attach(context.clone(), *below, false);
        }
    }

    fn is_above(&self, span: Below, mut of: Below) -> bool {
        let expected = self.expected.borrow();
        while of != span
            && let Below::Span(number) = of
        {
            of = expected[number];
        }
        of == span
    }

    fn attach_apart(&self) {
        if self.current() == Below::Suppressed {
            return;
        }
        match self.below(5) {
            0 => {
                let id = 1 + self.below(1000) as u64;
                let context = SpanContext::new(
                    TraceId::from(u128::from(id)),
                    SpanId::from(id),
                    TraceFlags::SAMPLED,
                    true,
                    TraceState::NONE,
                );
                let context = Context::new().with_remote_span_context(context);
                self.attach(context, Below::Remote(id), false);
            }
            1 => {
                let member = KeyValue::new("number", self.below(3).to_string());
                let context = Context::current().with_baggage([member]);
                self.attach(context, self.current(), true);
            }
            2 => {
                let context = Context::current().with_telemetry_suppressed();
                self.attach(context, Below::Suppressed, false);
            }
            _ => {
                // What is annotated may be in an empty context itself: without contexts of their own, and where guards have
                // gone in it or may go.
                let is_annotated = |it: &Entry| !matches!(it.held, Held::Attached { .. });
                let entries = self.entries.borrow();
                let annotated = entries.iter().filter(|it| is_annotated(it)).count();
                let is_told =
                    annotated == entries.len() && Context::map_current(Context::has_active_span);
                drop(entries);
                if annotated == 0 || is_told {
                    self.attach(Context::new(), Below::Nothing, false);
                }
            }
        }
    }

    /// Drops one, the innermost or any whose owner may.
    fn leave(&self) {
        let mut entries = self.entries.borrow_mut();
        if entries.is_empty() {
            return;
        }
        let place = match self.one_in(2) {
            true => self.below(entries.len()),
            false => entries.len() - 1,
        };
        let may_go = match entries[place].held {
            // One guard may be left, which it should not.
            Held::Annotated { .. } => {
                entries.len() <= place + 2 && entries[place + 1..].iter().all(|it| it.held.stays())
            }
            Held::Polled => false,
            Held::Attached { .. } => true,
        };
        if may_go {
            let entry = entries.remove(place);
            self.log(("leave", entry.below));
        }
    }

    /// Polls a future, a new one or one that has been suspended.
    fn poll(self: &Rc<Self>) {
        let is_named = Context::map_current(Context::has_active_span);
        if self.current() == Below::Suppressed || self.contexts == OtelContext::Off && is_named {
            return;
        }
        let suspended = self.tasks.borrow().len();
        let place = self.below(suspended + 2);
        let (mut future, below) = if place < suspended {
            self.tasks.borrow_mut().swap_remove(place)
        } else {
            let (name, below) = self.span();
            let program = self.clone();
            let part = poll_fn(move |_| program.part(below));
            let future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(traced(name, part));
            (future, below)
        };
        self.log(("poll", below));
        self.push(Held::Polled, below);
        let polled = future
            .as_mut()
            .poll(&mut task::Context::from_waker(Waker::noop()));
        self.log(("polled", below, polled.is_ready()));
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
                self.log(("leave", entry.below));
            }
            left = false;
        }
        match self.one_in(3) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    }

    fn run(self: &Rc<Self>, steps: usize) {
        for _ in 0..steps {
            match self.below(12) {
                0 | 1 => self.enter(),
                2 | 3 => self.attach_span(),
                4 => drop(self.api_span()),
                5 => self.attach_again(),
                6 => self.attach_apart(),
                7 => self.poll(),
                _ => self.leave(),
            }
        }
    }

    fn end(self: &Rc<Self>) {
        while let Some(entry) = self.entries.borrow_mut().pop() {
            self.log(("leave", entry.below));
        }
        self.enter();
        self.entries.borrow_mut().clear();
        drop(self.api_span());
        self.tasks.borrow_mut().clear();
        self.named.borrow_mut().clear();
    }
}

impl Held {
    /// Does it stay right when what it was made in ends?
    fn stays(&self) -> bool {
        matches!(
            self,
            Self::Attached {
                relative: false,
                ..
            }
        )
    }
}

/// What a program recorded, as it is expected.
fn check(seed: u64, contexts: OtelContext, steps: usize) {
    let capture = capture_in(contexts);
    let program = Rc::new(Program {
        state: Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
        contexts,
        entries: RefCell::default(),
        expected: RefCell::default(),
        named: RefCell::default(),
        tasks: RefCell::default(),
        log: RefCell::default(),
    });
    capture.run(|| {
        program.run(steps);
        program.end();
    });
    let stats = capture.stats();
    let spans = capture.exported();
    let names: HashMap<_, usize> = (spans.iter())
        .map(|span| {
            let name = span.name.parse().unwrap_or(usize::MAX);
            (span.span_context.span_id(), name)
        })
        .collect();
    let mut recorded: Vec<_> = (spans.iter())
        .map(|span| {
            let below = match (names.get(&span.parent_span_id), span.parent_span_id) {
                (Some(name), _) => Below::Span(*name),
                (None, SpanId::INVALID) => Below::Nothing,
                (None, id) => Below::Remote(u64::from_be_bytes(id.to_bytes())),
            };
            (names[&span.span_context.span_id()], below)
        })
        .collect();
    recorded.sort_unstable_by_key(|(name, _)| *name);
    let expected: Vec<_> = (program.expected.borrow().iter().copied().enumerate()).collect();
    let log = program.log.borrow();
    assert_eq!(
        recorded,
        expected,
        "seed {seed}, {contexts}:\n{log}\n{}",
        capture.tree()
    );
    assert!(
        stats.open == 0 && stats.balances(),
        "seed {seed}, {contexts}: {stats}\n{log}"
    );
}

#[test]
fn spans_are_below_what_a_model_says_in_any_program() {
    for contexts in MODES {
        for seed in 1..=50 {
            for steps in [8, 24] {
                check(seed, contexts, steps);
            }
        }
    }
}
