//! A program made at random, which runs as it is made, and a model of the parents of its spans: what is innermost of what has been
//! entered or attached and not left yet.

use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::rc::Rc;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use opentelemetry::{Context, ContextGuard, KeyValue};
use phoenix_trace_runtime::OtelContext;
use phoenix_trace_runtime::private::Entered;

use super::tasks::Task;
use crate::interop::tracer;
use crate::support::enter;

/// What a span that starts is below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Below {
    Nothing,
    Remote(u64),
    /// The span of this number, which is its name.
    Span(usize),
    /// It is not recorded.
    Suppressed,
}

/// What holds until it is dropped.
pub(super) enum Held {
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

pub(super) struct Entry {
    pub(super) held: Held,
    pub(super) below: Below,
}

pub(super) struct Program {
    /// Of the random numbers, which are the same in each run.
    state: Cell<u64>,
    pub(super) contexts: OtelContext,
    /// From the outermost to the innermost.
    pub(super) entries: RefCell<Vec<Entry>>,
    /// What each span that is recorded is below.
    expected: RefCell<Vec<Below>>,
    /// Contexts with spans of the API.
    named: RefCell<Vec<(Context, Below)>>,
    /// Those that are suspended.
    pub(super) tasks: RefCell<Vec<Task>>,
    log: RefCell<String>,
}

impl Program {
    pub(super) fn new(seed: u64, contexts: OtelContext) -> Rc<Self> {
        Rc::new(Self {
            state: Cell::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
            contexts,
            entries: RefCell::default(),
            expected: RefCell::default(),
            named: RefCell::default(),
            tasks: RefCell::default(),
            log: RefCell::default(),
        })
    }

    /// What each span is below that it has recorded, by their numbers.
    pub(super) fn expected(&self) -> Vec<(usize, Below)> {
        self.expected.borrow().iter().copied().enumerate().collect()
    }

    /// What it has done, a line for each step.
    pub(super) fn log(&self) -> String {
        self.log.borrow().clone()
    }

    pub(super) fn note(&self, what: impl std::fmt::Debug) {
        let _ = writeln!(self.log.borrow_mut(), "{what:?}");
    }

    pub(super) fn one_in(&self, bound: usize) -> bool {
        self.roll(bound) == 0
    }

    pub(super) fn roll(&self, bound: usize) -> usize {
        let mut state = self.state.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.set(state);
        (state >> 11) as usize % bound
    }

    pub(super) fn current(&self) -> Below {
        let entries = self.entries.borrow();
        entries.last().map_or(Below::Nothing, |entry| entry.below)
    }

    /// A span that is about to start: its name, and what is below it.
    pub(super) fn span(&self) -> (&'static str, Below) {
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

    pub(super) fn push(&self, held: Held, below: Below) {
        self.entries.borrow_mut().push(Entry { held, below });
    }

    fn attach(&self, context: Context, below: Below, relative: bool) {
        self.note(("attach", below, relative));
        let _guard = context.attach();
        self.push(Held::Attached { _guard, relative }, below);
    }

    fn enter(&self) {
        let (name, below) = self.span();
        let _entered = enter(name);
        if below != Below::Suppressed {
            self.note(("enter", below));
            self.push(Held::Annotated { _entered }, below);
        }
    }

    fn api_span(&self) -> (Context, Below) {
        let (name, below) = self.span();
        self.note(("start", below));
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
        let (context, below) = &named[self.roll(named.len())];
        if self.one_in(4) {
            self.note(("end", below));
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
        match self.roll(5) {
            0 => {
                let id = 1 + self.roll(1000) as u64;
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
                let member = KeyValue::new("number", self.roll(3).to_string());
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
            true => self.roll(entries.len()),
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
            self.note(("leave", entry.below));
        }
    }

    pub(super) fn run(self: &Rc<Self>, steps: usize) {
        for _ in 0..steps {
            match self.roll(12) {
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

    /// Leaves everything, after which spans are below nothing.
    pub(super) fn end(self: &Rc<Self>) {
        while let Some(entry) = self.entries.borrow_mut().pop() {
            self.note(("leave", entry.below));
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
    pub(super) fn stays(&self) -> bool {
        matches!(
            self,
            Self::Attached {
                relative: false,
                ..
            }
        )
    }
}
