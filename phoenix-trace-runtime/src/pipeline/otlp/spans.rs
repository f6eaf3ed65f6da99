//! The spans of a strand as the bytes of OTLP's `Span`s.

use std::fmt::Write as _;
use std::ptr;

use opentelemetry::InstrumentationScope;

use super::attributes::{Attributes, Source};
use super::group::{Attribute, Groups};
use super::value::{Any, put_attribute};
use super::wire::{
    bytes, eight_bytes, number, put_bytes, put_head, put_message, put_number, put_string,
};
use crate::pipeline::destination::Piece;
use crate::propagation::CorrelationId;
use crate::record::clock::UnixAnchor;
use crate::record::context::{RANDOM, SAMPLED};
use crate::record::given::Which;
use crate::record::segment::Kept;
use crate::record::site::SpanKind;
use crate::record::stored::{EVENT, NONE, Record};
use crate::record::strand::{Role, Strand};

/// Fields of `Span`.
mod span {
    use super::{bytes, eight_bytes, number};
    pub(super) const TRACE_ID: u8 = bytes(1);
    pub(super) const SPAN_ID: u8 = bytes(2);
    pub(super) const TRACE_STATE: u8 = bytes(3);
    pub(super) const PARENT: u8 = bytes(4);
    pub(super) const NAME: u8 = bytes(5);
    pub(super) const KIND: u8 = number(6);
    pub(super) const START: u8 = eight_bytes(7);
    pub(super) const END: u8 = eight_bytes(8);
    pub(super) const ATTRIBUTE: u8 = bytes(9);
    pub(super) const DROPPED_ATTRIBUTES: u8 = number(10);
    pub(super) const EVENT: u8 = bytes(11);
    pub(super) const DROPPED_EVENTS: u8 = number(12);
    pub(super) const LINK: u8 = bytes(13);
    pub(super) const DROPPED_LINKS: u8 = number(14);
    pub(super) const STATUS: u8 = bytes(15);
    /// Field 16, four bytes: its key takes two.
    pub(super) const FLAGS: [u8; 2] = [0x85, 0x01];
}

/// Fields of `Span.Event`.
mod event {
    use super::{bytes, eight_bytes, number};
    pub(super) const TIME: u8 = eight_bytes(1);
    pub(super) const NAME: u8 = bytes(2);
    pub(super) const ATTRIBUTE: u8 = bytes(3);
    pub(super) const DROPPED_ATTRIBUTES: u8 = number(4);
}

/// Fields of `Span.Link`.
mod link {
    use super::{bytes, number};
    pub(super) const TRACE_ID: u8 = bytes(1);
    pub(super) const SPAN_ID: u8 = bytes(2);
    pub(super) const TRACE_STATE: u8 = bytes(3);
    pub(super) const ATTRIBUTE: u8 = bytes(4);
    pub(super) const DROPPED_ATTRIBUTES: u8 = number(5);
    /// Field 6, four bytes.
    pub(super) const FLAGS: u8 = 0x35;
}

/// Fields of `Status`, and the code for an error.
mod status {
    use super::{bytes, number};
    pub(super) const MESSAGE: u8 = bytes(2);
    pub(super) const CODE: u8 = number(3);
    pub(super) const OK: u8 = 1;
    pub(super) const ERROR: u8 = 2;
}

/// `SpanFlags`: the W3C flags, that it is known whether the parent, or the other span, is in another process, and that it is.
fn flags(trace: u8, remote: bool) -> [u8; 4] {
    const HAS_IS_REMOTE: u32 = 0x100;
    const IS_REMOTE: u32 = 0x200;
    let remote = if remote { IS_REMOTE } else { 0 };
    (u32::from(trace) | HAS_IS_REMOTE | remote).to_le_bytes()
}

/// Writes spans, with memory that it uses again.
#[derive(Debug, Default)]
pub(super) struct Spans {
    /// The fields that all spans of a strand have in common.
    common: Vec<u8>,
    state: String,
    groups: Groups,
    attributes: Attributes,
    reasons: Vec<&'static str>,
}

/// Whose spans are being written.
#[derive(Clone, Copy)]
struct Of<'a> {
    strand: &'a Strand,
    kept: Kept,
    times: UnixAnchor,
}

