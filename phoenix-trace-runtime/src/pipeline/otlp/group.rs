//! What belongs to which span: a strand keeps attributes, events and links in the order in which they were recorded, one
//! list of each for all of its spans. Here they are chained by span, in time linear in their number, in memory that is used again.

use crate::record::chains::Chains;
use crate::record::details::Owner;
use crate::record::stored::Stored;
use crate::record::strand::Strand;

/// The attributes, events and links of the spans `first..end` of one strand.
#[derive(Debug, Default)]
pub(super) struct Groups {
    first: u32,
    of_spans: Chains,
    of_events: Chains,
    of_links: Chains,
    events: Chains,
    links: Chains,
}

/// An attribute as it is exported.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attribute {
    pub(super) key: &'static str,
    pub(super) value: Stored,
}

impl Groups {
    pub(super) fn fill(&mut self, strand: &Strand, first: u32, end: u32) {
        let spans = end.saturating_sub(first) as usize;
        let (attrs, events, links) = (strand.attrs.len(), strand.events.len(), strand.links.len());
        self.first = first;
        self.of_spans.reset(spans, attrs);
        self.of_events.reset(events, attrs);
        self.of_links.reset(links, attrs);
        self.events.reset(spans, events);
        self.links.reset(spans, links);
        for (index, attr) in strand.attrs.iter().enumerate().rev() {
            match Owner::of(attr.owner) {
                Owner::Span(number) => self.of_spans.push_front(self.chain(number), index),
                Owner::Event(number) => self.of_events.push_front(number as usize, index),
                Owner::Link(number) => self.of_links.push_front(number as usize, index),
            }
        }
        for (index, event) in strand.events.iter().enumerate().rev() {
            self.events.push_front(self.chain(event.owner), index);
        }
        for (index, link) in strand.links.iter().enumerate().rev() {
            self.links.push_front(self.chain(link.owner), index);
        }
    }

    /// The chain of a span; none for one that comes before the first.
    #[inline]
    fn chain(&self, span: u32) -> usize {
        span.wrapping_sub(self.first) as usize
    }

    /// The attributes of a span.
    #[inline]
    pub(super) fn of_span(&self, strand: &Strand, number: u32) -> impl Iterator<Item = Attribute> {
        exported(strand, self.of_spans.of(self.chain(number)))
    }

    /// The same of an event.
    pub(super) fn of_event(
        &self,
        strand: &Strand,
        index: usize,
    ) -> impl Iterator<Item = Attribute> {
        exported(strand, self.of_events.of(index))
    }

    /// The same of a link.
    pub(super) fn of_link(&self, strand: &Strand, index: usize) -> impl Iterator<Item = Attribute> {
        exported(strand, self.of_links.of(index))
    }

    /// The places of a span's events in its strand.
    #[inline]
    pub(super) fn events(&self, number: u32) -> impl Iterator<Item = usize> {
        self.events.of(self.chain(number))
    }

    /// The places of a span's links in its strand.
    #[inline]
    pub(super) fn links(&self, number: u32) -> impl Iterator<Item = usize> {
        self.links.of(self.chain(number))
    }
}

#[inline]
fn exported(
    strand: &Strand,
    indices: impl Iterator<Item = usize>,
) -> impl Iterator<Item = Attribute> {
    indices.filter_map(|index| {
        let attr = strand.attrs.get(index)?;
        Some(Attribute {
            key: attr.key.name,
            value: attr.value(),
        })
    })
}
