//! The same formats for every carrier of the OpenTelemetry API.
//!
//! An OpenTelemetry `Context` and a carrier come in; out goes a `Context` with the remote span or baggage, or a
//! carrier with the fields set.

use std::sync::LazyLock;

use opentelemetry::{
    Context,
    baggage::BaggageExt,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
    trace::{SpanContext, TraceContextExt, TraceFlags, TraceId, TraceState as ApiTraceState},
};

use crate::interop::early::sent_in;

use super::propagators::Caller;
use super::{
    Baggage, Propagator, TraceParent, TraceState, b3, carrier, jaeger, only, tracestate, trim_ows,
};

static TRACE_FIELDS: LazyLock<[String; 2]> =
    LazyLock::new(|| [carrier::TRACEPARENT, carrier::TRACESTATE].map(|name| name.to_string()));

static BAGGAGE_FIELDS: LazyLock<[String; 1]> = LazyLock::new(|| [carrier::BAGGAGE.to_string()]);

/// W3C Trace Context, level 2, complete: all header fields of a name are read, the random flag survives, and so do the
/// keys of `tracestate` that level 2 added.
///
/// ```
/// use std::collections::HashMap;
///
/// use opentelemetry::{propagation::TextMapPropagator, trace::TraceContextExt};
/// use phoenix_trace::propagation::TraceContextPropagator;
///
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
/// let message = HashMap::from([("traceparent".to_owned(), parent.to_owned())]);
///
/// let propagator = TraceContextPropagator::new();
/// let context = propagator.extract(&message);
/// assert!(context.span().span_context().is_remote());
///
/// let mut answer = HashMap::new();
/// propagator.inject_context(&context, &mut answer);
/// assert_eq!(answer, message);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TraceContextPropagator(());

impl TraceContextPropagator {
    /// A propagator. It has no state.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

/// A `tracestate` as it arrived, kept beside the span context of the trace when that cannot hold all of it.
struct FullState {
    trace_id: TraceId,
    state: TraceState,
}

impl TextMapPropagator for TraceContextPropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        let span = context.span();
        let taken = sent_in(context);
        let span_context = taken.as_ref().unwrap_or_else(|| span.span_context());
        let Some(parent) = TraceParent::from_span_context(span_context) else {
            return;
        };
        injector.set(carrier::TRACEPARENT.as_str(), parent.to_string());

        let mut state = TraceState::from_opentelemetry(span_context.trace_state());
        if let Some(full) = context.get::<FullState>()
            && full.trace_id == parent.trace_id()
        {
            state = full.state.updated_to(&state);
        }
        let state = state.truncated(tracestate::MAX_EMITTED);
        if !state.is_empty() {
            injector.set(carrier::TRACESTATE.as_str(), state.to_string());
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let parents = extractor.get_all(carrier::TRACEPARENT.as_str());
        let Some(parent) = only(parents.iter().flatten())
            .and_then(|value| TraceParent::parse(trim_ows(value.as_bytes())))
        else {
            return context.clone();
        };
        let states = extractor
            .get_all(carrier::TRACESTATE.as_str())
            .unwrap_or_default();
        let state = TraceState::parse(states.into_iter().map(str::as_bytes)).unwrap_or_default();

        let span_context = parent.to_span_context(&state);
        let complete = TraceState::from_opentelemetry(span_context.trace_state()) == state;
        let context = context.with_remote_span_context(span_context);
        if complete {
            return context;
        }
        let trace_id = parent.trace_id();
        context.with_value(FullState { trace_id, state })
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&*TRACE_FIELDS)
    }
}

/// W3C Baggage with the limits of the specification, over all header fields together.
///
/// ```
/// use std::collections::HashMap;
///
/// use opentelemetry::{baggage::BaggageExt, propagation::TextMapPropagator};
/// use phoenix_trace::propagation::BaggagePropagator;
///
/// let message = HashMap::from([("baggage".to_owned(), "node=DF%2028".to_owned())]);
/// let context = BaggagePropagator::new().extract(&message);
/// assert_eq!(context.baggage().get("node").unwrap().as_str(), "DF 28");
/// ```
#[derive(Clone, Debug, Default)]
pub struct BaggagePropagator(());

impl BaggagePropagator {
    /// A propagator. It has no state.
    #[must_use]
    pub const fn new() -> Self {
        Self(())
    }
}

