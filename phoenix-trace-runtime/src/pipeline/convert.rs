//! A kept strand as the spans of the OpenTelemetry SDK, as every exporter takes them.

use std::borrow::Cow;
use std::sync::LazyLock;
use std::time::SystemTime;

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind as OtelKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::destination::Piece;
use crate::record::clock::Ticks;
use crate::record::context::{RANDOM, SAMPLED};
use crate::record::details::{Owner, StoredLink};
use crate::record::given::Which;
use crate::record::segment::Kept;
use crate::record::site::SpanKind;
use crate::record::stored::{EVENT, NONE, Record, Stored, StoredEvent};
use crate::record::strand::{Role, Strand};

static SCOPE: LazyLock<InstrumentationScope> = LazyLock::new(|| {
    InstrumentationScope::builder("phoenix-trace")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
});

/// The spans of a piece of a kept strand; they are to have ended.
pub(crate) fn spans(piece: &Piece<'_>, into: &mut Vec<SpanData>) {
    let Piece { strand, first, end } = *piece;
    let Some(kept) = strand.kept else { return };
    let start = into.len();
    let state = trace_state(strand, kept);
    let trace_id = TraceId::from(strand.context.trace_id);
    let flags = TraceFlags::new(SAMPLED | strand.context.flags & RANDOM);
    for (record, place) in strand.records.iter().zip(0_u32..end).skip(first as usize) {
        let span_id = SpanId::from(strand.id_at(place as usize));
        let context = SpanContext::new(trace_id, span_id, flags, false, state.clone());
        into.push(span(strand, kept, place, record, context));
    }
    let mut spans = Spans {
        first,
        spans: &mut into[start..],
    };
    let details = Details {
        events: add_events(strand, kept, &mut spans),
        links: add_links(strand, &mut spans),
    };
    for attr in &strand.attrs {
        if let Some(attributes) = details.attributes(&mut spans, Owner::of(attr.owner)) {
            set(attributes, attr.key.name, value(strand, attr.value()));
        }
    }
    if strand.role == Role::Root
        && let Some(root) = spans.get_mut(0)
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

/// The spans of a piece, by their numbers in the strand.
struct Spans<'a> {
    first: u32,
    spans: &'a mut [SpanData],
}

impl Spans<'_> {
    fn get_mut(&mut self, number: u32) -> Option<&mut SpanData> {
        let place = number.checked_sub(self.first)?;
        self.spans.get_mut(place as usize)
    }
}

/// Where the events and links of a strand have gone, those of this piece: the number of the span, and the place there.
struct Details {
    events: Vec<Option<(u32, usize)>>,
    links: Vec<Option<(u32, usize)>>,
}

impl Details {
    /// The attributes that one of `owner` belongs to.
    fn attributes<'a>(
        &self,
        spans: &'a mut Spans<'_>,
        owner: Owner,
    ) -> Option<&'a mut Vec<KeyValue>> {
        Some(match owner {
            Owner::Span(number) => &mut spans.get_mut(number)?.attributes,
            Owner::Event(number) => {
                let (span, place) = (*self.events.get(number as usize)?)?;
                let events = &mut spans.get_mut(span)?.events.events;
                &mut events.get_mut(place)?.attributes
            }
            Owner::Link(number) => {
                let (span, place) = (*self.links.get(number as usize)?)?;
                &mut spans.get_mut(span)?.links.links.get_mut(place)?.attributes
            }
        })
    }
}

fn add_events(strand: &Strand, kept: Kept, spans: &mut Spans<'_>) -> Vec<Option<(u32, usize)>> {
    let add = |(stored, place): (&StoredEvent, u32)| {
        let events = &mut spans.get_mut(stored.owner)?.events.events;
        let given = strand.given(place | EVENT, Which::At);
        let at = given.unwrap_or_else(|| wall(strand, kept, stored.at));
        let dropped = u32::from(stored.dropped_attrs);
        let name = match stored.own_name.is_empty() {
            true => Cow::Borrowed(stored.name),
            false => Cow::Owned(strand.name_of_event(stored).to_owned()),
        };
        let attributes = Vec::with_capacity(stored.attrs as usize);
        events.push(Event::new(name, at, attributes, dropped));
        Some((stored.owner, events.len() - 1))
    };
    strand.events.iter().zip(0..).map(add).collect()
}

fn add_links(strand: &Strand, spans: &mut Spans<'_>) -> Vec<Option<(u32, usize)>> {
    let add = |stored: &StoredLink| {
        let links = &mut spans.get_mut(stored.owner)?.links.links;
        let to = strand.linked(stored);
        let attributes = Vec::with_capacity(stored.attrs as usize);
        links.push(Link::new(to, attributes, u32::from(stored.dropped_attrs)));
        Some((stored.owner, links.len() - 1))
    };
    strand.links.iter().map(add).collect()
}

fn span(
    strand: &Strand,
    kept: Kept,
    place: u32,
    record: &Record,
    span_context: SpanContext,
) -> SpanData {
    let mut attributes = Vec::with_capacity(record.attrs as usize + 3);
    if !record.site.function.is_empty() {
        attributes.push(KeyValue::new("code.function.name", record.site.function));
    }
    let mut events = SpanEvents::default();
    let mut links = SpanLinks::default();
    let time = |which, ticks| {
        let given = strand.given(place, which);
        given.unwrap_or_else(|| wall(strand, kept, ticks))
    };
    let dropped = strand.dropped(place);
    (events.dropped_count, links.dropped_count) = (dropped.events, dropped.links);
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
        start_time: time(Which::Start, record.start),
        end_time: time(Which::End, record.end),
        attributes,
        dropped_attributes_count: dropped.attributes,
        events,
        links,
        status: if record.failed {
            Status::error(strand.text(record.message).to_owned())
        } else if record.ok {
            Status::Ok
        } else {
            Status::Unset
        },
        instrumentation_scope: record.site.scope.unwrap_or(&SCOPE).clone(),
    }
}

/// The received trace state with the probability that this segment was kept with: certain where errors are always kept.
fn trace_state(strand: &Strand, kept: Kept) -> TraceState {
    strand.context.api_state_with(kept.threshold)
}

fn wall(strand: &Strand, kept: Kept, ticks: Ticks) -> SystemTime {
    let by_hand = strand.pipeline.by_hand.wall(ticks);
    by_hand.unwrap_or_else(|| kept.anchor.wall(ticks))
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
