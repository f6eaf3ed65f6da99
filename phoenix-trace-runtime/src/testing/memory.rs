//! Where a capture keeps its spans, and what it has noticed about them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanData;

use crate::pipeline::destination::{Answer, Destination, Piece, Sending};
use crate::pipeline::spans_of;
use crate::record::clock::Ticks;
use crate::record::segment::lock;

/// The exporter of a capture.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    /// Each with the reading of the clock at which it started.
    spans: Vec<(Ticks, SpanData)>,
    foreign: BTreeSet<String>,
}

impl Memory {
    /// In the order of their starts, which their times need not tell.
    pub(super) fn spans(&self) -> Vec<SpanData> {
        let mut kept = lock(&self.0);
        kept.spans.sort_by_key(|(started, _)| *started);
        kept.spans.iter().map(|(_, span)| span.clone()).collect()
    }

    /// Keys of attributes that nobody has declared in code.
    pub(super) fn foreign(&self) -> BTreeSet<String> {
        lock(&self.0).foreign.clone()
    }
}

impl Destination for Memory {
    fn set_resource(&mut self, _: &Resource) {}

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        Box::pin(async move {
            let mut kept = lock(&self.0);
            for piece in batch {
                let mut spans = Vec::new();
                spans_of(piece, &mut spans);
                let records = piece.strand.records.iter().skip(piece.first as usize);
                (kept.spans).extend(records.map(|record| record.start).zip(spans));
                let attributes = piece.strand.attrs.iter();
                let foreign = attributes.filter(|attribute| attribute.key.foreign);
                (kept.foreign).extend(foreign.map(|attribute| attribute.key.name.to_owned()));
            }
            Answer::Taken {
                rejected: 0,
                message: String::new(),
            }
        })
    }
}
