//! Merging: what one strand of a segment has recorded goes over to another one that waits for the same decision, so that its buffers
//! serve the next task at once. A segment of many tasks waits in few buffers then.

use super::across::Across;
use super::context::Context;
use super::ids;
use super::stored::{NONE, Record, StoredAttr, Text};
use super::strand::{KEEP_RECORDS, Role, Strand};

/// Spans that were recorded on another strand: those from this place on, up to the next ones.
#[derive(Clone, Copy, Debug)]
pub(super) struct Merged {
    first: u32,
    /// What their ids derive from, which others may know.
    id_seed: u64,
}

impl Strand {
    /// Takes over all that `other` has recorded, if that is no more than spans which ended well, below the same span as its own, and
    /// there is room for them. Both have joined the same segment. Then: how many bytes it holds more than before.
    #[inline]
    pub(super) fn take_over(&mut self, other: &mut Self) -> Option<usize> {
        let takes = self.context.place == other.context.place
            && self.can_be_merged()
            && other.is_plain_branch()
            && other.merged.is_empty()
            && self.records.len() + other.records.len() <= KEEP_RECORDS
            && self.attrs.len() + other.attrs.len() <= 4 * KEEP_RECORDS
            && self.text.len() + other.text.len() <= 64 * KEEP_RECORDS;
        takes.then(|| {
            let before = self.grown();
            self.append(other);
            self.grown() - before
        })
    }

    /// What it holds, in bytes, of what grows where it takes over spans.
    fn grown(&self) -> usize {
        self.records.capacity() * size_of::<Record>()
            + self.attrs.capacity() * size_of::<StoredAttr>()
            + self.text.capacity()
    }

    fn append(&mut self, other: &mut Self) {
        let (place, start) = (self.records.len() as u32, self.text.len() as u32);
        let moved = |text: Text| text.moved_by(start);
        self.merged.push(Merged {
            first: place,
            id_seed: other.id_seed,
        });
        for record in &other.records {
            let mut record = *record;
            if record.parent != NONE {
                record.parent += place;
            }
            record.name = moved(record.name);
            record.message = moved(record.message);
            record.exception = moved(record.exception);
            self.records.push(record);
        }
        let attrs = other.attrs.iter();
        self.attrs
            .extend(attrs.map(|attr| attr.moved_by(place, start)));
        self.text.push_str(&other.text);
        self.logs.append(&mut other.logs);
        self.tally.take_over(&other.tally);
    }

    /// Are places all that its records are known by?
    fn can_be_merged(&self) -> bool {
        self.role == Role::Branch && self.context.place.is_some() && !self.renumbered
    }

    /// Does it hold nothing but spans that ended well, and their plain attributes?
    pub(super) fn is_plain_branch(&self) -> bool {
        let other_things = self.events.len()
            + self.links.len()
            + self.arrays.len()
            + self.given.len()
            + self.dropped.len()
            + self.failures.len()
            + self.kept_for.len as usize
            + self.overflow as usize
            + self.charged;
        other_things == 0 && !(self.failed || self.squeezed || self.slow) && self.can_be_merged()
    }

    /// May it serve the next task below its span as it is, whose spans have just gone over to another one? Then it is empty from here
    /// on, and knows the request of its `segment`.
    #[inline]
    pub(super) fn serves_again(&mut self, segment: &Context) -> bool {
        let serves = !(self.owned || self.free || self.orphaned || self.suppressed)
            && self.lent == 0
            && self.merged.is_empty()
            && self.attached.is_empty()
            && self.context.is_request_of(segment);
        if serves {
            self.records.clear();
            self.attrs.clear();
            self.text.clear();
            self.current = NONE;
            self.across = Across::default();
        }
        serves
    }

    /// The id of the span whose record is at `place`, where some were recorded on other strands.
    #[inline(never)]
    pub(super) fn id_of_merged(&self, place: u32) -> u64 {
        let upto = self.merged.partition_point(|merged| merged.first <= place);
        match self.merged[..upto].last() {
            Some(merged) => ids::span_id(merged.id_seed, place - merged.first),
            None => ids::span_id(self.id_seed, place),
        }
    }
}
