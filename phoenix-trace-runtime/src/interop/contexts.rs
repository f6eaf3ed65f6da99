//! The contexts of OpenTelemetry that are attached while our strands run, so that whoever asks for the current one finds the
//! ids of our spans there.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::trace::{
    self, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId,
};
use opentelemetry::{Context, KeyValue};

use super::hand::Hand;
use super::{identity, observer};
use crate::record::context;
use crate::record::free::Reach;
use crate::record::part::{Part, part_of};
use crate::record::registry;
use crate::record::site::SpanKind;
use crate::record::strand::{Role, Strand};

/// Where the OpenTelemetry context is attached, so that `opentelemetry::Context::current()` names spans that are annotated or
/// made by a layer.
///
/// In code [`Config::otel_context`](crate::Config::otel_context), in the environment `PHOENIX_TRACE_OTEL_CONTEXT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum OtelContext {
    /// As [`LocalRoot`](Self::LocalRoot), at local roots of kind SERVER and CONSUMER, and at all others from when the program
    /// first uses contexts: asks for a tracer, has a bridge of `tracing`, attaches a context or sends one by the global propagator
    /// (`auto`): the default. Merely to read `Context::current()` is no use, and finds no span there until then.
    ///
    /// So a program that does not use the API pays next to nothing for it, and one that does has the parents of `LocalRoot` from the
    /// first context on that it carries out of a local root. Where that first one is used on another thread at the same time, while
    /// what it was taken from runs on and has not been suspended since, what is recorded under it is a segment of its own in the
    /// same trace: a child of the local root as elsewhere, kept or dropped for itself.
    #[default]
    Auto,
    /// At local roots, and where a task or thread goes on with a trace (`local_root`). A span that is started in that context is
    /// a child of the innermost span that runs there; where the context was carried elsewhere by hand, of the local root. Costs
    /// an allocation or two for each local root.
    LocalRoot,
    /// At every span (`every_span`), for code that carries contexts by hand: what is started in a context is a child of the
    /// very span that ran when the context was taken. Costs an allocation or two for each span.
    EverySpan,
    /// Nowhere (`off`). Spans of the API are still children of the span that runs, but no context names it, so that
    /// propagators of others than ours send nothing. For the same reason an empty context that is attached while something
    /// annotated runs is no different from that which is current there, and starts no trace of its own.
    Off,
}

impl OtelContext {
    pub(crate) const ALL: [Self; 4] = [Self::Auto, Self::LocalRoot, Self::EverySpan, Self::Off];

    /// Is it attached at all places, where it is attached at any?
    #[inline]
    fn is_on(self) -> bool {
        match self {
            Self::Auto => observer::is_used(),
            Self::LocalRoot | Self::EverySpan => true,
            Self::Off => false,
        }
    }

    /// Is it attached at local roots of this kind?
    #[inline]
    fn is_on_for(self, kind: SpanKind) -> bool {
        let serves = matches!(kind, SpanKind::Server | SpanKind::Consumer);
        self.is_on() || self == Self::Auto && serves
    }

    /// As the configuration has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::LocalRoot => "local_root",
            Self::EverySpan => "every_span",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for OtelContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OtelContext {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL
            .into_iter()
            .find(|mode| mode.as_str() == text)
            .ok_or(())
    }
}

/// A span of a strand as the API names it.
pub(crate) fn span_context(of: &context::Context, span_id: u64) -> SpanContext {
    /// Where propagators of the OpenTelemetry crates keep that a trace is to be debugged.
    const DEBUG: u8 = 0x04;
    let state = of.api_state_with(of.threshold);
    let debug = if of.debug { DEBUG } else { 0 };
    SpanContext::new(
        TraceId::from(of.trace_id),
        SpanId::from(span_id),
        TraceFlags::new(of.flags | debug),
        false,
        state,
    )
}

/// Makes the context of a local root that has started.
#[inline]
pub(crate) fn of_root(strand: &mut Strand) {
    let contexts = strand.pipeline.contexts;
    let Some(root) = strand.record(0).filter(|_| strand.role == Role::Root) else {
        return;
    };
    if contexts.is_on_for(root.site.kind) {
        attach_root(strand);
    }
}

#[inline(never)]
fn attach_root(strand: &mut Strand) {
    let part = part_of(strand);
    strand.otel_span = strand.id_of(0);
    let floating = !strand.follows;
    strand.otel = Some(context_of(strand, part, 0, strand.otel_span, floating));
}

