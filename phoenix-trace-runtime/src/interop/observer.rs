//! Contexts that are attached by hand. OpenTelemetry tells when the current context of a thread changes; from then on what
//! runs there is below the span of the new context, and below what ran before once it is detached. So the annotated path
//! never has to ask which context is current.
//!
//! The trait that tells it is behind a feature of `opentelemetry` that is called experimental
//! (`experimental_context_observer`). Without it, each start of a span would have to compare the current context with the one
//! that was current when the running span started, and so would whatever else looks for the running span.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};

use opentelemetry::Context;
use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::context::{ContextObserver, GlobalContextObserver};
use opentelemetry::trace::{SpanContext, TraceContextExt as _};

use super::identity;
use crate::propagation::Baggage;
use crate::record::free::{self, Active, Below};
use crate::record::strand::Role;
use crate::record::thread;
use crate::record::told::unharmed;

struct Observer;

/// Sees from here on which contexts are attached by hand in this process.
pub(crate) fn observe() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| GlobalContextObserver::set(Arc::new(Observer)));
}

/// Has the program asked for a tracer, or attached the context of a span?
static USED: AtomicBool = AtomicBool::new(false);

pub(super) fn is_used() -> bool {
    USED.load(Ordering::Relaxed)
}

pub(super) fn note_use() {
    USED.store(true, Ordering::Relaxed);
}

impl ContextObserver for Observer {
    fn on_context_enter(&self, from: &Context, to: &Context) {
        let (over, active) = (active(from), active(to));
        if over != active {
            // Who attaches a context does not expect a panic.
            let _ = unharmed(|| enter(to, active, over));
        }
    }

    fn on_context_exit(&self, from: &Context, to: &Context) {
        let (from, to) = (active(from), active(to));
        if from != to {
            let _ = unharmed(|| free::detach(from, to));
        }
    }
}

fn active(context: &Context) -> Active {
    let span = context.span();
    Active {
        span: id(span.span_context()),
        suppressed: context.is_telemetry_suppressed(),
    }
}

fn id(span: &SpanContext) -> u64 {
    if span.is_valid() {
        u64::from_be_bytes(span.span_id().to_bytes())
    } else {
        0
    }
}

fn enter(to: &Context, active: Active, over: Active) {
    let span = to.span();
    let context = span.span_context();
    let trace_id = u128::from_be_bytes(context.trace_id().to_bytes());
    let running = thread::with(|thread| {
        let strand = thread.active.as_ref()?;
        let named = strand.otel_span == active.span && strand.context.trace_id == trace_id;
        let spans = strand.role != Role::Scope || strand.context.trace_id != 0;
        Some((named, spans))
    });
    // `None`: it is ours, which attach while the thread's state is borrowed.
    let Some(running) = running else { return };
    // Exporters attach contexts without a span, in which telemetry is suppressed.
    if active.span != 0 {
        note_use();
    }
    let (baggage, _) = Baggage::from_opentelemetry(to.baggage());
    if active.suppressed {
        free::attach(Below::Nothing, active, over);
    } else if active.span == 0 {
        if running.is_some_and(|(_, spans)| spans) || over.suppressed {
            free::attach(Below::Other(&SpanContext::NONE, baggage), active, over);
        }
    } else if over.suppressed || !running.is_some_and(|(named, _)| named) {
        let reach = (!context.is_remote())
            .then(|| identity::ask(&span))
            .flatten();
        match &reach {
            Some(reach) => free::attach(Below::Span(reach), active, over),
            None => free::attach(Below::Other(context, baggage), active, over),
        }
    }
}
