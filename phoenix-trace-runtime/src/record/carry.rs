//! Carrying the current span to where other code runs: tasks, threads, channels, streams. What is carried joins the
//! segment as a strand of its own; what is forgotten starts a new root, never below a wrong parent.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use opentelemetry::{SpanId, TraceId};
use tokio::task::JoinHandle;

use super::branch::Branch;
use super::context::SAMPLED;
#[cfg(feature = "tracing")]
use super::free::Reach;
use super::owned::{Owned, own};
#[cfg(feature = "tracing")]
use super::part::part_of;
use super::part::share;
use super::registry;
use super::run::InSpan;
use super::scope;
use super::segment::Segment;
use super::stored::NONE;
use super::strand::{Role, Strand};
use super::thread::{self, Thread};
use crate::interop::contexts;
use crate::outcome::Outcome;
use crate::propagation::{Baggage, CorrelationId, Outgoing, TraceParent, TraceState};

/// Carries the current span into a future or stream.
///
/// ```
/// use phoenix_trace::InCurrentSpan;
///
/// # async fn example() {
/// let answer = tokio::spawn(async { 42 }.in_current_span());
/// # answer.await.unwrap();
/// # }
/// ```
pub trait InCurrentSpan: Sized {
    /// What it records hangs below the span that is current here and now, wherever it runs.
    #[inline]
    fn in_current_span(self) -> InSpan<Self> {
        InSpan::below(self, Branch::here())
    }
}

impl<T> InCurrentSpan for T {}

/// A strand for work elsewhere, below the current span.
#[inline(never)]
pub(super) fn own_branch() -> Owned {
    let made = thread::with(|thread| {
        let mut running = thread.active.take()?;
        let branch = branch_of(&mut running, thread).map(|mut branch| {
            contexts::of_carried(&mut branch, &mut running);
            branch
        });
        let running = &*thread.active.insert(running);
        let context = branch.is_none().then(|| running.context.clone());
        branch.or_else(|| Some(scope::strand(thread, context?)))
    });
    made.flatten().map_or_else(Owned::off, own)
}

/// Without a context of OpenTelemetry. `None`: what runs is a scope, outside of any segment.
#[inline]
fn branch_of(running: &mut Strand, thread: &mut Thread) -> Option<Box<Strand>> {
    let spans = running.role != Role::Scope;
    if spans && (running.current != NONE || running.segment.is_none()) {
        share(running);
    }
    running.count_branch();
    let segment = running.segment.as_ref()?;
    let blank = thread.take_strand(&segment.pipeline);
    let parent = running.id_of(running.current);
    let place = running.place_of_current();
    let mut branch = segment.branch_on(blank, &running.context, parent, place);
    branch.corrected = running.corrected;
    Some(branch)
}

/// A strand below the span that runs now, without a context of OpenTelemetry; `None`: outside of any segment.
pub(super) fn branch_here() -> Option<Box<Strand>> {
    let made = thread::with(|thread| {
        let mut running = thread.active.take()?;
        let branch = branch_of(&mut running, thread);
        thread.active = Some(running);
        branch
    });
    made.flatten()
}

/// Where the innermost span that runs here is, unless that is `named` or none.
#[cfg(feature = "tracing")]
pub(crate) fn place_here(named: u64) -> Option<Reach> {
    with_active(|strand| {
        if strand.role == Role::Scope || strand.id_of(strand.current) == named {
            return None;
        }
        let (seed, number) = strand.place_of_current();
        let part = if seed == strand.seed {
            part_of(strand)
        } else {
            registry::find(seed)?
        };
        Some(Reach::of(part, number))
    })
    .flatten()
}

/// A strand that may run in place of the one that does, which is a scope where that is one; `None`: nothing runs.
pub(super) fn stand_in() -> Option<Box<Strand>> {
    let made = thread::with(|thread| {
        let mut running = thread.active.take()?;
        let made = stand_in_of(&mut running, thread);
        thread.active = Some(running);
        Some(made)
    });
    made.flatten()
}

pub(super) fn stand_in_of(running: &mut Strand, thread: &mut Thread) -> Box<Strand> {
    let branch = branch_of(running, thread);
    branch.unwrap_or_else(|| {
        let mut scope = scope::strand_alone(thread, running.context.clone());
        scope.suppressed = running.suppressed;
        scope
    })
}

/// Runs `f` on the strand that runs here.
pub(crate) fn with_active<R>(f: impl FnOnce(&mut Strand) -> R) -> Option<R> {
    thread::with(|thread| thread.active.as_deref_mut().map(f)).flatten()
}

/// `tokio::spawn` that carries the current span into the task.
///
/// # Panics
/// Outside of a Tokio runtime, as `tokio::spawn` does.
#[inline]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future.in_current_span())
}

/// `tokio::task::spawn_blocking` that carries the current span into the closure.
///
/// # Panics
/// Outside of a Tokio runtime, as `tokio::task::spawn_blocking` does.
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    tokio::task::spawn_blocking(carry(f))
}

