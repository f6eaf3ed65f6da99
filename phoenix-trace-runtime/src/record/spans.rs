//! The spans of a strand: started and ended, found by their numbers, named.
//! Starting one pushes a record, ending it stores a reading of the clock; nothing here locks or, once warm, allocates.

use super::clock::Ticks;
use super::context::Context;
use super::details::Dropped;
use super::site::Site;
use super::stored::{EVENT, LINK, NONE, Record, StoredEvent, Text};
use super::strand::Strand;
use super::{cut, ids};
use crate::pipeline::Pipeline;
use crate::sampling::Root;

impl Strand {
    pub(crate) fn id_of(&self, number: u32) -> u64 {
        if number == NONE {
            self.context.parent
        } else if self.merged.is_empty() {
            ids::span_id(self.id_seed, number)
        } else {
            self.id_of_merged(number)
        }
    }

    /// Where the record of the running span is; its number is [`NONE`] when it is out of reach.
    pub(super) fn place_of_current(&self) -> (u64, u32) {
        match self.context.place {
            Some(place) if self.current == NONE => place,
            _ => (self.seed, self.current),
        }
    }

    /// Starts a span below `parent`. [`NONE`]: the segment has no room for it, and counts it.
    #[inline]
    pub(crate) fn start(&mut self, site: &'static Site, parent: u32, now: Ticks) -> u32 {
        let place = self.records.len();
        if place < self.plain && now < self.cut_at {
            self.push_record(site, parent, now);
            place as u32
        } else {
            self.start_slowly(site, parent, now)
        }
    }

    #[cold]
    fn start_slowly(&mut self, site: &'static Site, parent: u32, now: Ticks) -> u32 {
        if now >= self.cut_at {
            cut::cut_running(self, now);
        }
        let place = self.records.len();
        if place >= self.room && !self.make_room(place) {
            self.overflow = self.overflow.saturating_add(1);
            self.tally.add_one();
            self.unrecorded = self.unrecorded.saturating_add(1);
            return NONE;
        }
        self.push_record(site, parent, now);
        if self.renumbered {
            self.next_number()
        } else {
            place as u32
        }
    }

    #[inline]
    fn push_record(&mut self, site: &'static Site, parent: u32, now: Ticks) {
        self.records.push(Record {
            site,
            parent,
            attrs: 0,
            events: 0,
            links: 0,
            failed: false,
            ok: false,
            start: now,
            end: 0,
            name: Text::default(),
            message: Text::default(),
            exception: Text::default(),
        });
    }

    #[inline]
    pub(crate) fn end(&mut self, number: u32, now: Ticks) {
        if number as usize >= self.plain {
            self.end_slowly(number, now);
        } else if let Some(record) = self.records.get_mut(number as usize)
            && record.end == 0
        {
            record.end = now.max(record.start).max(1);
            self.tally.add_one();
            if self.tally.is_wanted() {
                cut::hand_over(self, now);
            }
        }
    }

    #[cold]
    fn end_slowly(&mut self, number: u32, now: Ticks) {
        if self.records.len() > self.room {
            // It may be given up, unless somebody has said that it failed.
            self.read_own_mail();
        }
        if self.end_record(number, now) && self.tally.is_wanted() {
            cut::hand_over(self, now);
        }
    }

    /// Ends the span, and does not look whether its strand is wanted. Was it open?
    #[cold]
    pub(super) fn end_record(&mut self, number: u32, now: Ticks) -> bool {
        let place = self.place(number);
        let Some(record) = self.records.get_mut(place).filter(|it| it.end == 0) else {
            return false;
        };
        record.end = now.max(record.start).max(1);
        self.tally.add_one();
        if place >= self.room {
            self.give_back(place);
        }
        true
    }

    /// Where the record of span `number` is: nowhere, when it has gone with what was cut off.
    #[inline]
    pub(crate) fn place(&self, number: u32) -> usize {
        if self.renumbered {
            self.numbers.binary_search(&number).unwrap_or(usize::MAX)
        } else {
            number as usize
        }
    }

