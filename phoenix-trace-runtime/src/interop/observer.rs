//! Contexts that are attached by hand. OpenTelemetry tells when the current context of a thread changes; from then on what
//! runs there is below the span of the new context, and below what ran before once it is detached. So the annotated path
//! never has to ask which context is current.
//!
//! The trait that tells it is behind a feature of `opentelemetry` that is called experimental
//! (`experimental_context_observer`). Without it, each start of a span would have to compare the current context with the one
//! that was current when the running span started, and so would whatever else looks for the running span.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::context::{GlobalContextObserver, ObserverContextView};
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};

use super::{contexts, early, identity};
use crate::diag;
use crate::propagation::Baggage;
use crate::record::carry::with_active;
use crate::record::free::{self, Active, Below};
use crate::record::strand::Role;
use crate::record::thread;
use crate::record::told::unharmed;

/// Sees which contexts are attached by hand, so that what is annotated is below their spans and sends their baggage.
///
/// A process has one observer, the first that is installed: that of the recorder, unless the program has another. Such a one
/// hands on what it is told:
///
/// ```
/// use std::sync::Arc;
///
/// use opentelemetry::Context;
/// use opentelemetry::context::ObserverContextView;
/// use phoenix_trace::interop::ContextObserver;
///
/// struct Profiler(ContextObserver);
///
/// impl opentelemetry::context::ContextObserver for Profiler {
///     fn on_context_enter(&self, from: &Context, to: &Context) {
///         // … what it is there for …
///         self.0.on_context_enter(from, to);
///     }
///
///     fn on_context_exit(&self, from: &Context, to: &Context) {
///         self.0.on_context_exit(from, to);
///     }
///
///     // Without it contexts are attached at all local roots, see `OtelContext::Auto`.
///     fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
///         self.0.make_view(context)
///     }
/// }
/// # let _ = Profiler(ContextObserver::default());
/// ```
///
/// For this the program needs the feature `experimental_context_observer` of `opentelemetry`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContextObserver(());

/// Sees from here on which contexts are attached by hand in this process, or tells that it cannot.
pub(crate) fn observe() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        GlobalContextObserver::set(Arc::new(ContextObserver::default()));
        if !is_observed() {
            diag::line(format_args!(
                "another observer of `opentelemetry` contexts is installed: what is annotated does not hang below spans whose \
                 context is attached by hand or by `tracing`; let it hand on what it sees to `phoenix_trace::interop::ContextObserver`"
            ));
        }
    });
}

/// Is what happens to contexts seen?
fn is_observed() -> bool {
    let _probe = probe().attach();
    with_active(|strand| strand.suppressed && strand.otel_span == PROBE) == Some(true)
}

const PROBE: u64 = 1;

/// A context like no other, in which nothing is recorded.
pub(super) fn probe() -> Context {
    let span = SpanContext::new(
        TraceId::from(1),
        SpanId::from(PROBE),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    );
    Context::new()
        .with_remote_span_context(span)
        .with_telemetry_suppressed()
}

/// Has the program asked for a tracer, or attached a context?
static USED: AtomicBool = AtomicBool::new(false);

pub(super) fn is_used() -> bool {
    USED.load(Ordering::Relaxed)
}

pub(super) fn note_use() {
    if !is_used() {
        USED.store(true, Ordering::Relaxed);
    }
}

impl ContextObserver {
    /// A context is attached over another one.
    pub fn on_context_enter(&self, from: &Context, to: &Context) {
        if is_ours() {
            return;
        }
        // Exporters attach contexts in which telemetry is suppressed.
        if !to.is_telemetry_suppressed() {
            note_use();
        }
        if !is_same(from, to) {
            // Who attaches a context does not expect a panic.
            let _ = unharmed(|| enter(from, to));
        }
    }

    /// It is detached.
    pub fn on_context_exit(&self, from: &Context, to: &Context) {
        if !is_ours() && !is_same(from, to) {
            let _ = unharmed(|| {
                let (from, to) = (active(from), active(to));
                if from != to {
                    free::detach(from, to);
                }
            });
        }
    }
}

impl ContextObserver {
    /// What goes with a context that is made.
    #[must_use]
    pub fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
        early::view(context)
    }
}

impl opentelemetry::context::ContextObserver for ContextObserver {
    fn on_context_enter(&self, from: &Context, to: &Context) {
        Self::on_context_enter(self, from, to);
    }

    fn on_context_exit(&self, from: &Context, to: &Context) {
        Self::on_context_exit(self, from, to);
    }

    fn make_view(&self, context: &Context) -> Option<Arc<dyn ObserverContextView>> {
        Self::make_view(self, context)
    }
}