/// `std::thread::spawn` that carries the current span into the thread.
///
/// ```
/// use phoenix_trace::spawn_thread;
///
/// assert_eq!(spawn_thread(|| 1 + 1).join().unwrap(), 2);
/// ```
///
/// # Panics
/// When the system has no thread to give, as `std::thread::spawn` does.
pub fn spawn_thread<F, R>(f: F) -> std::thread::JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    std::thread::spawn(carry(f))
}

/// The same closure, running below the span that is current here, on whatever thread it is called: for threads with a
/// name, scoped threads, pools.
///
/// ```
/// use phoenix_trace::carry;
/// use std::thread;
///
/// # fn main() -> std::io::Result<()> {
/// let named = thread::Builder::new().name("indexer".to_owned()).spawn(carry(|| 1 + 1))?;
/// assert_eq!(named.join().unwrap(), 2);
///
/// let words = ["one", "two"];
/// thread::scope(|scope| {
///     for word in &words {
///         scope.spawn(carry(move || word.len()));
///     }
/// });
/// # Ok(())
/// # }
/// ```
pub fn carry<F, R>(f: F) -> impl FnOnce() -> R
where
    F: FnOnce() -> R,
{
    let mut branch = Branch::here();
    move || {
        let mut running = branch.enter();
        let returned = f();
        running.settle(Outcome::Ok);
        returned
    }
}

/// A span, to tell its ids and to say more about it; it may be kept and sent, and does not keep the span open. Without a
/// span it does nothing.
#[derive(Clone, Default)]
pub struct SpanHandle {
    trace_id: u128,
    span_id: u64,
    pub(super) flags: u8,
    /// Where its record is: the strand, and the number there.
    pub(super) place: (u64, u32),
    pub(super) segment: Option<Arc<Segment>>,
}

impl SpanHandle {
    /// Is there a span at all?
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.span_id != 0
    }

    /// The trace's id; invalid (zero) when there is none.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        TraceId::from(self.trace_id)
    }

    /// The span's id; invalid (zero) when there is none.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        SpanId::from(self.span_id)
    }

    /// Was the segment sampled when it began? It may be kept although it was not.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// What `future` records hangs below this span.
    pub fn carry<T>(&self, future: T) -> InSpan<T> {
        InSpan::new(future, self.branch().map(own).unwrap_or_default())
    }

    /// A strand for work elsewhere, below this span.
    pub(super) fn branch(&self) -> Option<Box<Strand>> {
        let mut branch = self.segment.as_ref()?.branch(self.span_id, self.place);
        let part = registry::find(self.place.0);
        contexts::of_branch(&mut branch, part.as_ref(), self.place.1);
        Some(branch)
    }
}

impl fmt::Debug for SpanHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{:016x}", self.trace_id, self.span_id)
    }
}

/// The span that runs now, to tell its ids or to carry it elsewhere.
#[must_use]
pub fn current_span() -> SpanHandle {
    with_active(|strand| match strand.role {
        Role::Scope => SpanHandle::default(),
        _ => SpanHandle {
            trace_id: strand.context.trace_id,
            span_id: strand.id_of(strand.current),
            flags: strand.context.flags,
            place: strand.place_of_current(),
            segment: {
                if strand.current != NONE {
                    share(strand);
                }
                strand.segment.clone()
            },
        },
    })
    .unwrap_or_default()
}

/// The correlation id of the running request.
pub(crate) fn current_correlation() -> Option<CorrelationId> {
    with_active(|strand| {
        strand.take_correction();
        strand.context.correlation_id()
    })
    .flatten()
}

/// What a request that goes out from here says about the one that runs: its parent is the span that runs now.
pub(crate) struct Going {
    parent: Option<TraceParent>,
    debug: bool,
    state: TraceState,
    baggage: Baggage,
    correlation: Option<CorrelationId>,
}

impl Going {
    /// `None`: outside of any request.
    pub(crate) fn from_here() -> Option<Self> {
        with_active(|strand| {
            strand.take_correction();
            let context = &strand.context;
            let decided = strand.role != Role::Scope;
            let state = if decided && !(context.state.is_empty() && context.threshold.is_none()) {
                context.state_with(context.threshold)
            } else {
                context.state.clone()
            };
            Self {
                parent: context.parent_below(strand.id_of(strand.current)),
                debug: context.debug,
                state,
                baggage: context.baggage.clone(),
                correlation: context.correlation_id(),
            }
        })
    }

    pub(crate) fn outgoing(&self) -> Outgoing<'_> {
        Outgoing {
            parent: self.parent.map(|parent| (parent, &self.state)),
            debug: self.debug,
            baggage: (!self.baggage.is_empty()).then_some(&self.baggage),
            correlation: self.correlation.as_ref(),
        }
    }
}