/// The same of a branch below span `number` of another strand; without its part: of one that has joined.
pub(crate) fn of_branch(branch: &mut Strand, part: Option<&Arc<Part>>, number: u32) {
    if !branch.pipeline.contexts.is_on() {
        return;
    }
    let parent = branch.context.parent;
    branch.otel = Some(match part {
        Some(part) => context_of(branch, part.clone(), number, parent, true),
        None => {
            let named = span_context(&branch.context, parent);
            let context = Context::map_current(|it| it.with_remote_span_context(named));
            with_baggage(context, &branch.context)
        }
    });
    branch.otel_span = parent;
}

/// Has a branch of what runs a context?
#[inline]
pub(crate) fn is_carried(running: &Strand) -> bool {
    running.otel.is_some() || running.pipeline.contexts.is_on()
}

/// The same of a branch of what runs.
pub(crate) fn of_carried(branch: &mut Strand, running: &mut Strand) {
    if !running.follows && running.attached.is_empty() && running.otel.is_some() {
        branch.otel.clone_from(&running.otel);
        branch.otel_span = running.otel_span;
        return;
    }
    if !branch.pipeline.contexts.is_on() {
        return;
    }
    let Some((seed, number)) = branch.context.place else {
        return;
    };
    let part = if seed == running.seed {
        Some(part_of(running))
    } else {
        registry::find(seed)
    };
    of_branch(branch, part.as_ref(), number);
}

/// The same of a scope that has a trace.
pub(crate) fn of_scope(scope: &mut Strand) {
    let of = &scope.context;
    if scope.pipeline.contexts == OtelContext::Off || of.trace_id == 0 {
        return;
    }
    let parent = SpanContext::new(
        TraceId::from(of.trace_id),
        SpanId::from(of.parent),
        TraceFlags::new(of.flags),
        of.remote,
        of.state.to_opentelemetry(),
    );
    scope.otel_span = of.parent;
    let context = Context::map_current(|current| current.with_remote_span_context(parent));
    scope.otel = Some(with_baggage(context, of));
}

pub(super) fn context_of(
    strand: &Strand,
    part: Arc<Part>,
    number: u32,
    span_id: u64,
    innermost: bool,
) -> Context {
    let span = Current {
        context: span_context(&strand.context, span_id),
        hand: Hand {
            reach: Reach::of(part, number),
            innermost_of: if innermost { span_id } else { 0 },
        },
    };
    let context = Context::map_current(|current| current.with_span(span));
    with_baggage(context, &strand.context)
}

fn with_baggage(context: Context, of: &context::Context) -> Context {
    if !of.baggage.is_empty() {
        return context.with_baggage(of.baggage.to_opentelemetry());
    }
    match context.baggage().is_empty() {
        true => context,
        // That around it is none of this request's.
        false => context.with_cleared_baggage(),
    }
}

/// A span of ours as the current context has it: it may be told more, and is not ended there.
#[derive(Debug)]
struct Current {
    context: SpanContext,
    hand: Hand,
}

impl trace::Span for Current {
    fn add_event<T>(&mut self, name: T, attributes: Vec<KeyValue>)
    where
        T: Into<Cow<'static, str>>,
    {
        self.hand.add_event(name.into(), None, attributes);
    }

    fn add_event_with_timestamp<T>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        attributes: Vec<KeyValue>,
    ) where
        T: Into<Cow<'static, str>>,
    {
        self.hand
            .add_event(name.into(), Some(timestamp), attributes);
    }

    fn span_context(&self) -> &SpanContext {
        &self.context
    }

    fn is_recording(&self) -> bool {
        identity::answer(Some(&self.hand.reach));
        true
    }

    fn set_attribute(&mut self, attribute: KeyValue) {
        self.hand.set_attributes(vec![attribute]);
    }

    fn set_attributes(&mut self, attributes: impl IntoIterator<Item = KeyValue>) {
        self.hand.set_attributes(attributes.into_iter().collect());
    }

    fn set_status(&mut self, status: Status) {
        self.hand.set_status(status);
    }

    fn update_name<T>(&mut self, new_name: T)
    where
        T: Into<Cow<'static, str>>,
    {
        self.hand.update_name(new_name.into());
    }

    fn add_link(&mut self, span_context: SpanContext, attributes: Vec<KeyValue>) {
        self.hand.add_link(span_context, attributes);
    }

    /// Whoever runs the span ends it.
    fn end_with_timestamp(&mut self, _: SystemTime) {}
}
