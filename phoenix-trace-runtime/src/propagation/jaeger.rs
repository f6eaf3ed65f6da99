//! The native format of Jaeger's clients: the field `uber-trace-id`.
//!
//! `{trace id}:{span id}:{parent span id}:{flags}`, numbers in hexadecimal digits, of which clients leave out zeros on the
//! left. The parent's parent is deprecated: it is not looked at, and written as `0`.

use http::HeaderName;
use opentelemetry::trace::{SpanId, TraceId};

use super::carrier::{Extract, Inject};
use super::propagators::{Caller, single};
use super::traceparent::FLAG_SAMPLED;
use super::{TraceParent, hex};

/// The header field.
pub(crate) const HEADER: HeaderName = HeaderName::from_static("uber-trace-id");

const SAMPLED: u64 = 1 << 0;
const DEBUG: u64 = 1 << 1;

/// The longest field value: three ids, two digits of flags, and colons that are percent-encoded.
const MAX_LENGTH: usize = 32 + 3 + 16 + 3 + 16 + 3 + 2;

/// The caller's span.
pub(super) fn extract<C: Extract + ?Sized>(carrier: &C) -> Option<Caller> {
    single(carrier.values_of(&HEADER), parse).0
}

fn parse(value: &[u8]) -> Option<Caller> {
    if value.len() > MAX_LENGTH {
        return None;
    }
    let mut rest = Some(value);
    let mut next = || {
        let (part, after) = split_colon(rest?);
        rest = after;
        Some(part)
    };
    let [trace, span, _, flags] = [next()?, next()?, next()?, next()?];
    if rest.is_some() || flags.len() > 2 {
        return None;
    }
    let (high, low) = trace.split_at_checked(trace.len().saturating_sub(16))?;
    let high = if high.is_empty() {
        0
    } else {
        hex::decode(high)?
    };
    let trace = u128::from(high) << 64 | u128::from(hex::decode(low)?);
    let flags = hex::decode(flags)?;
    let sampled = flags & SAMPLED != 0;
    Some(Caller {
        parent: TraceParent::new(
            TraceId::from(trace),
            SpanId::from(hex::decode(span)?),
            if sampled { FLAG_SAMPLED } else { 0 },
        )?,
        debug: sampled && flags & DEBUG != 0,
    })
}

/// What stands before the first colon, and behind it; some clients percent-encode it.
fn split_colon(value: &[u8]) -> (&[u8], Option<&[u8]>) {
    for (at, &byte) in value.iter().enumerate() {
        let (part, rest) = value.split_at(at);
        match byte {
            b':' => return (part, rest.get(1..)),
            b'%' if rest.starts_with(b"%3A") || rest.starts_with(b"%3a") => {
                return (part, rest.get(3..));
            }
            _ => {}
        }
    }
    (value, None)
}

/// Writes the field.
pub(super) fn inject<C: Inject + ?Sized>(carrier: &mut C, parent: &TraceParent, debug: bool) {
    let mut text = *b"00000000000000000000000000000000:0000000000000000:0:0";
    hex::encode(
        u128::from_be_bytes(parent.trace_id().to_bytes()),
        &mut text[..32],
    );
    hex::encode(
        u64::from_be_bytes(parent.span_id().to_bytes()).into(),
        &mut text[33..49],
    );
    text[52] = match (debug, parent.is_sampled()) {
        (true, _) => b'3',
        (false, true) => b'1',
        (false, false) => b'0',
    };
    carrier.set(&HEADER, hex::ascii(&text));
}

#[cfg(test)]
mod tests;
