//! A finished span as the waterfall reads it: plain data, independent of where it came from.

use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::SpanData;

/// A finished span.
///
/// ```
/// use opentelemetry::trace::{SpanId, SpanKind, Status, TraceId};
/// use phoenix_trace::waterfall::Span;
///
/// let span = Span {
///     trace_id: TraceId::from(1_u128),
///     span_id: SpanId::from(1_u64),
///     parent_span_id: None,
///     name: "schedule task".into(),
///     service: "orchestrator".into(),
///     kind: SpanKind::Internal,
///     start_unix_nanos: 0,
///     end_unix_nanos: 1_000,
///     status: Status::Unset,
///     attributes: vec![("phoenix.task.id".into(), "t-1".into())],
///     events: vec![],
///     sampled: true,
/// };
/// assert_eq!(span.attribute("phoenix.task.id").map(ToString::to_string), Some("t-1".into()));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// The trace that the span belongs to.
    pub trace_id: TraceId,
    /// The span's own id.
    pub span_id: SpanId,
    /// The parent's id; `None` for the root of a trace.
    pub parent_span_id: Option<SpanId>,
    /// The span's name.
    pub name: String,
    /// The service that recorded it (`service.name` of its resource).
    pub service: String,
    /// Server, client, internal, producer or consumer.
    pub kind: SpanKind,
    /// When it started, in nanoseconds since the Unix epoch.
    pub start_unix_nanos: u64,
    /// When it ended, in nanoseconds since the Unix epoch.
    pub end_unix_nanos: u64,
    /// How it ended.
    pub status: Status,
    /// Its attributes, in the order in which they were recorded.
    pub attributes: Vec<(String, AttributeValue)>,
    /// Its events, in the order in which they were recorded.
    pub events: Vec<Event>,
    /// Whether its trace flags carry the sampled bit.
    pub sampled: bool,
}

/// An event on a span.
///
/// ```
/// use phoenix_trace::waterfall::Event;
///
/// let event = Event { name: "placed".into(), at_unix_nanos: 0, attributes: vec![] };
/// assert_eq!(event.name, "placed");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The event's name.
    pub name: String,
    /// When it happened, in nanoseconds since the Unix epoch.
    pub at_unix_nanos: u64,
    /// Its attributes.
    pub attributes: Vec<(String, AttributeValue)>,
}

/// The value of an attribute.
///
/// `Display` prints strings as they are, strings within arrays and maps in quotes, bytes in
/// hexadecimal, and a whole double with its `.0`, so that `1` and `1.0` stay apart.
///
/// ```
/// use phoenix_trace::waterfall::AttributeValue;
///
/// let reasons = AttributeValue::Array(vec!["head".into(), "error".into()]);
/// assert_eq!(reasons.to_string(), r#"["head", "error"]"#);
/// assert_eq!(AttributeValue::Double(1.0).to_string(), "1.0");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AttributeValue {
    /// True or false.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// A 64-bit float.
    Double(f64),
    /// A string.
    Str(String),
    /// Bytes, which OTLP knows and the OpenTelemetry API does not.
    Bytes(Vec<u8>),
    /// Several values, as a rule of one type.
    Array(Vec<AttributeValue>),
    /// Keys and values, which OTLP knows and the OpenTelemetry API does not.
    Map(Vec<(String, AttributeValue)>),
}

impl Span {
    /// Converts a span of the OpenTelemetry SDK, which does not name its service itself.
    ///
    /// ```
    /// # use std::{borrow::Cow, time::{Duration, UNIX_EPOCH}};
    /// # use opentelemetry::{InstrumentationScope, trace::{SpanContext, SpanId, SpanKind, Status}};
    /// # use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
    /// use phoenix_trace::waterfall::Span;
    ///
    /// # let data = SpanData {
    /// #     span_context: SpanContext::empty_context(), parent_span_id: SpanId::INVALID,
    /// #     parent_span_is_remote: false, span_kind: SpanKind::Server, name: Cow::Borrowed("GET /"),
    /// #     start_time: UNIX_EPOCH, end_time: UNIX_EPOCH + Duration::from_nanos(5), attributes: vec![],
    /// #     dropped_attributes_count: 0, events: SpanEvents::default(), links: SpanLinks::default(),
    /// #     status: Status::Unset, instrumentation_scope: InstrumentationScope::default(),
    /// # };
    /// let span = Span::from_sdk(&data, "api-gateway");
    /// assert_eq!((span.service.as_str(), span.duration_nanos()), ("api-gateway", 5));
    /// ```
    #[must_use]
    pub fn from_sdk(data: &SpanData, service: impl Into<String>) -> Self {
        let parent = data.parent_span_id;
        Self {
            trace_id: data.span_context.trace_id(),
            span_id: data.span_context.span_id(),
            parent_span_id: (parent != SpanId::INVALID).then_some(parent),
            name: data.name.clone().into_owned(),
            service: service.into(),
            kind: data.span_kind.clone(),
            start_unix_nanos: unix_nanos(data.start_time),
            end_unix_nanos: unix_nanos(data.end_time),
            status: data.status.clone(),
            attributes: from_key_values(&data.attributes),
            events: data
                .events
                .iter()
                .map(|event| Event {
                    name: event.name.clone().into_owned(),
                    at_unix_nanos: unix_nanos(event.timestamp),
                    attributes: from_key_values(&event.attributes),
                })
                .collect(),
            sampled: data.span_context.is_sampled(),
        }
    }

