//! The `traceparent` header field: W3C Trace Context level 2, section "Traceparent Header".
//!
//! Any bytes come in; out goes a [`TraceParent`], whose ids are never zero and which holds no flag
//! that level 2 does not define.

use std::fmt;

use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId};

use super::{TraceState, hex};

/// Length of a `traceparent` of version `00`, in bytes. What is emitted has exactly this length.
pub const LENGTH: usize = 55;

/// The caller may have recorded its part of the trace (bit 0 of the flags).
pub const FLAG_SAMPLED: u8 = 1 << 0;

/// The low 56 bits of the trace id are random (bit 1 of the flags). It belongs to the trace id: it is set where
/// the id is made, and travels unchanged with it.
pub const FLAG_RANDOM: u8 = 1 << 1;

/// Identity of a span as a `traceparent` header field carries it.
///
/// Parsing and formatting allocate nothing.
///
/// ```
/// use phoenix_trace::propagation::TraceParent;
///
/// let header = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
/// let parent = TraceParent::parse(header).unwrap();
/// assert!(parent.is_sampled() && parent.is_random());
/// assert_eq!(&parent.to_bytes(), header);
///
/// assert_eq!(TraceParent::parse(b"00-4bf9-00f0-01"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent {
    trace_id: TraceId,
    span_id: SpanId,
    flags: u8,
}

impl TraceParent {
    /// Builds a `traceparent`; `None` when an id is zero, which the specification forbids.
    ///
    /// Bits of `flags` other than [`FLAG_SAMPLED`] and [`FLAG_RANDOM`] are cleared, as level 2 demands of whoever
    /// emits the field.
    #[must_use]
    pub fn new(trace_id: TraceId, span_id: SpanId, flags: u8) -> Option<Self> {
        let valid = trace_id != TraceId::INVALID && span_id != SpanId::INVALID;
        valid.then_some(Self {
            trace_id,
            span_id,
            flags: flags & (FLAG_SAMPLED | FLAG_RANDOM),
        })
    }

    /// Reads one field value; `None` when the trace has to be restarted.
    ///
    /// Version `00` has exactly [`LENGTH`] bytes. Of a higher version the first 55 bytes are read, and byte 55 must
    /// be the end or `-` (section "Versioning of traceparent"). Version `ff`, zero ids and uppercase digits are
    /// invalid. Constant time: what follows byte 55 is never looked at. White space around a field value is not part
    /// of it; [`carrier`](super::carrier) removes it.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let (fields, rest) = value.split_at_checked(LENGTH)?;
        if [fields[2], fields[35], fields[52]] != *b"---" {
            return None;
        }
        match (hex::decode(&fields[..2])?, rest.first()) {
            (0xff, _) => return None,
            (_, None) => {}
            (1.., Some(b'-')) => {}
            _ => return None,
        }
        let high = hex::decode(&fields[3..19])?;
        let low = hex::decode(&fields[19..35])?;
        Self::new(
            TraceId::from(u128::from(high) << 64 | u128::from(low)),
            SpanId::from(hex::decode(&fields[36..52])?),
            u8::try_from(hex::decode(&fields[53..])?).ok()?,
        )
    }

    /// The field value, in version `00`.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; LENGTH] {
        let mut out = [b'-'; LENGTH];
        hex::encode(0, &mut out[..2]);
        hex::encode(
            u128::from_be_bytes(self.trace_id.to_bytes()),
            &mut out[3..35],
        );
        hex::encode(
            u64::from_be_bytes(self.span_id.to_bytes()).into(),
            &mut out[36..52],
        );
        hex::encode(self.flags.into(), &mut out[53..]);
        out
    }

    /// The trace id, never zero.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        self.trace_id
    }

    /// The id of the span that is the parent on the receiving side, never zero.
    #[must_use]
    pub fn span_id(&self) -> SpanId {
        self.span_id
    }

    /// The flags: [`FLAG_SAMPLED`] and [`FLAG_RANDOM`], every other bit zero.
    #[must_use]
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// Whether the caller may have recorded its part of the trace.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.flags & FLAG_SAMPLED != 0
    }

    /// Whether the low 56 bits of the trace id are random.
    #[must_use]
    pub fn is_random(&self) -> bool {
        self.flags & FLAG_RANDOM != 0
    }

    /// The same identity for the OpenTelemetry API, marked remote.
    ///
    /// Members of `state` that its trace state cannot hold are left out, see
    /// [`TraceState::to_opentelemetry`].
    #[must_use]
    pub fn to_span_context(&self, state: &TraceState) -> SpanContext {
        SpanContext::new(
            self.trace_id,
            self.span_id,
            TraceFlags::new(self.flags),
            true,
            state.to_opentelemetry(),
        )
    }

    /// The identity of a span of the OpenTelemetry API; `None` when it is invalid.
    #[must_use]
    pub fn from_span_context(context: &SpanContext) -> Option<Self> {
        Self::new(
            context.trace_id(),
            context.span_id(),
            context.trace_flags().to_u8(),
        )
    }
}

/// The field value, in version `00`.
impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "00-{}-{}-{:02x}",
            self.trace_id, self.span_id, self.flags
        )
    }
}

#[cfg(test)]
mod tests;
