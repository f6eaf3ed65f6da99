//! A batch as the bytes of an `ExportTraceServiceRequest`, straight from its strands: no span is copied in between.

use opentelemetry_sdk::Resource;

use super::spans::Spans;
use super::value::{Any, put_attribute};
use super::wire::{bytes, bytes_len, put_head, put_message, put_string};
use crate::pipeline::destination::Piece;

/// What a request may take at most, by the OTLP specification.
pub(super) const MAX_REQUEST: usize = 64 * 1024 * 1024;

/// `ExportTraceServiceRequest.resource_spans`.
const RESOURCE_SPANS: u8 = bytes(1);

/// Fields of `ResourceSpans`; those of `ScopeSpans` have the same numbers.
mod group_field {
    use super::bytes;
    pub(super) const ABOUT: u8 = bytes(1);
    pub(super) const MEMBERS: u8 = bytes(2);
    pub(super) const SCHEMA_URL: u8 = bytes(3);
}

/// Encodes batches, with memory that it uses again.
#[derive(Debug)]
pub(super) struct Encoder {
    /// `ResourceSpans.resource` and its schema, as fields.
    resource: Vec<u8>,
    /// `ScopeSpans.scope`, as a field.
    scope: Vec<u8>,
    spans: Spans,
}

/// An encoded batch.
#[derive(Debug)]
pub(super) struct Encoded {
    /// Where the request begins in the buffer: as much is free before it as was asked for, or more.
    pub(super) start: usize,
    pub(super) spans: usize,
}

impl Encoder {
    pub(super) fn new() -> Self {
        let mut scope = Vec::new();
        put_message(&mut scope, group_field::ABOUT, |out| {
            put_string(out, bytes(1), "phoenix-trace");
            put_string(out, bytes(2), env!("CARGO_PKG_VERSION"));
        });
        Self {
            resource: Vec::new(),
            scope,
            spans: Spans::default(),
        }
    }

    pub(super) fn set_resource(&mut self, resource: &Resource) {
        self.resource.clear();
        put_message(&mut self.resource, group_field::ABOUT, |out| {
            for (key, value) in resource {
                put_attribute(out, bytes(1), key.as_str(), Any::of_api(value));
            }
        });
        let schema = resource.schema_url().unwrap_or_default();
        put_string(&mut self.resource, group_field::SCHEMA_URL, schema);
    }

    /// Writes the request for `batch` to `out`, with at least `free` bytes before it. `None`: it is larger than
    /// [`MAX_REQUEST`].
    pub(super) fn encode(
        &mut self,
        batch: &[Piece<'_>],
        free: usize,
        out: &mut Vec<u8>,
    ) -> Option<Encoded> {
        // What comes before the spans states their length: it is written last, so that it ends where they begin.
        const KEY_AND_LENGTH: usize = 11;
        let before = free + self.resource.len() + self.scope.len() + 2 * KEY_AND_LENGTH;
        out.clear();
        out.resize(before, 0);
        let mut spans = 0;
        for piece in batch {
            spans += self
                .spans
                .put(piece, group_field::MEMBERS, before + MAX_REQUEST, out)?;
        }
        let members = self.scope.len() + out.len() - before;
        let mut head = Vec::with_capacity(before);
        let group = self.resource.len() + bytes_len(members);
        put_head(&mut head, RESOURCE_SPANS, group);
        head.extend_from_slice(&self.resource);
        put_head(&mut head, group_field::MEMBERS, members);
        head.extend_from_slice(&self.scope);
        let start = before - head.len();
        out[start..before].copy_from_slice(&head);
        (out.len() - start <= MAX_REQUEST).then_some(Encoded { start, spans })
    }
}
