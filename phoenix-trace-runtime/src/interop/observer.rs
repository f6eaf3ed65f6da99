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
    SpanContext, SpanId, SpanRef, TraceContextExt as _, TraceFlags, TraceId, TraceState,
};

use super::{attachments, early, identity};
use crate::diag;
use crate::propagation::Baggage;
use crate::record::attached::{self, Below, Left};
use crate::record::carry::with_active;
use crate::record::free::Reach;
use crate::record::levels::Active;
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
        // Who attaches a context does not expect a panic.
        let _ = unharmed(|| {
            let over = active(from);
            let active = if is_same(from, to) { over } else { active(to) };
            enter(over, active, to, Some(from));
        });
    }

    /// It is detached.
    pub fn on_context_exit(&self, from: &Context, to: &Context) {
        if !is_ours() {
            let _ = unharmed(|| leave(Some(active(from)), to));
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

/// Looks which context is current, as if it were told now.
pub(crate) fn look() {
    if attachments::is_alive() {
        let _ = unharmed(|| leave(None, &Context::current()));
    }
}

/// The same where something has ended or is suspended in which a context was attached that may still be.
pub(crate) fn look_over() {
    if !attachments::is_alive() {
        return;
    }
    let _ = unharmed(|| {
        let current = Context::current();
        let active = active(&current);
        match attached::over(active) {
            Some(over) => enter(over, active, &current, None),
            None => leave(None, &current),
        }
    });
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

/// `to` is attached over a context in which `over` is active; `from`: that context, if it is known.
fn enter(over: Active, active: Active, to: &Context, from: Option<&Context>) {
    if over == active {
        return attached::enter_same(active);
    }
    let named = Named::in_context(to);
    // A span that has just been started where it is attached, as most are.
    if !(over.suppressed || active.suppressed)
        && over.baggage == active.baggage
        && attached::enter_newest(active, named.trace_id())
    {
        return;
    }
    let running = with_active(|strand| Running {
        named: strand.is_meant_by(active.span) && strand.context.trace_id == named.trace_id(),
        traced: strand.role != Role::Scope || strand.context.trace_id != 0,
        baggage: strand.context.baggage.clone(),
    });
    let running = running.as_ref();
    let same_span = over.span == active.span;
    let goes_on = |running: &Running| running.named || same_span;
    let reach;
    let below = if !(over.suppressed || active.suppressed) && running.is_some_and(goes_on) {
        Below::Running
    } else if active == Active::default()
        && !over.suppressed
        && !running.is_some_and(|running| running.traced)
    {
        return;
    } else {
        reach = named.reach(active);
        named.below(active, reach.as_ref())
    };
    let baggage = |own: &Baggage| match below {
        Below::Nothing => own.clone(),
        Below::Other(..) => baggage_apart(to, own),
        Below::Running | Below::Span(_) => baggage_over(to, from.filter(|_| same_span), own),
    };
    if let (Below::Running, Some(Running { baggage: own, .. })) = (below, running)
        && baggage(own) == *own
    {
        return attached::enter_same(active);
    }
    attached::enter(below, active, over);
    attached::lend_baggage(active.baggage != 0, baggage);
}

fn leave(left: Option<Active>, to: &Context) {
    let active = active(to);
    match attached::leave(left, active) {
        Left::Found => {}
        Left::Outermost => enter(Active::default(), active, to, None),
        Left::Unknown => {
            let named = Named::in_context(to);
            let reach = named.reach(active);
            attached::enter_again(named.below(active, reach.as_ref()), active);
        }
    }
}

/// What a context names.
struct Named<'a> {
    span: SpanRef<'a>,
    root: Option<early::Root>,
}

impl<'a> Named<'a> {
    fn in_context(context: &'a Context) -> Self {
        Self {
            span: context.span(),
            root: early::root_in(context),
        }
    }

    fn context(&self) -> &SpanContext {
        (self.root.as_ref()).map_or_else(|| self.span.span_context(), |root| &root.context)
    }

    fn trace_id(&self) -> u128 {
        u128::from_be_bytes(self.context().trace_id().to_bytes())
    }

    /// Where the record of the span is, if it is one of ours and lets record.
    fn reach(&self, active: Active) -> Option<Reach> {
        match &self.root {
            _ if active.suppressed || active.span == 0 => None,
            Some(root) => root.reach.clone(),
            None if self.context().is_remote() => None,
            None => identity::ask(&self.span),
        }
    }

    fn below<'b>(&'b self, active: Active, reach: Option<&'b Reach>) -> Below<'b> {
        let pipeline = self.root.as_ref().map(|root| &root.pipeline);
        match reach {
            _ if active.suppressed => Below::Nothing,
            Some(reach) => Below::Span(reach),
            None => Below::Other(self.context(), pipeline.filter(|_| active.span != 0)),
        }
    }
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