    /// The number of the span whose record is at `place`.
    pub(crate) fn number_at(&self, place: usize) -> u32 {
        if self.renumbered {
            self.numbers.get(place).copied().unwrap_or(NONE)
        } else {
            u32::try_from(place).unwrap_or(NONE)
        }
    }

    /// The id of the span whose record is at `place`.
    pub(crate) fn id_at(&self, place: usize) -> u64 {
        self.id_of(self.number_at(place))
    }

    pub(crate) fn record(&self, number: u32) -> Option<&Record> {
        self.records.get(self.place(number))
    }

    #[inline]
    pub(super) fn record_mut(&mut self, number: u32) -> Option<&mut Record> {
        let place = self.place(number);
        self.records.get_mut(place)
    }

    /// The same as the owner of an attribute: by its place.
    #[inline]
    pub(crate) fn owner(&self, number: u32) -> u32 {
        if number & (EVENT | LINK) != 0 {
            number
        } else {
            u32::try_from(self.place(number)).unwrap_or(NONE)
        }
    }

    /// Is this span still open?
    pub(crate) fn is_open(&self, number: u32) -> bool {
        self.record(number).is_some_and(|record| record.end == 0)
    }

    pub(crate) fn rename(&mut self, number: u32, name: &str) {
        self.rename_parts(number, &[name]);
    }

    /// Gives the span the name that `parts` make one after the other; without any it keeps the one it has.
    pub(crate) fn rename_parts(&mut self, number: u32, parts: &[&str]) {
        if parts.is_empty() {
            return;
        }
        let text = self.push_parts(parts, self.pipeline.limits.name_length);
        if let Some(record) = self.record_mut(number) {
            record.name = text;
        }
    }

    /// Adds an event; its attributes go to the owner that is returned.
    pub(crate) fn event(&mut self, number: u32, name: &'static str, now: Ticks) -> Option<u32> {
        self.event_called(number, name, "", now)
    }

    /// The same with a name that is known only at run time, unless that is empty.
    pub(crate) fn event_called(
        &mut self,
        number: u32,
        name: &'static str,
        own_name: &str,
        now: Ticks,
    ) -> Option<u32> {
        let limit = self.room_for_events();
        let place = self.owner(number);
        let record = self.record_mut(number)?;
        if record.end != 0 {
            return None;
        }
        if record.events >= limit || self.details_are_full() {
            self.give_up(place, Dropped::EVENT);
            return None;
        }
        if let Some(record) = self.record_mut(number) {
            record.events += 1;
        }
        let owner = u32::try_from(self.events.len()).ok()? | EVENT;
        let own_name = match own_name {
            "" => Text::default(),
            name => self.push_parts(&[name], self.pipeline.limits.value_length),
        };
        self.events.push(StoredEvent {
            owner: place,
            name,
            own_name,
            at: now,
            attrs: 0,
            dropped_attrs: 0,
        });
        Some(owner)
    }

    /// What the head decision is made from, and what it sets.
    #[inline]
    pub(super) fn starting(&mut self) -> Option<(&Pipeline, &mut Context, Root<'_>)> {
        let record = self.records.first()?;
        let root = Root::new(record, &self.attrs, &self.text, &self.arrays, &self.links);
        Some((&self.pipeline, &mut self.context, root))
    }

    /// Looks whether the local root took longer than it may.
    #[inline]
    pub(super) fn measure_root(&mut self) {
        if self.context.slow_at != Ticks::MAX && self.context.slow_at != 0 {
            let root = self.record(0);
            self.slow |= root.is_some_and(|root| self.is_slow(root.end));
        }
    }

    /// Is it too late at `at` for the local root to end in time?
    #[inline]
    pub(super) fn is_slow(&self, at: Ticks) -> bool {
        self.pipeline.by_hand.ticks(at) > self.context.slow_at
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        text.of(&self.text)
    }

    pub(crate) fn name_of_event(&self, event: &StoredEvent) -> &str {
        if event.own_name.is_empty() {
            event.name
        } else {
            self.text(event.own_name)
        }
    }

    pub(crate) fn name_of(&self, record: &Record) -> &str {
        if record.has_own_name() {
            self.text(record.name)
        } else {
            record.site.name
        }
    }
}
