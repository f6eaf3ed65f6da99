//! Room: what a strand may hold. It takes room step by step, each time asking whether the pipeline has any left for what is
//! undecided. Without it, and at the limit of its spans, what ends well is given up when it ends, so that there is still
//! room for what fails.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};

use super::details::Owner;
use super::stored::Stored;
use super::strand::Strand;

/// What a strand holds before it first asks for room, with room to spare and without: spans, bytes of text, and attributes and
/// events together.
const FIRST_SPANS: [usize; 2] = [16, 8];
const FIRST_TEXT: [usize; 2] = [2048, 512];
const FIRST_DETAILS: [usize; 2] = [64, 32];
/// From how many bytes on an array asks for room.
const LARGE_ARRAY: usize = 1024;
/// Spans that may be open beyond the room of a strand, or stay there since they failed.
const BEYOND: usize = 128;

/// The pipeline's room for what is undecided.
#[derive(Debug)]
pub(crate) struct Room {
    bytes: AtomicUsize,
    most_bytes: usize,
    most_segments: usize,
    by_bytes: AtomicU8,
    by_segments: AtomicU8,
}

/// How much room is left, by its share that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Level {
    Enough,
    /// Half is taken: segments that are not sampled give up what ends well.
    Little,
    /// Three quarters are: all do.
    Least,
    /// None is left: no segment starts.
    Nothing,
}

impl Level {
    fn of(taken: usize, most: usize) -> Self {
        match taken.saturating_mul(4).checked_div(most.max(1)) {
            Some(..2) => Self::Enough,
            Some(2) => Self::Little,
            Some(3) => Self::Least,
            _ => Self::Nothing,
        }
    }
}

impl Room {
    pub(crate) fn new(most_bytes: usize, most_segments: usize) -> Self {
        Self {
            bytes: AtomicUsize::new(0),
            most_bytes,
            most_segments,
            by_bytes: AtomicU8::new(0),
            by_segments: AtomicU8::new(0),
        }
    }

    fn level(&self) -> u8 {
        let by_bytes = self.by_bytes.load(Ordering::Relaxed);
        by_bytes.max(self.by_segments.load(Ordering::Relaxed))
    }

    /// May another segment start?
    #[inline]
    pub(crate) fn is_left(&self) -> bool {
        self.level() < Level::Nothing as u8
    }

    /// After how many starts on one thread the open segments are counted again.
    #[inline]
    pub(crate) fn recount_after(&self) -> u64 {
        const SHARE: usize = 1024;
        (self.most_segments / SHARE).clamp(1, 64) as u64
    }

    /// Notes how many segments are open.
    pub(crate) fn segments(&self, open: usize) {
        let level = Level::of(open, self.most_segments);
        self.by_segments.store(level as u8, Ordering::Relaxed);
        // Those who gave back bytes at the same time may have noted it in the wrong order.
        self.note(self.bytes.load(Ordering::Relaxed));
    }

    pub(super) fn take(&self, bytes: usize) {
        let before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.note(before + bytes);
    }

    pub(super) fn give_back(&self, bytes: usize) {
        if bytes == 0 {
            return;
        }
        let before = self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.note(before.saturating_sub(bytes));
    }

    fn note(&self, bytes: usize) {
        let level = Level::of(bytes, self.most_bytes);
        self.by_bytes.store(level as u8, Ordering::Relaxed);
    }
}

impl Strand {
    /// What a strand holds before it first asks for more.
    #[inline]
    pub(super) fn take_first_room(&mut self) {
        let pipeline = &self.pipeline;
        let step = usize::from(pipeline.room.level() > 0);
        self.room = FIRST_SPANS[step].min(pipeline.limits.spans_per_segment);
        self.plain = if self.renumbered { 0 } else { self.room };
        self.text_room = FIRST_TEXT[step].min(pipeline.limits.text_per_segment);
        self.detail_room = FIRST_DETAILS[step];
    }

    /// Is there room for a record at `place`, if only for the time that the span is open?
    #[cold]
    pub(super) fn make_room(&mut self, place: usize) -> bool {
        let limit = self.pipeline.limits.spans_per_segment;
        if self.may_grow() && self.room < limit {
            self.room = (2 * place).clamp(1, limit);
            self.plain = if self.renumbered { 0 } else { self.room };
            return true;
        }
        place < self.room + BEYOND
    }

    /// Is there room for more text?
    #[cold]
    pub(super) fn make_text_room(&mut self) -> bool {
        let limit = self.pipeline.limits.text_per_segment;
        if self.may_grow() && self.text_room < limit {
            self.text_room = (2 * self.text.len()).clamp(1, limit);
            return true;
        }
        false
    }

    /// Has it no room for details that are no failure's?
    #[inline]
    pub(super) fn details_are_full(&mut self) -> bool {
        self.attrs.len() + self.events.len() >= self.detail_room && !self.make_detail_room()
    }

    /// Is there room for more attributes and events?
    #[cold]
    fn make_detail_room(&mut self) -> bool {
        if self.may_grow() {
            self.detail_room = 2 * (self.attrs.len() + self.events.len());
            return true;
        }
        self.telling_failure
    }

    /// Is there room for an array of so many bytes?
    pub(super) fn has_room_for(&mut self, array: usize) -> bool {
        if array < LARGE_ARRAY {
            return true;
        }
        let grows = self.may_grow();
        if grows {
            self.pipeline.room.take(array);
            self.charged += array;
        }
        grows
    }

