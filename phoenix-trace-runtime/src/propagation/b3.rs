//! [B3](https://github.com/openzipkin/b3-propagation), in one header field or in several.
//!
//! The identity of a span comes in and goes out; the parent's parent, which B3 can carry, is of no use here. A trace id of
//! 64 bits is padded with zeros. A caller that leaves the sampling decision open counts as one that does not sample.

use http::HeaderName;
use opentelemetry::trace::{SpanId, TraceId};

use super::carrier::{Extract, Inject};
use super::propagators::{Caller, single};
use super::traceparent::FLAG_SAMPLED;
use super::{TraceParent, hex, only, trim_ows};

pub(crate) const SINGLE: HeaderName = HeaderName::from_static("b3");
pub(crate) const TRACE_ID: HeaderName = HeaderName::from_static("x-b3-traceid");
pub(crate) const SPAN_ID: HeaderName = HeaderName::from_static("x-b3-spanid");
pub(crate) const PARENT_SPAN_ID: HeaderName = HeaderName::from_static("x-b3-parentspanid");
pub(crate) const SAMPLED: HeaderName = HeaderName::from_static("x-b3-sampled");
pub(crate) const FLAGS: HeaderName = HeaderName::from_static("x-b3-flags");

/// All that are read or written.
pub(super) static FIELDS: [HeaderName; 6] =
    [SINGLE, TRACE_ID, SPAN_ID, PARENT_SPAN_ID, SAMPLED, FLAGS];

/// The longest single field: two ids, a decision, a parent.
const MAX_LENGTH: usize = 32 + 1 + 16 + 1 + 1 + 1 + 16;

/// What a caller decided.
#[derive(Clone, Copy)]
enum Decision {
    NotSampled,
    Sampled,
    Debug,
}

/// The caller's span, in the single field if that is valid, else in the others.
pub(super) fn extract<C: Extract + ?Sized>(carrier: &C) -> Option<Caller> {
    let (caller, _) = single(carrier.values_of(&SINGLE), parse_single);
    caller.or_else(|| extract_multi(carrier))
}

/// `{trace id}-{span id}-{decision}-{parent span id}`; the last two may be missing.
fn parse_single(value: &[u8]) -> Option<Caller> {
    if value.len() > MAX_LENGTH {
        return None;
    }
    let mut parts = value.split(|&byte| byte == b'-');
    let (trace, span) = (parts.next()?, parts.next()?);
    let decision = match parts.next() {
        None | Some(b"0") => Decision::NotSampled,
        Some(b"1") => Decision::Sampled,
        Some(b"d") => Decision::Debug,
        Some(_) => return None,
    };
    if let Some(parent) = parts.next() {
        span_id(parent)?;
    }
    parts
        .next()
        .is_none()
        .then(|| caller(trace, span, decision))?
}

/// Does the single field ask for the trace to be debugged: `d` alone, or in the place of its decision?
pub(crate) fn asks_to_debug(value: &[u8]) -> bool {
    value == b"d" || parse_single(value).is_some_and(|caller| caller.debug)
}

fn extract_multi<C: Extract + ?Sized>(carrier: &C) -> Option<Caller> {
    let only = |name: &HeaderName| only(carrier.values_of(name)).map(trim_ows);
    let (trace, span) = (only(&TRACE_ID)?, only(&SPAN_ID)?);
    let decision = match (only(&FLAGS), only(&SAMPLED)) {
        (Some(b"1"), _) => Decision::Debug,
        // Words are of clients older than the specification, which asks to take them.
        (_, Some(b"1" | b"true")) => Decision::Sampled,
        (_, None | Some(b"0" | b"false")) => Decision::NotSampled,
        (_, Some(_)) => return None,
    };
    caller(trace, span, decision)
}

fn caller(trace: &[u8], span: &[u8], decision: Decision) -> Option<Caller> {
    let trace = match trace.len() {
        16 => u128::from(hex::decode(trace)?),
        32 => {
            let (high, low) = trace.split_at(16);
            u128::from(hex::decode(high)?) << 64 | u128::from(hex::decode(low)?)
        }
        _ => return None,
    };
    let flags = match decision {
        Decision::NotSampled => 0,
        // Debug implies that it is sampled.
        Decision::Sampled | Decision::Debug => FLAG_SAMPLED,
    };
    Some(Caller {
        parent: TraceParent::new(TraceId::from(trace), span_id(span)?, flags)?,
        debug: matches!(decision, Decision::Debug),
    })
}

fn span_id(digits: &[u8]) -> Option<SpanId> {
    let number = (digits.len() == 16).then(|| hex::decode(digits))??;
    Some(SpanId::from(number))
}

/// Writes the single field.
pub(super) fn inject_single<C: Inject + ?Sized>(
    carrier: &mut C,
    parent: &TraceParent,
    debug: bool,
) {
    let mut text = [b'-'; 32 + 1 + 16 + 1 + 1];
    let (trace, span) = digits(parent);
    text[..32].copy_from_slice(&trace);
    text[33..49].copy_from_slice(&span);
    text[50] = match (debug, parent.is_sampled()) {
        (true, _) => b'd',
        (false, true) => b'1',
        (false, false) => b'0',
    };
    carrier.set(&SINGLE, hex::ascii(&text));
}

/// Writes the others.
pub(super) fn inject_multi<C: Inject + ?Sized>(carrier: &mut C, parent: &TraceParent, debug: bool) {
    let (trace, span) = digits(parent);
    carrier.set(&TRACE_ID, hex::ascii(&trace));
    carrier.set(&SPAN_ID, hex::ascii(&span));
    carrier.unset(&PARENT_SPAN_ID);
    if debug {
        carrier.set(&FLAGS, "1");
        carrier.unset(&SAMPLED);
    } else {
        carrier.set(&SAMPLED, if parent.is_sampled() { "1" } else { "0" });
        carrier.unset(&FLAGS);
    }
}

fn digits(parent: &TraceParent) -> ([u8; 32], [u8; 16]) {
    let (mut trace, mut span) = ([0; 32], [0; 16]);
    hex::encode(
        u128::from_be_bytes(parent.trace_id().to_bytes()),
        &mut trace,
    );
    hex::encode(
        u64::from_be_bytes(parent.span_id().to_bytes()).into(),
        &mut span,
    );
    (trace, span)
}

#[cfg(test)]
mod tests;
