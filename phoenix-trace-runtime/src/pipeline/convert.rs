//! A kept strand as the spans of the OpenTelemetry SDK, as every exporter takes them.

use std::borrow::Cow;
use std::sync::LazyLock;

use opentelemetry::trace::{
    Event, SpanContext, SpanId, SpanKind as OtelKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use crate::propagation::Threshold;
use crate::record::context::{RANDOM, SAMPLED};
use crate::record::segment::Kept;
use crate::record::site::SpanKind;
use crate::record::strand::{EVENT, NONE, Record, Role, Stored, Strand};
use crate::sampling::Reasons;

static SCOPE: LazyLock<InstrumentationScope> = LazyLock::new(|| {
    InstrumentationScope::builder("phoenix-trace")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
});

/// The spans of `strand`, which are to have ended.
pub(super) fn spans(strand: &Strand, kept: Kept, into: &mut Vec<SpanData>) {
    let first = into.len();
    let state = trace_state(strand, kept);
    let trace_id = TraceId::from(strand.context.trace_id);
    let flags = TraceFlags::new(SAMPLED | strand.context.flags & RANDOM);
    into.extend(strand.records.iter().zip(0_u32..).map(|(record, number)| {
        let span_id = SpanId::from(strand.id_of(number));
        span(
            strand,
            kept,
            record,
            SpanContext::new(trace_id, span_id, flags, false, state.clone()),
        )
    }));
    for (event, number) in strand.events.iter().zip(0_u32..) {
        let Some(span) = into.get_mut(first + event.owner as usize) else {
            continue;
        };
        let attributes = strand
            .attrs
            .iter()
            .filter(|attr| attr.owner == number | EVENT);
        let attributes = attributes.filter(|attr| !attr.key.sensitive);
        let attributes =
            attributes.map(|attr| KeyValue::new(attr.key.name, value(strand, attr.value())));
        let at = kept.anchor.wall(event.at);
        span.events
            .events
            .push(Event::new(event.name, at, attributes.collect(), 0));
    }
    for attr in &strand.attrs {
        if attr.owner & EVENT != 0 || attr.key.sensitive {
            continue;
        }
        if let Some(span) = into.get_mut(first + attr.owner as usize) {
            set(
                &mut span.attributes,
                attr.key.name,
                value(strand, attr.value()),
            );
        }
    }
    if strand.role == Role::Root
        && let Some(root) = into.get_mut(first)
    {
        let reasons = kept.reasons.words().map(StringValue::from).collect();
        set(
            &mut root.attributes,
            "phoenix.sampling.reason",
            Value::Array(Array::String(reasons)),
        );
        if let Some(id) = strand.context.correlation_id() {
            set(
                &mut root.attributes,
                "phoenix.correlation.id",
                Value::from(id.to_string()),
            );
        }
    }
}

fn span(strand: &Strand, kept: Kept, record: &Record, span_context: SpanContext) -> SpanData {
    let mut attributes = Vec::with_capacity(record.attrs as usize + 3);
    if !record.site.function.is_empty() {
        attributes.push(KeyValue::new("code.function.name", record.site.function));
    }
    let mut events = SpanEvents::default();
    events.dropped_count = u32::from(record.dropped_events);
    SpanData {
        span_context,
        parent_span_id: SpanId::from(strand.id_of(record.parent)),
        parent_span_is_remote: record.parent == NONE && strand.context.remote,
        span_kind: match record.site.kind {
            SpanKind::Internal => OtelKind::Internal,
            SpanKind::Server => OtelKind::Server,
            SpanKind::Client => OtelKind::Client,
            SpanKind::Producer => OtelKind::Producer,
            SpanKind::Consumer => OtelKind::Consumer,
        },
        name: if record.has_own_name() {
            Cow::Owned(strand.name_of(record).to_owned())
        } else {
            Cow::Borrowed(record.site.name)
        },
        start_time: kept.anchor.wall(record.start),
        end_time: kept.anchor.wall(record.end),
        attributes,
        dropped_attributes_count: u32::from(record.dropped_attrs),
        events,
        links: SpanLinks::default(),
        status: if record.failed {
            Status::error(strand.text(record.message).to_owned())
        } else {
            Status::Unset
        },
        instrumentation_scope: SCOPE.clone(),
    }
}

/// The received trace state with the probability that this segment was kept with: certain where errors are always kept.
fn trace_state(strand: &Strand, kept: Kept) -> TraceState {
    let threshold = if kept.reasons.has(Reasons::ERROR) {
        Some(Threshold::ALWAYS)
    } else {
        strand.context.threshold
    };
    strand.context.state_with(threshold).to_opentelemetry()
}

/// The last value of a key wins.
fn set(attributes: &mut Vec<KeyValue>, key: &'static str, value: Value) {
    match attributes
        .iter_mut()
        .find(|there| there.key.as_str() == key)
    {
        Some(there) => there.value = value,
        None => attributes.push(KeyValue::new(key, value)),
    }
}

fn value(strand: &Strand, stored: Stored) -> Value {
    match stored {
        Stored::Bool(v) => Value::Bool(v),
        Stored::Int(v) => Value::I64(v),
        Stored::Double(v) => Value::F64(v),
        Stored::Str(text) => Value::String(strand.text(text).to_owned().into()),
        Stored::Array(index) => {
            let array = strand.arrays.get(index as usize).cloned();
            Value::Array(array.unwrap_or(Array::String(Vec::new())))
        }
    }
}