impl Spans {
    /// Writes the spans of one piece that are of `scope` as fields `key`, and tells how many they are; stops when `out` grows
    /// past `max`.
    pub(super) fn put(
        &mut self,
        piece: &Piece<'_>,
        scope: Option<&'static InstrumentationScope>,
        key: u8,
        max: usize,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let Piece { strand, first, end } = *piece;
        let Some(kept) = strand.kept else {
            return Some(0);
        };
        let records = strand.records.get(first as usize..end as usize)?;
        self.groups.fill(strand, first, end);
        self.set_common(strand, kept);
        let times = kept.anchor.unix();
        let of = Of {
            strand,
            kept,
            times,
        };
        let mut spans = 0;
        for (record, place) in records.iter().zip(first..) {
            if record.site.scope.map(ptr::from_ref) != scope.map(ptr::from_ref) {
                continue;
            }
            spans += 1;
            put_message(out, key, |out| self.span(of, record, place, out));
            if out.len() > max {
                return None;
            }
        }
        Some(spans)
    }

    /// What the spans of a strand have in common: the trace id, and the received trace state with the probability that
    /// the segment was kept with, which is certainty where errors are always kept.
    fn set_common(&mut self, strand: &Strand, kept: Kept) {
        let threshold = kept.threshold;
        self.state.clear();
        if !strand.context.state.is_empty() {
            let state = strand.context.api_state_with(threshold);
            self.state.push_str(&state.header());
        } else if let Some(threshold) = threshold {
            let _ = write!(self.state, "ot=th:{threshold}");
        }
        self.common.clear();
        let trace_id = strand.context.trace_id.to_be_bytes();
        put_bytes(&mut self.common, span::TRACE_ID, &trace_id);
        put_string(&mut self.common, span::TRACE_STATE, &self.state);
    }

    #[inline]
    fn span(&mut self, of: Of<'_>, record: &Record, place: u32, out: &mut Vec<u8>) {
        let strand = of.strand;
        out.extend_from_slice(&self.common);
        put_fixed(of, record, place, out);
        let parent = strand.id_of(record.parent);
        if parent != 0 {
            put_bytes(out, span::PARENT, &parent.to_be_bytes());
        }
        put_string(out, span::NAME, strand.name_of(record));
        self.attributes(of, record, place, out);
        for index in self.groups.events(place) {
            put_event(of, index, &self.groups, &mut self.attributes, out);
        }
        for index in self.groups.links(place) {
            put_link(of, index, &self.groups, &mut self.attributes, out);
        }
        let dropped = strand.dropped(place);
        put_number(out, span::DROPPED_ATTRIBUTES, dropped.attributes.into());
        put_number(out, span::DROPPED_EVENTS, dropped.events.into());
        put_number(out, span::DROPPED_LINKS, dropped.links.into());
        if record.failed {
            let message = strand.text(record.message);
            put_message(out, span::STATUS, |out| {
                put_string(out, status::MESSAGE, message);
                out.extend_from_slice(&[status::CODE, status::ERROR]);
            });
        } else if record.ok {
            put_message(out, span::STATUS, |out| {
                out.extend_from_slice(&[status::CODE, status::OK]);
            });
        } else {
            put_head(out, span::STATUS, 0);
        }
    }

    #[inline]
    fn attributes(&mut self, of: Of<'_>, record: &Record, place: u32, out: &mut Vec<u8>) {
        let (strand, attributes) = (of.strand, &mut self.attributes);
        attributes.clear();
        if !record.site.function.is_empty() {
            let function = Source::Function(record.site.function);
            attributes.set("code.function.name", function);
        }
        for Attribute { key, value } in self.groups.of_span(strand, place) {
            attributes.set(key, Source::Stored(value));
        }
        let mut correlation = None;
        if place == 0 && strand.role == Role::Root {
            self.reasons.clear();
            self.reasons.extend(of.kept.reasons.words());
            attributes.set("phoenix.sampling.reason", Source::Reasons);
            correlation = strand.context.correlation_id();
            if correlation.is_some() {
                attributes.set("phoenix.correlation.id", Source::Correlation);
            }
        }
        for (key, source) in &attributes.list {
            let value = match *source {
                Source::Stored(stored) => Any::stored(strand, stored),
                Source::Function(function) => Any::Str(function),
                Source::Reasons => Any::Words(&self.reasons),
                Source::Correlation => {
                    Any::Str(correlation.as_ref().map_or("", CorrelationId::as_str))
                }
            };
            put_attribute(out, span::ATTRIBUTE, key, value);
        }
    }
}

