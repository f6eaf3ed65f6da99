//! Which formats are read and written, in which order: from a carrier to a [`RemoteContext`], from an [`Outgoing`] to a
//! carrier.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use http::HeaderName;

use super::carrier::{self, Extract, Inject};
use super::{
    Baggage, CorrelationId, TraceParent, TraceState, b3, correlation, hex, jaeger, only,
    tracestate, trim_ows,
};

/// A format in which context travels between processes, by its name in `OTEL_PROPAGATORS`.
///
/// ```
/// use phoenix_trace::propagation::Propagator;
///
/// assert_eq!("b3multi".parse(), Ok(Propagator::B3Multi));
/// assert_eq!(Propagator::TraceContext.to_string(), "tracecontext");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Propagator {
    /// `tracecontext`: [W3C Trace Context, level 2](https://www.w3.org/TR/trace-context-2/) in `traceparent` and
    /// `tracestate`.
    TraceContext,
    /// `baggage`: [W3C Baggage](https://www.w3.org/TR/baggage/) in `baggage`.
    Baggage,
    /// `b3`: [B3](https://github.com/openzipkin/b3-propagation), written as the single field `b3`. Both forms are read; the
    /// single field wins.
    B3,
    /// `b3multi`: B3, written as `x-b3-traceid`, `x-b3-spanid`, and `x-b3-sampled` or `x-b3-flags`. Read like
    /// [`B3`](Self::B3).
    B3Multi,
    /// `jaeger`: the [native format of Jaeger's clients](https://www.jaegertracing.io/docs/1.18/client-libraries/#propagation-format),
    /// `uber-trace-id`. Baggage in `uberctx-…` is neither read nor written: it travels in `baggage`.
    Jaeger,
}

impl Propagator {
    /// Every format.
    pub const ALL: [Self; 5] = [
        Self::TraceContext,
        Self::Baggage,
        Self::B3,
        Self::B3Multi,
        Self::Jaeger,
    ];

    /// Its name in `OTEL_PROPAGATORS`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TraceContext => "tracecontext",
            Self::Baggage => "baggage",
            Self::B3 => "b3",
            Self::B3Multi => "b3multi",
            Self::Jaeger => "jaeger",
        }
    }

    /// The fields that it reads or writes.
    pub(crate) fn fields(self) -> &'static [HeaderName] {
        static TRACE_CONTEXT: [HeaderName; 2] = [carrier::TRACEPARENT, carrier::TRACESTATE];
        static BAGGAGE: [HeaderName; 1] = [carrier::BAGGAGE];
        static JAEGER: [HeaderName; 1] = [jaeger::HEADER];
        match self {
            Self::TraceContext => &TRACE_CONTEXT,
            Self::Baggage => &BAGGAGE,
            Self::B3 | Self::B3Multi => &b3::FIELDS,
            Self::Jaeger => &JAEGER,
        }
    }
}

impl fmt::Display for Propagator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Propagator {
    type Err = UnknownPropagator;

    fn from_str(name: &str) -> Result<Self, UnknownPropagator> {
        let named = |format: &Self| name.eq_ignore_ascii_case(format.as_str());
        Self::ALL.into_iter().find(named).ok_or(UnknownPropagator)
    }
}

/// No propagator has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPropagator;

impl fmt::Display for UnknownPropagator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown propagator; there are tracecontext, baggage, b3, b3multi and jaeger")
    }
}

impl std::error::Error for UnknownPropagator {}

/// What is a request's correlation id where it carries both a correlation id and a trace context.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CorrelationSource {
    /// The correlation id, if it is valid; else the trace id.
    #[default]
    Header,
    /// The trace id. The caller's own id is lost where it differs.
    TraceId,
}

/// How context travels between processes: the formats, in their order, and the header field of the correlation id.
///
/// Each format reads what it finds on top of what those before it found, so of several that find a parent the last one
/// wins ([OpenTelemetry, composite propagator](https://opentelemetry.io/docs/specs/otel/context/api-propagators/#composite-propagator));
/// all of them write. Layers, clients and functions use those of the process's [`Config`](crate::Config).
///
/// ```
/// use http::HeaderMap;
/// use phoenix_trace::propagation::{Outgoing, Propagator, Propagators};
///
/// let incoming = [("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"), ("baggage", "user=alice")];
/// let propagators = Propagators::new([Propagator::B3, Propagator::TraceContext]);
/// let remote = propagators.extract(&incoming[..]);
/// assert!(remote.baggage.is_empty(), "nobody asked for it");
///
/// let mut outgoing = HeaderMap::new();
/// propagators.inject(&mut outgoing, &Outgoing::from(&remote));
/// assert_eq!(outgoing["traceparent"], "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
/// assert_eq!(outgoing["b3"], incoming[0].1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Propagators {
    formats: Cow<'static, [Propagator]>,
    correlation_header: HeaderName,
    correlation_source: CorrelationSource,
}

