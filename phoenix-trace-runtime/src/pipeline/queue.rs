//! What waits for the exporting thread: decided strands, each with what has been tried with it.

use std::time::Instant;

use super::destination::Piece;
use super::handover::{self, Handover, Item};
use crate::record::registry;
use crate::record::strand::Strand;
use crate::sensitive::Sensitive;

const SHARDS: usize = 8;

pub(super) type Queue = Handover<Queued, SHARDS>;
pub(super) type Mark = handover::Mark<SHARDS>;
pub(super) type Entry = handover::Entry<Queued>;

/// A strand on its way to a destination.
#[derive(Debug)]
pub(super) struct Queued {
    pub(super) strand: Box<Strand>,
    /// Of the strand and its buffers.
    bytes: usize,
    /// When it was first sent in vain.
    pub(super) tried: Option<Instant>,
    /// It was sent and the answer never came: it may have arrived.
    pub(super) doubtful: bool,
    /// What may not leave the process as it is was redacted.
    redacted: bool,
    /// The spans that still have to be sent; `None`: all of them.
    left: Option<Vec<Range>>,
}

/// Spans of one strand, by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) first: u32,
    pub(crate) end: u32,
}

impl Range {
    pub(super) fn spans(self) -> usize {
        (self.end - self.first) as usize
    }
}

impl Queued {
    pub(super) fn new(strand: Box<Strand>) -> Self {
        Self {
            bytes: strand.bytes(),
            strand,
            tried: None,
            doubtful: false,
            redacted: false,
            left: None,
        }
    }

    /// Before any exporter sees it.
    pub(super) fn redact(&mut self, sensitive: &Sensitive) {
        if !std::mem::replace(&mut self.redacted, true) {
            self.strand.redact(sensitive);
        }
    }

    pub(super) fn left(&self) -> impl Iterator<Item = Range> {
        let all = Range {
            first: 0,
            end: u32::try_from(self.strand.records.len()).unwrap_or(u32::MAX),
        };
        let (all, some) = match &self.left {
            None => (Some(all), &[][..]),
            Some(some) => (None, &some[..]),
        };
        all.into_iter().chain(some.iter().copied())
    }

    pub(super) fn set_left(&mut self, left: Vec<Range>) {
        self.left = Some(left);
    }

    pub(super) fn piece(&self, range: Range) -> Piece<'_> {
        let Range { first, end } = range;
        Piece {
            strand: &self.strand,
            first,
            end,
        }
    }
}

impl Item for Queued {
    fn spans(&self) -> usize {
        match &self.left {
            None => self.strand.records.len(),
            Some(left) => left.iter().map(|range| range.spans()).sum(),
        }
    }

    fn bytes(&self) -> usize {
        self.bytes
    }

    fn failed(&self) -> bool {
        self.strand.failed
    }

    fn spread(&self) -> usize {
        registry::shard_of(self.strand.seed)
    }
}