/// The fields of a span that always take the same room.
#[inline]
fn put_fixed(of: Of<'_>, record: &Record, place: u32, out: &mut Vec<u8>) {
    let strand = of.strand;
    let kind = match record.site.kind {
        SpanKind::Internal => 1,
        SpanKind::Server => 2,
        SpanKind::Client => 3,
        SpanKind::Producer => 4,
        SpanKind::Consumer => 5,
    };
    let flags = flags(
        SAMPLED | strand.context.flags & RANDOM,
        record.parent == NONE && strand.context.remote,
    );
    let mut fields = [0; 36];
    fields[..2].copy_from_slice(&[span::SPAN_ID, 8]);
    fields[2..10].copy_from_slice(&strand.id_at(place as usize).to_be_bytes());
    fields[10..12].copy_from_slice(&[span::KIND, kind]);
    fields[12] = span::START;
    let time = |which, ticks| {
        let given = strand.given_nanos(place, which);
        given.unwrap_or_else(|| of.times.nanos(ticks))
    };
    fields[13..21].copy_from_slice(&time(Which::Start, record.start).to_le_bytes());
    fields[21] = span::END;
    fields[22..30].copy_from_slice(&time(Which::End, record.end).to_le_bytes());
    fields[30..32].copy_from_slice(&span::FLAGS);
    fields[32..].copy_from_slice(&flags);
    out.extend_from_slice(&fields);
}

fn put_event(
    of: Of<'_>,
    index: usize,
    groups: &Groups,
    attributes: &mut Attributes,
    out: &mut Vec<u8>,
) {
    let Some(stored) = of.strand.events.get(index) else {
        return;
    };
    let of_event = groups.of_event(of.strand, index);
    let given = of.strand.given_nanos(index as u32 | EVENT, Which::At);
    let at = given.unwrap_or_else(|| of.times.nanos(stored.at));
    put_message(out, span::EVENT, |out| {
        out.push(event::TIME);
        out.extend_from_slice(&at.to_le_bytes());
        put_string(out, event::NAME, of.strand.name_of_event(stored));
        put_details(of.strand, of_event, event::ATTRIBUTE, attributes, out);
        put_number(out, event::DROPPED_ATTRIBUTES, stored.dropped_attrs.into());
    });
}

fn put_link(
    of: Of<'_>,
    index: usize,
    groups: &Groups,
    attributes: &mut Attributes,
    out: &mut Vec<u8>,
) {
    let Some(stored) = of.strand.links.get(index) else {
        return;
    };
    let of_link = groups.of_link(of.strand, index);
    put_message(out, span::LINK, |out| {
        put_bytes(out, link::TRACE_ID, &stored.trace_id.to_be_bytes());
        put_bytes(out, link::SPAN_ID, &stored.span_id.to_be_bytes());
        put_string(out, link::TRACE_STATE, of.strand.text(stored.state));
        put_details(of.strand, of_link, link::ATTRIBUTE, attributes, out);
        put_number(out, link::DROPPED_ATTRIBUTES, stored.dropped_attrs.into());
        out.push(link::FLAGS);
        out.extend_from_slice(&flags(stored.flags, stored.remote));
    });
}

/// The attributes of an event or a link.
fn put_details(
    strand: &Strand,
    of_detail: impl Iterator<Item = Attribute>,
    field: u8,
    attributes: &mut Attributes,
    out: &mut Vec<u8>,
) {
    attributes.clear();
    for Attribute { key, value } in of_detail {
        attributes.set(key, Source::Stored(value));
    }
    for (key, source) in &attributes.list {
        if let Source::Stored(stored) = *source {
            put_attribute(out, field, key, Any::stored(strand, stored));
        }
    }
}