/// `tracecontext,baggage`, and the correlation id in `x-correlation-id`, which wins over the trace id.
impl Default for Propagators {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

/// What there is without a configuration.
pub(crate) static DEFAULT: Propagators = Propagators {
    formats: Cow::Borrowed(&[Propagator::TraceContext, Propagator::Baggage]),
    correlation_header: correlation::HEADER,
    correlation_source: CorrelationSource::Header,
};

impl Propagators {
    /// These formats, each once, in this order; without any, only the correlation id travels.
    #[must_use]
    pub fn new(formats: impl IntoIterator<Item = Propagator>) -> Self {
        Self::default().formats(formats)
    }

    pub(crate) fn formats(mut self, formats: impl IntoIterator<Item = Propagator>) -> Self {
        let mut each_once = Vec::new();
        for format in formats {
            if !each_once.contains(&format) {
                each_once.push(format);
            }
        }
        self.formats = each_once.into();
        self
    }

    /// The header field, and metadata key, of the correlation id.
    #[must_use]
    pub fn correlation_header(mut self, name: HeaderName) -> Self {
        self.correlation_header = name;
        self
    }

    /// What is the correlation id of a request that carries a trace context too.
    #[must_use]
    pub fn correlation_source(mut self, source: CorrelationSource) -> Self {
        self.correlation_source = source;
        self
    }

    /// The formats, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Propagator> {
        self.formats.iter().copied()
    }

    /// The header field of the correlation id.
    #[must_use]
    pub fn correlation_name(&self) -> &HeaderName {
        &self.correlation_header
    }

    /// What is the correlation id of a request that carries a trace context too.
    pub(crate) fn source(&self) -> CorrelationSource {
        self.correlation_source
    }

    /// Reads what a message from another process carries.
    ///
    /// Never fails: what is invalid reads as absent, and is marked so. Linear in what is read, which is bounded whatever
    /// arrives. Allocates nothing for fields that are absent, nor for the parent; at most what
    /// [`Baggage::parse`](Baggage::parse), [`TraceState::parse`] and [`CorrelationId`] keep.
    #[must_use]
    pub fn extract<C: Extract + ?Sized>(&self, carrier: &C) -> RemoteContext {
        let mut remote = RemoteContext::default();
        for format in &*self.formats {
            match format {
                Propagator::TraceContext => remote.read_trace_context(carrier),
                Propagator::Baggage => {
                    (remote.baggage, remote.baggage_dropped) =
                        Baggage::parse(carrier.values_of(&carrier::BAGGAGE));
                }
                Propagator::B3 | Propagator::B3Multi => remote.read_caller(b3::extract(carrier)),
                Propagator::Jaeger => remote.read_caller(jaeger::extract(carrier)),
            }
        }
        (remote.correlation, remote.correlation_rejected) = self.read_correlation(carrier);
        if self.correlation_source == CorrelationSource::TraceId && remote.parent.is_some() {
            remote.correlation = None;
        }
        remote
    }

    /// Writes what a message to another process carries.
    ///
    /// Fields of the same name are replaced, so that headers copied from an incoming request do not contradict what is
    /// written; a `tracestate` that is not written is removed with them. At most
    /// [`tracestate::MAX_EMITTED`] bytes of `tracestate` are written.
    pub fn inject<C: Inject + ?Sized>(&self, carrier: &mut C, outgoing: &Outgoing<'_>) {
        for format in &*self.formats {
            match (format, outgoing.parent) {
                (Propagator::TraceContext, Some((parent, state))) => {
                    carrier.set(&carrier::TRACEPARENT, hex::ascii(&parent.to_bytes()));
                    let state = state.truncated(tracestate::MAX_EMITTED);
                    set_or_remove(carrier, &carrier::TRACESTATE, state.as_str());
                }
                (Propagator::B3, Some((parent, _))) => {
                    b3::inject_single(carrier, &parent, outgoing.debug);
                }
                (Propagator::B3Multi, Some((parent, _))) => {
                    b3::inject_multi(carrier, &parent, outgoing.debug);
                }
                (Propagator::Jaeger, Some((parent, _))) => {
                    jaeger::inject(carrier, &parent, outgoing.debug);
                }
                (Propagator::Baggage, _) => {
                    if let Some(baggage) = outgoing.baggage {
                        set_or_remove(carrier, &carrier::BAGGAGE, baggage.as_str());
                    }
                }
                (_, None) => {}
            }
        }
        if let Some(id) = outgoing.correlation {
            carrier.set(&self.correlation_header, id.as_str());
        }
    }

    /// The valid correlation id that a carrier has in its own field.
    pub(crate) fn own_correlation<C: Extract + ?Sized>(
        &self,
        carrier: &C,
    ) -> Option<CorrelationId> {
        self.read_correlation(carrier).0
    }

    fn read_correlation<C: Extract + ?Sized>(&self, carrier: &C) -> (Option<CorrelationId>, bool) {
        let id = |value: &[u8]| CorrelationId::parse(value).ok();
        single(carrier.values_of(&self.correlation_header), id)
    }