/// We attach while the thread's state is borrowed.
fn is_ours() -> bool {
    thread::with(|_| ()).is_none()
}

/// Do they differ in nothing that counts here?
fn is_same(one: &Context, other: &Context) -> bool {
    early::id_in(one) == early::id_in(other)
        && one.is_telemetry_suppressed() == other.is_telemetry_suppressed()
        && std::ptr::eq(one.baggage(), other.baggage())
}

fn active(context: &Context) -> Active {
    Active {
        span: early::id_in(context),
        suppressed: context.is_telemetry_suppressed(),
        baggage: hash_of_baggage(context),
    }
}

/// What is active in the current context; `None`: the thread is ending.
pub(crate) fn current() -> Option<Active> {
    contexts::is_alive().then(|| Context::map_current(active))
}

/// Zero for none.
pub(super) fn id(span: &SpanContext) -> u64 {
    if span.is_valid() {
        u64::from_be_bytes(span.span_id().to_bytes())
    } else {
        0
    }
}

/// The same for the same members, which have no order.
fn hash_of_baggage(context: &Context) -> u64 {
    let hashes = context.baggage().iter().map(|(key, (value, metadata))| {
        let mut hasher = DefaultHasher::new();
        (key.as_str(), value.as_str(), metadata.as_str()).hash(&mut hasher);
        hasher.finish()
    });
    hashes.fold(0, u64::wrapping_add)
}

fn enter(from: &Context, to: &Context) {
    let (over, active) = (active(from), active(to));
    if over == active {
        return;
    }
    let span = to.span();
    let root = early::root_in(to);
    let root = root.as_ref();
    let context = root.map_or_else(|| span.span_context(), |root| &root.context);
    let trace_id = u128::from_be_bytes(context.trace_id().to_bytes());
    // A span that has just been started where it is attached, as most are.
    if !(over.suppressed || active.suppressed)
        && over.baggage == active.baggage
        && free::attach_newest(active, trace_id, over)
    {
        return;
    }
    let running = with_active(|strand| Running {
        named: strand.is_meant_by(active.span) && strand.context.trace_id == trace_id,
        traced: strand.role != Role::Scope || strand.context.trace_id != 0,
        baggage: strand.context.baggage.clone(),
    });
    let running = running.as_ref();
    let same_span = over.span == active.span;
    let goes_on = |running: &Running| running.named || same_span;
    let reach;
    let below = if active.suppressed {
        Below::Nothing
    } else if !over.suppressed && running.is_some_and(goes_on) {
        Below::Running
    } else if active.span != 0 {
        reach = match root {
            Some(root) => root.reach.clone(),
            None if context.is_remote() => None,
            None => identity::ask(&span),
        };
        let reports_to = root.map(|root| &root.pipeline);
        (reach.as_ref()).map_or(Below::Other(context, reports_to), Below::Span)
    } else {
        let traced = running.is_some_and(|running| running.traced);
        if !traced && !over.suppressed && active.baggage == 0 {
            return;
        }
        Below::Other(context, None)
    };
    let baggage = |own: &Baggage| match below {
        Below::Nothing => own.clone(),
        Below::Other(..) => baggage_apart(to, own),
        Below::Running | Below::Span(_) => baggage_over(to, same_span.then_some(from), own),
    };
    if let (Below::Running, Some(Running { baggage: own, .. })) = (below, running)
        && baggage(own) == *own
    {
        return;
    }
    free::attach(below, active, over);
    free::lend_baggage(active.baggage != 0, baggage);
}

/// What runs where a context is attached.
struct Running {
    /// Is the span of the context its own?
    named: bool,
    /// Is it in a trace?
    traced: bool,
    baggage: Baggage,
}

/// The baggage of a context with another trace than the request's.
fn baggage_apart(context: &Context, own: &Baggage) -> Baggage {
    let (baggage, _) = Baggage::from_opentelemetry(context.baggage());
    if baggage.is_empty() {
        return own.clone();
    }
    baggage
}

/// The baggage of a context within the request, and what the request has besides; not what was taken out since `from`.
fn baggage_over(context: &Context, from: Option<&Context>, own: &Baggage) -> Baggage {
    let (mut baggage, _) = Baggage::from_opentelemetry(context.baggage());
    for member in own.iter() {
        let has = |context: &Context| context.baggage().get(member.key).is_some();
        if !has(context)
            && !from.is_some_and(has)
            && let Ok(more) = baggage.with_properties(member.key, &member.value, member.properties)
        {
            baggage = more;
        }
    }
    baggage
}
