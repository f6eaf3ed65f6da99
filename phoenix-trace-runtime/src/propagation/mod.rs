//! What crosses process boundaries: trace context, baggage and the correlation id.
//!
//! Bytes of header fields come in, validated values go out, and the other way round. Nothing here
//! blocks, logs, panics or depends on a runtime; every parser is linear in its input, stops at a
//! documented bound, and can be given anything that the network delivers.
//!
//! | type | header field | specification |
//! |---|---|---|
//! | [`TraceParent`] | `traceparent` | [W3C Trace Context, level 2](https://www.w3.org/TR/trace-context-2/) |
//! | [`TraceState`] | `tracestate` | the same |
//! | [`OtState`] | member `ot` of `tracestate` | [OpenTelemetry TraceState handling](https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/) |
//! | [`Baggage`] | `baggage` | [W3C Baggage](https://www.w3.org/TR/baggage/) |
//! | [`CorrelationId`] | `x-correlation-id` | the platform's own |
//!
//! [`Propagators`] are those that a process uses, B3 and Jaeger's format among them: they read and write every carrier that
//! is [`Extract`] and [`Inject`]. For code that is written against the OpenTelemetry API, [`CompositePropagator`],
//! [`TraceContextPropagator`] and [`BaggagePropagator`] are `TextMapPropagator`s.

pub(crate) mod b3;
pub mod baggage;
pub mod carrier;
pub mod correlation;
mod hex;
pub(crate) mod jaeger;
pub mod ot;
pub(crate) mod propagators;
mod text_map;
pub mod traceparent;
pub mod tracestate;

pub use baggage::Baggage;
pub use carrier::{Extract, Inject};
pub use correlation::{CorrelationId, InvalidCorrelationId};
pub use ot::{OtState, Randomness, Threshold};
pub use propagators::{
    CorrelationSource, Outgoing, Propagator, Propagators, RemoteContext, UnknownPropagator,
};
pub use text_map::{BaggagePropagator, CompositePropagator, TraceContextPropagator};
pub use traceparent::TraceParent;
pub use tracestate::{InvalidTraceState, TraceState};

/// Removes optional white space (RFC 9110, section 5.6.3: spaces and tabs) from both ends.
fn trim_ows(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    trim_ows_end(bytes)
}

/// Removes optional white space from the end.
fn trim_ows_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// The only item of an iterator, or `None` when it yields none or several.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}