    /// The same for as long as the process lives. Settings are few: equal ones are kept once.
    pub(crate) fn for_ever(self) -> &'static Self {
        static OTHERS: Mutex<Vec<&'static Propagators>> = Mutex::new(Vec::new());
        if self == DEFAULT {
            return &DEFAULT;
        }
        let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = others.iter().find(|other| ***other == self) {
            return same;
        }
        let kept: &'static Self = Box::leak(Box::new(self));
        others.push(kept);
        kept
    }
}

fn set_or_remove<C: Inject + ?Sized>(carrier: &mut C, name: &HeaderName, value: &str) {
    if value.is_empty() {
        carrier.unset(name);
    } else {
        carrier.set(name, value);
    }
}

/// What a message from another process said about the request it belongs to.
///
/// It says what arrived, not what to believe: at a public edge none of it is to be trusted. Layers make the span of a request
/// below it. Of a message it is read by [`extract`](crate::extract): a span that processes it goes on with the sender's trace
/// by `parent = &remote`, or has a trace of its own that names the sender by `root, link = &remote`; [`run`](Self::run) and
/// [`run_async`](Self::run_async) are for code without a span. `examples/src/bin/message_queue.rs` in the repository shows all.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RemoteContext {
    /// The caller's span; `None` when the trace starts, or restarts, here.
    pub parent: Option<TraceParent>,
    /// The `tracestate` of `parent`; empty without one.
    pub state: TraceState,
    /// The caller asked for this trace to be debugged (B3, Jaeger). It is passed on, and means no more than the sampled flag.
    pub debug: bool,
    /// The baggage.
    pub baggage: Baggage,
    /// The correlation id, if a valid one arrived, and the trace id is not to be used for it.
    pub correlation: Option<CorrelationId>,
    /// A correlation id arrived and was not valid, or several did.
    pub correlation_rejected: bool,
    /// A `traceparent` arrived and was not valid, or several did.
    pub parent_rejected: bool,
    /// A `tracestate` arrived beside a valid `traceparent`, and was not valid.
    pub state_rejected: bool,
    /// Members of the baggage were dropped: malformed, or beyond the limits.
    pub baggage_dropped: bool,
}

/// The caller's span, in a format that knows of debugging.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Caller {
    pub(super) parent: TraceParent,
    pub(super) debug: bool,
}

impl RemoteContext {
    /// The correlation id of the request: its own, else its trace id. `None`: it carries neither.
    #[must_use]
    pub fn correlation_id(&self) -> Option<CorrelationId> {
        let of_trace = || Some(CorrelationId::from(self.parent?.trace_id()));
        self.correlation.clone().or_else(of_trace)
    }

    /// More than one `traceparent` is none. A bad `tracestate` loses the `tracestate` only; without a valid `traceparent`
    /// it is not read (W3C Trace Context, section "Tracestate Header").
    fn read_trace_context<C: Extract + ?Sized>(&mut self, carrier: &C) {
        let (parent, rejected) =
            single(carrier.values_of(&carrier::TRACEPARENT), TraceParent::parse);
        self.parent_rejected = rejected;
        if parent.is_none() {
            return;
        }
        (self.parent, self.debug) = (parent, false);
        let state = TraceState::parse(carrier.values_of(&carrier::TRACESTATE));
        self.state_rejected = state.is_err();
        self.state = state.unwrap_or_default();
    }

    fn read_caller(&mut self, caller: Option<Caller>) {
        if let Some(Caller { parent, debug }) = caller {
            (self.parent, self.debug) = (Some(parent), debug);
            self.state = TraceState::EMPTY;
        }
    }
}

/// What a message to another process says about the request it belongs to.
///
/// `None` leaves the fields alone that the message has already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'a> {
    /// The span that is the parent on the other side, with its `tracestate`.
    pub parent: Option<(TraceParent, &'a TraceState)>,
    /// This trace is to be debugged, in formats that can say so.
    pub debug: bool,
    /// The baggage; an empty one removes the field.
    pub baggage: Option<&'a Baggage>,
    /// The correlation id.
    pub correlation: Option<&'a CorrelationId>,
}

impl<'a> Outgoing<'a> {
    /// Of a request that has nothing but a correlation id.
    pub(crate) fn only(correlation: &'a CorrelationId) -> Self {
        Self {
            correlation: Some(correlation),
            ..Self::default()
        }
    }
}

/// Passes on what came in.
impl<'a> From<&'a RemoteContext> for Outgoing<'a> {
    fn from(remote: &'a RemoteContext) -> Self {
        Self {
            parent: remote.parent.map(|parent| (parent, &remote.state)),
            debug: remote.debug,
            baggage: Some(&remote.baggage),
            correlation: remote.correlation.as_ref(),
        }
    }
}

/// A field's only value, parsed; the flag tells that there was something, but nothing valid.
pub(super) fn single<'a, T>(
    values: impl Iterator<Item = &'a [u8]>,
    parse: impl Fn(&[u8]) -> Option<T>,
) -> (Option<T>, bool) {
    let mut present = false;
    let value = only(values.inspect(|_| present = true)).and_then(|value| parse(trim_ows(value)));
    let rejected = present && value.is_none();
    (value, rejected)
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod validation;
