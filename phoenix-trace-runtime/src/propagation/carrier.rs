//! Everything that is propagated, read from and written to the header fields of HTTP and gRPC messages.
//!
//! gRPC metadata is a header map underneath, so the same functions serve both.

use http::{HeaderMap, HeaderName, HeaderValue, header::GetAll};

use super::{
    Baggage, CorrelationId, TraceParent, TraceState, correlation, only, tracestate, trim_ows,
};

/// The `traceparent` header field.
pub const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The `tracestate` header field.
pub const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// The `baggage` header field.
pub const BAGGAGE: HeaderName = HeaderName::from_static("baggage");

/// What a message from another process said about the request it belongs to.
///
/// It says what arrived, not what to believe: at a public edge none of it is to be trusted.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct RemoteContext {
    /// The caller's span; `None` when the trace starts, or restarts, here.
    pub parent: Option<TraceParent>,
    /// The `tracestate` of `parent`; empty without one.
    pub state: TraceState,
    /// The baggage.
    pub baggage: Baggage,
    /// The correlation id, if a valid one arrived.
    pub correlation: Option<CorrelationId>,
    /// A correlation id arrived and was not valid, or several did.
    pub correlation_rejected: bool,
    /// A `traceparent` arrived and was not valid, or several did: the trace restarts.
    pub parent_rejected: bool,
    /// A `tracestate` arrived beside a valid `traceparent`, and was not valid.
    pub state_rejected: bool,
    /// Members of the baggage were dropped: malformed, or beyond the limits.
    pub baggage_dropped: bool,
}

/// Reads what is propagated, with the correlation id in [`x-correlation-id`](correlation::HEADER).
///
/// Never fails: what is invalid reads as absent, and is marked so. More than one `traceparent` restarts the trace. A
/// bad `tracestate` loses the `tracestate` only; without a valid `traceparent` it is not read (W3C Trace Context,
/// section "Tracestate Header"). Allocates nothing for fields that are absent, nor for the `traceparent`.
///
/// ```
/// use http::{HeaderMap, HeaderValue};
/// use phoenix_trace_runtime::propagation::carrier;
///
/// let mut headers = HeaderMap::new();
/// let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// headers.insert("traceparent", HeaderValue::from_static(parent));
/// headers.insert("x-correlation-id", HeaderValue::from_static("order 4711"));
///
/// let remote = carrier::extract(&headers);
/// assert_eq!(remote.parent.unwrap().to_string(), parent);
/// assert!(remote.correlation.is_none() && remote.correlation_rejected);
/// ```
#[must_use]
pub fn extract(headers: &HeaderMap) -> RemoteContext {
    extract_with(headers, &correlation::HEADER)
}

/// [`extract`] with the correlation id in a header field of another name.
#[must_use]
pub fn extract_with(headers: &HeaderMap, correlation_header: &HeaderName) -> RemoteContext {
    let mut remote = RemoteContext::default();

    let (parent, rejected) = single(headers.get_all(TRACEPARENT), TraceParent::parse);
    (remote.parent, remote.parent_rejected) = (parent, rejected);
    if parent.is_some() {
        match TraceState::parse(
            headers
                .get_all(TRACESTATE)
                .iter()
                .map(HeaderValue::as_bytes),
        ) {
            Ok(state) => remote.state = state,
            Err(_) => remote.state_rejected = true,
        }
    }

    (remote.baggage, remote.baggage_dropped) =
        Baggage::parse(headers.get_all(BAGGAGE).iter().map(HeaderValue::as_bytes));

    (remote.correlation, remote.correlation_rejected) =
        single(headers.get_all(correlation_header), |id| {
            CorrelationId::parse(id).ok()
        });
    remote
}

/// What a message to another process says about the request it belongs to.
///
/// `None` leaves the header fields alone that the message has already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outgoing<'a> {
    /// The span that is the parent on the other side, with its `tracestate`.
    pub parent: Option<(TraceParent, &'a TraceState)>,
    /// The baggage; an empty one removes the field.
    pub baggage: Option<&'a Baggage>,
    /// The correlation id.
    pub correlation: Option<&'a CorrelationId>,
}

/// Writes what is propagated, with the correlation id in [`x-correlation-id`](correlation::HEADER).
///
/// Fields of the same name are replaced, so that headers copied from an incoming request do not contradict what is
/// written; a `tracestate` that is not written is removed with them. At most
/// [`tracestate::MAX_EMITTED`] bytes of `tracestate` are written.
///
/// ```
/// use http::HeaderMap;
/// use phoenix_trace_runtime::propagation::{CorrelationId, Outgoing, carrier};
///
/// let mut headers = HeaderMap::new();
/// let id = CorrelationId::generate();
/// carrier::inject(&mut headers, &Outgoing { correlation: Some(&id), ..Outgoing::default() });
/// assert_eq!(headers["x-correlation-id"], id.as_str());
/// ```
pub fn inject(headers: &mut HeaderMap, outgoing: &Outgoing<'_>) {
    inject_with(headers, outgoing, &correlation::HEADER);
}

/// [`inject`] with the correlation id in a header field of another name.
pub fn inject_with(
    headers: &mut HeaderMap,
    outgoing: &Outgoing<'_>,
    correlation_header: &HeaderName,
) {
    if let Some((parent, state)) = outgoing.parent {
        replace(headers, TRACEPARENT, &parent.to_bytes());
        let state = state.truncated(tracestate::MAX_EMITTED);
        replace(headers, TRACESTATE, state.as_str().as_bytes());
    }
    if let Some(baggage) = outgoing.baggage {
        replace(headers, BAGGAGE, baggage.as_str().as_bytes());
    }
    if let Some(id) = outgoing.correlation {
        replace(headers, correlation_header.clone(), id.as_str().as_bytes());
    }
}

/// The field's only value, parsed; the flag tells that there was something, but nothing valid.
fn single<T>(
    values: GetAll<'_, HeaderValue>,
    parse: impl Fn(&[u8]) -> Option<T>,
) -> (Option<T>, bool) {
    let mut present = false;
    let value = only(values.iter().inspect(|_| present = true))
        .and_then(|value| parse(trim_ows(value.as_bytes())));
    let rejected = present && value.is_none();
    (value, rejected)
}

/// Sets a field to one value, or removes it when the value is empty.
///
/// A map that is full (32768 fields) stays as it is: propagation gives way to the message.
fn replace(headers: &mut HeaderMap, name: HeaderName, value: &[u8]) {
    match HeaderValue::from_bytes(value) {
        Ok(value) if !value.is_empty() => drop(headers.try_insert(name, value)),
        _ => drop(headers.remove(name)),
    }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod validation;
