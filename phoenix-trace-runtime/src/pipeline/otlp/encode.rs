//! A batch as the bytes of an `ExportTraceServiceRequest`, straight from its strands: no span is copied in between.

use std::ptr;

use opentelemetry::{InstrumentationScope, KeyValue};
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
        let version = env!("CARGO_PKG_VERSION");
        put_scope(&mut scope, &scope_of("phoenix-trace", version));
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
            let max = before + MAX_REQUEST;
            spans += self
                .spans
                .put(piece, None, group_field::MEMBERS, max, out)?;
        }
        let members = self.scope.len() + out.len() - before;
        let first = out.len();
        spans += self.encode_others(batch, before + MAX_REQUEST, out)?;
        let mut head = Vec::with_capacity(before);
        let group = self.resource.len() + bytes_len(members) + out.len() - first;
        put_head(&mut head, RESOURCE_SPANS, group);
        head.extend_from_slice(&self.resource);
        put_head(&mut head, group_field::MEMBERS, members);
        head.extend_from_slice(&self.scope);
        let start = before - head.len();
        out[start..before].copy_from_slice(&head);
        (out.len() - start <= MAX_REQUEST).then_some(Encoded { start, spans })
    }

    /// Appends the spans of other libraries, a `ScopeSpans` for each scope.
    fn encode_others(
        &mut self,
        batch: &[Piece<'_>],
        max: usize,
        out: &mut Vec<u8>,
    ) -> Option<usize> {
        let mut scopes: Vec<&'static InstrumentationScope> = Vec::new();
        for record in batch.iter().flat_map(Piece::records) {
            if let Some(scope) = record.site.scope
                && !scopes.iter().any(|known| ptr::eq(*known, scope))
            {
                scopes.push(scope);
            }
        }
        let mut spans = 0;
        for scope in scopes {
            let mut members = Vec::new();
            put_scope(&mut members, scope);
            let max = max.saturating_sub(out.len());
            for piece in batch {
                let scope = Some(scope);
                spans += (self.spans).put(piece, scope, group_field::MEMBERS, max, &mut members)?;
            }
            put_string(
                &mut members,
                group_field::SCHEMA_URL,
                scope.schema_url().unwrap_or(""),
            );
            put_head(out, group_field::MEMBERS, members.len());
            out.extend_from_slice(&members);
        }
        Some(spans)
    }
}

/// Writes `ScopeSpans.scope`.
fn put_scope(out: &mut Vec<u8>, scope: &InstrumentationScope) {
    put_message(out, group_field::ABOUT, |out| {
        put_string(out, bytes(1), scope.name());
        put_string(out, bytes(2), scope.version().unwrap_or_default());
        for KeyValue { key, value, .. } in scope.attributes() {
            put_attribute(out, bytes(3), key.as_str(), Any::of_api(value));
        }
    });
}

fn scope_of(name: &'static str, version: &'static str) -> InstrumentationScope {
    InstrumentationScope::builder(name)
        .with_version(version)
        .build()
}