impl TextMapPropagator for BaggagePropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        if context.baggage().is_empty() {
            return;
        }
        let (baggage, _) = Baggage::from_opentelemetry(context.baggage());
        if !baggage.is_empty() {
            injector.set(carrier::BAGGAGE.as_str(), baggage.to_string());
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let fields = extractor
            .get_all(carrier::BAGGAGE.as_str())
            .unwrap_or_default();
        let (baggage, _) = Baggage::parse(fields.into_iter().map(str::as_bytes));
        if baggage.is_empty() {
            return context.clone();
        }
        context.with_baggage(baggage.to_opentelemetry())
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&*BAGGAGE_FIELDS)
    }
}

/// Several formats as one: each extracts on top of what those before it found, and all inject.
///
/// `init` makes the configured one the global propagator of `opentelemetry`, unless the program has installed another
/// before. The correlation id is not part of it.
///
/// ```
/// use std::collections::HashMap;
///
/// use opentelemetry::{propagation::TextMapPropagator, trace::TraceContextExt};
/// use phoenix_trace::propagation::{CompositePropagator, Propagator};
///
/// let message = HashMap::from([("uber-trace-id".to_owned(), "7b:1f:0:1".to_owned())]);
/// let propagator = CompositePropagator::new([Propagator::TraceContext, Propagator::Jaeger]);
/// let context = propagator.extract(&message);
/// assert!(context.span().span_context().is_sampled());
/// ```
#[derive(Clone, Debug)]
pub struct CompositePropagator {
    formats: Vec<Propagator>,
    fields: Vec<String>,
}

impl CompositePropagator {
    /// These formats, in this order.
    #[must_use]
    pub fn new(formats: impl IntoIterator<Item = Propagator>) -> Self {
        let formats: Vec<Propagator> = formats.into_iter().collect();
        let mut fields: Vec<String> = Vec::new();
        for field in formats.iter().flat_map(|format| format.fields()) {
            if !fields.iter().any(|known| known == field.as_str()) {
                fields.push(field.to_string());
            }
        }
        Self { formats, fields }
    }
}

impl TextMapPropagator for CompositePropagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        for format in &self.formats {
            match format {
                Propagator::TraceContext => {
                    TraceContextPropagator::new().inject_context(context, injector);
                }
                Propagator::Baggage => BaggagePropagator::new().inject_context(context, injector),
                Propagator::B3 | Propagator::B3Multi | Propagator::Jaeger => {
                    let span = context.span();
                    let taken = sent_in(context);
                    let sent = taken.as_ref().unwrap_or_else(|| span.span_context());
                    let debug = sent.trace_flags() & DEBUG == DEBUG;
                    let Some(parent) = TraceParent::from_span_context(sent) else {
                        continue;
                    };
                    match format {
                        Propagator::B3 => b3::inject_single(injector, &parent, debug),
                        Propagator::B3Multi => b3::inject_multi(injector, &parent, debug),
                        _ => jaeger::inject(injector, &parent, debug),
                    }
                }
            }
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        let mut context = context.clone();
        for format in &self.formats {
            context = match format {
                Propagator::TraceContext => {
                    TraceContextPropagator::new().extract_with_context(&context, extractor)
                }
                Propagator::Baggage => {
                    BaggagePropagator::new().extract_with_context(&context, extractor)
                }
                Propagator::B3 | Propagator::B3Multi => {
                    with_caller(context, b3::extract(extractor))
                }
                Propagator::Jaeger => with_caller(context, jaeger::extract(extractor)),
            };
        }
        context
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}

/// Where the propagators of the OpenTelemetry crates keep that a trace is to be debugged. No `traceparent` has it.
const DEBUG: TraceFlags = TraceFlags::new(0x04);

fn with_caller(context: Context, caller: Option<Caller>) -> Context {
    let Some(Caller { parent, debug }) = caller else {
        return context;
    };
    let flags = if debug { DEBUG.to_u8() } else { 0 } | parent.flags();
    context.with_remote_span_context(SpanContext::new(
        parent.trace_id(),
        parent.span_id(),
        TraceFlags::new(flags),
        true,
        ApiTraceState::NONE,
    ))
}

#[cfg(test)]
mod tests;