    /// Asks whether it may hold twice of what it holds, and takes room for as much as it may.
    fn may_grow(&mut self) -> bool {
        let most = if self.context.is_sampled() {
            Level::Least
        } else {
            Level::Little
        };
        let grows = self.pipeline.room.level() < most as u8;
        self.squeezed |= !grows;
        let bytes = self.bytes() * if grows { 2 } else { 1 };
        if let Some(more @ 1..) = bytes.checked_sub(self.charged) {
            self.pipeline.room.take(more);
            self.charged = bytes;
        }
        grows
    }

    /// Gives back the room that it has taken.
    pub(crate) fn release(&mut self) {
        if self.charged > 0 {
            self.pipeline.room.give_back(self.charged);
            self.charged = 0;
        }
    }

    /// Gives up a span beyond the room of the strand, which has ended well: it was there in case it failed.
    #[cold]
    pub(super) fn give_back(&mut self, place: usize) {
        if place + 1 != self.records.len() || self.records[place].failed {
            return;
        }
        let Some((attrs, events, links)) = self.details_at_end(place) else {
            return;
        };
        self.pipeline
            .measure_given_up(self, place, &self.attrs[attrs..]);
        // Its number is not used again: its id may be known elsewhere.
        self.renumber();
        for attr in self.attrs.drain(attrs..).rev() {
            match attr.value() {
                Stored::Str(text) if (text.start + text.len) as usize == self.text.len() => {
                    self.text.truncate(text.start as usize);
                }
                Stored::Array(array) if array as usize + 1 == self.arrays.len() => {
                    self.arrays.pop();
                }
                _ => {}
            }
        }
        self.events.truncate(events);
        self.links.truncate(links);
        self.forget_given(place, events);
        self.dropped.remove(&(place as u32));
        self.records.pop();
        self.numbers.pop();
        self.overflow = self.overflow.saturating_add(1);
    }

    /// Where the details of the span at `place` begin: attributes, events, links, if all that comes after is the span's and
    /// nothing before is. Somebody who told another span something meanwhile has its details among them.
    fn details_at_end(&self, place: usize) -> Option<(usize, usize, usize)> {
        let mine = |owner: u32| owner as usize == place;
        let record = self.records.get(place)?;
        let events = self.events.len().checked_sub(record.events.into())?;
        let links = self.links.len().checked_sub(record.links.into())?;
        let (its_events, its_links) = (&self.events[events..], &self.links[links..]);
        let number = usize::from(record.attrs)
            + its_events
                .iter()
                .map(|event| usize::from(event.attrs))
                .sum::<usize>()
            + its_links
                .iter()
                .map(|link| usize::from(link.attrs))
                .sum::<usize>();
        let attrs = self.attrs.len().checked_sub(number)?;
        let its_own = its_events.iter().all(|event| mine(event.owner))
            && its_links.iter().all(|link| mine(link.owner))
            && self.attrs[attrs..]
                .iter()
                .all(|attr| match Owner::of(attr.owner) {
                    Owner::Span(span) => mine(span),
                    Owner::Event(event) => event as usize >= events,
                    Owner::Link(link) => link as usize >= links,
                });
        its_own.then_some((attrs, events, links))
    }
}

/// A strand that nobody recycles, such as one that shutdown left to a task that is never woken, holds no room either.
impl Drop for Strand {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_left_until_all_of_it_is_taken() {
        let room = Room::new(1000, 10);
        assert_eq!((room.level(), room.is_left()), (0, true));
        room.take(500);
        assert_eq!((room.level(), room.is_left()), (1, true));
        room.take(499);
        assert_eq!((room.level(), room.is_left()), (2, true));
        room.take(1);
        assert!(!room.is_left());
        room.give_back(1000);
        room.segments(10);
        assert!(!room.is_left());
        room.segments(9);
        assert_eq!((room.level(), room.is_left()), (2, true));
    }

    #[cfg(feature = "testing")]
    #[test]
    fn a_strand_that_is_dropped_gives_back_its_room() {
        let config = crate::Config::default().no_exporter();
        let pipeline = crate::bootstrap::start(config).expect("it starts");
        let mut strand = Strand::new(pipeline.clone());
        assert!(strand.may_grow());
        assert!(pipeline.room.bytes.load(Ordering::Relaxed) > 0);
        drop(strand);
        assert_eq!(pipeline.room.bytes.load(Ordering::Relaxed), 0);
        pipeline.shutdown(std::time::Duration::from_secs(5));
    }

    #[cfg(feature = "testing")]
    #[test]
    fn what_waits_in_a_segment_takes_room_until_it_is_decided() {
        use super::super::carry::carry;
        use super::super::entered::enter;
        use super::super::site::{Site, SpanKind};
        static SITE: Site = Site::new("span", SpanKind::Internal, "");
        let config = crate::Config::default().no_exporter();
        let pipeline = crate::bootstrap::start(config).expect("it starts");
        let taken = || pipeline.room.bytes.load(Ordering::Relaxed);
        let scoped = super::super::scoped::Scoped::enter(pipeline.clone());
        let root = enter(&SITE, &[]);
        for _ in 0..1000 {
            carry(|| drop(enter(&SITE, &[])))();
        }
        // Each of a thousand records, and buffers that have room for twice as many at most.
        let least = 1000 * size_of::<super::super::stored::Record>() / 2;
        assert!((least..8 * least).contains(&taken()), "{}", taken());
        drop(root);
        assert_eq!(taken(), 0);
        drop(scoped);
        assert!(pipeline.stats().balances(), "{}", pipeline.stats());
        pipeline.shutdown(std::time::Duration::from_secs(5));
    }
}