    /// The value recorded under `key`, the last one when there are several.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        find(&self.attributes, key)
    }

    /// The span's duration in nanoseconds; zero when the end lies before the start.
    #[must_use]
    pub fn duration_nanos(&self) -> u64 {
        self.end_unix_nanos.saturating_sub(self.start_unix_nanos)
    }

    /// Whether the span's status is an error.
    #[must_use]
    pub fn is_error(&self) -> bool {
        matches!(self.status, Status::Error { .. })
    }
}

impl Event {
    /// The value recorded under `key`, the last one when there are several.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        find(&self.attributes, key)
    }
}

impl AttributeValue {
    /// The string, when the value is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

impl fmt::Display for AttributeValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Str(text) => f.write_str(text),
            other => write_nested(other, f),
        }
    }
}

/// Writes a value as an element of an array or map, where a string needs its quotes.
fn write_nested(value: &AttributeValue, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        AttributeValue::Bool(value) => write!(f, "{value}"),
        AttributeValue::Int(value) => write!(f, "{value}"),
        AttributeValue::Double(value) => write!(f, "{value:?}"),
        AttributeValue::Str(text) => write!(f, "{text:?}"),
        AttributeValue::Bytes(bytes) => {
            f.write_str("0x")?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
        AttributeValue::Array(values) => {
            f.write_str("[")?;
            for (index, value) in values.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                write_nested(value, f)?;
            }
            f.write_str("]")
        }
        AttributeValue::Map(entries) => {
            f.write_str("{")?;
            for (index, (key, value)) in entries.iter().enumerate() {
                f.write_str(if index == 0 { "" } else { ", " })?;
                write!(f, "{key}: ")?;
                write_nested(value, f)?;
            }
            f.write_str("}")
        }
    }
}

impl From<&Value> for AttributeValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::I64(value) => Self::Int(*value),
            Value::F64(value) => Self::Double(*value),
            Value::String(value) => Self::Str(value.as_str().to_owned()),
            Value::Array(array) => Self::Array(match array {
                Array::Bool(values) => values.iter().copied().map(Self::Bool).collect(),
                Array::I64(values) => values.iter().copied().map(Self::Int).collect(),
                Array::F64(values) => values.iter().copied().map(Self::Double).collect(),
                Array::String(values) => values.iter().map(|v| v.as_str().into()).collect(),
                other => vec![Self::Str(format!("{other:?}"))],
            }),
            other => Self::Str(format!("{other:?}")),
        }
    }
}

impl From<&str> for AttributeValue {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

impl From<String> for AttributeValue {
    fn from(text: String) -> Self {
        Self::Str(text)
    }
}

impl From<i64> for AttributeValue {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for AttributeValue {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<f64> for AttributeValue {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

fn find<'a>(attributes: &'a [(String, AttributeValue)], key: &str) -> Option<&'a AttributeValue> {
    attributes
        .iter()
        .rev()
        .find(|(name, _)| name == key)
        .map(|(_, value)| value)
}

fn from_key_values(attributes: &[opentelemetry::KeyValue]) -> Vec<(String, AttributeValue)> {
    attributes
        .iter()
        .map(|kv| (kv.key.as_str().to_owned(), AttributeValue::from(&kv.value)))
        .collect()
}

/// Nanoseconds since the Unix epoch; a time before it counts as the epoch.
fn unix_nanos(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
