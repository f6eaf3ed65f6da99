//! OTLP requests in, plain spans out.

use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1 as otlp;

use crate::waterfall::{AttributeValue, Event, Span};

/// A span that the receiver accepted, with what OTLP says about it beyond the span itself.
///
/// ```
/// use phoenix_trace::testing::{OtlpReceiver, ReceivedSpan};
///
/// let receiver = OtlpReceiver::start()?;
/// // ... the code under test exports to `receiver.grpc_endpoint()` ...
/// let failed = |span: &ReceivedSpan| span.span.is_error() && span.scope_name == "my-service";
/// assert!(!receiver.spans().iter().any(failed));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedSpan {
    /// The span; its service is the resource's `service.name`.
    pub span: Span,
    /// The attributes of the resource.
    pub resource: Vec<(String, AttributeValue)>,
    /// The name of the instrumentation scope.
    pub scope_name: String,
    /// The version of the instrumentation scope.
    pub scope_version: String,
    /// OTLP's flags: the W3C trace flags in the low eight bits, then whether the parent is remote.
    pub flags: u32,
    /// The W3C `tracestate` header that belongs to the span.
    pub trace_state: String,
    /// Links to other spans.
    pub links: Vec<ReceivedLink>,
    /// The number of attributes given up at a limit.
    pub dropped_attributes: u32,
    /// The number of events given up at a limit.
    pub dropped_events: u32,
    /// The number of links given up at a limit.
    pub dropped_links: u32,
}

/// A link of a received span.
///
/// ```
/// use opentelemetry::trace::TraceId;
/// use phoenix_trace::testing::ReceivedSpan;
///
/// fn leads_to(span: &ReceivedSpan, trace: TraceId) -> bool {
///     span.links.iter().any(|link| link.trace_id == trace)
/// }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedLink {
    /// The trace that is linked to.
    pub trace_id: TraceId,
    /// The span that is linked to.
    pub span_id: SpanId,
    /// Its `tracestate`.
    pub trace_state: String,
    /// The link's attributes.
    pub attributes: Vec<(String, AttributeValue)>,
}

impl ReceivedSpan {
    /// Whether the parent is in another process; `None` when the exporter does not say.
    ///
    /// ```
    /// use phoenix_trace::testing::ReceivedSpan;
    ///
    /// fn is_local_root(span: &ReceivedSpan) -> bool {
    ///     span.span.parent_span_id.is_none() || span.parent_is_remote() == Some(true)
    /// }
    /// ```
    #[must_use]
    pub fn parent_is_remote(&self) -> Option<bool> {
        const KNOWN: u32 = 0x100;
        const REMOTE: u32 = 0x200;
        (self.flags & KNOWN != 0).then_some(self.flags & REMOTE != 0)
    }
}

/// All spans of a request, in its order.
pub(super) fn spans_of(request: &ExportTraceServiceRequest) -> Vec<ReceivedSpan> {
    let mut spans = Vec::new();
    for group in &request.resource_spans {
        let resource = group.resource.as_ref().map(|r| attributes(&r.attributes));
        let resource = resource.unwrap_or_default();
        let service = resource.iter().find(|(key, _)| key == "service.name");
        let service = service.map_or_else(|| "unknown_service".into(), |(_, v)| v.to_string());
        for scope in &group.scope_spans {
            let (scope_name, scope_version) = scope
                .scope
                .as_ref()
                .map(|scope| (scope.name.clone(), scope.version.clone()))
                .unwrap_or_default();
            spans.extend(scope.spans.iter().map(|source| ReceivedSpan {
                span: span(source, &service),
                resource: resource.clone(),
                scope_name: scope_name.clone(),
                scope_version: scope_version.clone(),
                flags: source.flags,
                trace_state: source.trace_state.clone(),
                links: source.links.iter().map(link).collect(),
                dropped_attributes: source.dropped_attributes_count,
                dropped_events: source.dropped_events_count,
                dropped_links: source.dropped_links_count,
            }));
        }
    }
    spans
}

fn span(source: &otlp::Span, service: &str) -> Span {
    Span {
        trace_id: trace_id(&source.trace_id),
        span_id: span_id(&source.span_id),
        parent_span_id: (!source.parent_span_id.is_empty())
            .then(|| span_id(&source.parent_span_id))
            .filter(|id| *id != SpanId::INVALID),
        name: source.name.clone(),
        service: service.to_owned(),
        kind: match source.kind() {
            otlp::span::SpanKind::Server => SpanKind::Server,
            otlp::span::SpanKind::Client => SpanKind::Client,
            otlp::span::SpanKind::Producer => SpanKind::Producer,
            otlp::span::SpanKind::Consumer => SpanKind::Consumer,
            otlp::span::SpanKind::Internal | otlp::span::SpanKind::Unspecified => {
                SpanKind::Internal
            }
        },
        start_unix_nanos: source.start_time_unix_nano,
        end_unix_nanos: source.end_time_unix_nano,
        status: status(source.status.as_ref()),
        attributes: attributes(&source.attributes),
        events: source
            .events
            .iter()
            .map(|event| Event {
                name: event.name.clone(),
                at_unix_nanos: event.time_unix_nano,
                attributes: attributes(&event.attributes),
            })
            .collect(),
        sampled: source.flags & 1 == 1,
    }
}

fn status(status: Option<&otlp::Status>) -> Status {
    let Some(status) = status else {
        return Status::Unset;
    };
    match status.code() {
        otlp::status::StatusCode::Unset => Status::Unset,
        otlp::status::StatusCode::Ok => Status::Ok,
        otlp::status::StatusCode::Error => Status::error(status.message.clone()),
    }
}

fn link(link: &otlp::span::Link) -> ReceivedLink {
    ReceivedLink {
        trace_id: trace_id(&link.trace_id),
        span_id: span_id(&link.span_id),
        trace_state: link.trace_state.clone(),
        attributes: attributes(&link.attributes),
    }
}

pub(super) fn attributes(attributes: &[KeyValue]) -> Vec<(String, AttributeValue)> {
    attributes
        .iter()
        .map(|kv| (kv.key.clone(), value(kv.value.as_ref())))
        .collect()
}

/// Nesting is bounded, since prost refuses messages nested deeper than a hundred levels.
pub(super) fn value(any: Option<&AnyValue>) -> AttributeValue {
    use any_value::Value;
    match any.and_then(|any| any.value.as_ref()) {
        Some(Value::BoolValue(value)) => AttributeValue::Bool(*value),
        Some(Value::IntValue(value)) => AttributeValue::Int(*value),
        Some(Value::DoubleValue(value)) => AttributeValue::Double(*value),
        Some(Value::StringValue(text)) => AttributeValue::Str(text.clone()),
        Some(Value::BytesValue(bytes)) => AttributeValue::Bytes(bytes.clone()),
        Some(Value::ArrayValue(array)) => {
            AttributeValue::Array(array.values.iter().map(|item| value(Some(item))).collect())
        }
        Some(Value::KvlistValue(list)) => AttributeValue::Map(attributes(&list.values)),
        // The string table belongs to profiles; a trace has none. An empty value is an empty string.
        Some(Value::StringValueStrindex(_)) | None => AttributeValue::Str(String::new()),
    }
}

/// An id of a wrong length is the invalid id, as the specification has it.
pub(super) fn trace_id(bytes: &[u8]) -> TraceId {
    bytes
        .try_into()
        .map_or(TraceId::INVALID, TraceId::from_bytes)
}

pub(super) fn span_id(bytes: &[u8]) -> SpanId {
    bytes.try_into().map_or(SpanId::INVALID, SpanId::from_bytes)
}
