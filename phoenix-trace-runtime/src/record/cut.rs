//! Cutting: a segment that stays open is decided piece by piece. What has ended goes, in a strand of its own; what is open
//! stays, under the same numbers, so that nobody who knows one notices.

use std::sync::Arc;

use super::carry::with_active;
use super::clock::{self, Ticks};
use super::details::Owner;
use super::segment::{self, Segment};
use super::stored::{EVENT, LINK, NONE, Record, Stored, StoredAttr, Text};
use super::strand::{Role, Strand};
use super::thread;
use crate::pipeline::Pipeline;

/// The strand that runs has been open for long enough: what has ended is decided.
#[cold]
pub(super) fn cut_running(strand: &mut Strand, now: Ticks) {
    strand.cut_at = now.saturating_add(strand.pipeline.cut);
    let ended = strand.split();
    match (&strand.segment, ended) {
        (Some(segment), ended) => {
            if let Some(ended) = ended {
                segment.take_in(ended);
            }
            segment.decide_so_far(now);
        }
        (None, Some(ended)) => segment::decide_alone(ended),
        (None, None) => {}
    }
}

/// A span has ended of a strand whose pipeline waits for it: what has ended is decided. If that is all of it, its owner sees to that
/// at once.
#[cold]
pub(super) fn hand_over(strand: &mut Strand, now: Ticks) {
    if strand.open() > 0 {
        cut_running(strand, now);
    }
}

/// At shutdown: what runs on this thread, and all that it hides, which goes no further meanwhile, ends as cancelled, and is decided.
/// Its owners find an empty strand.
pub(crate) fn close_running(pipeline: &Pipeline) {
    let now = clock::now();
    let mut segments = Vec::new();
    with_active(|strand| {
        let mut running = Some(strand);
        while let Some(strand) = running {
            strand.close(pipeline, now, &mut segments);
            running = strand.hidden.as_deref_mut();
        }
    });
    // Each on all of it that was found.
    for segment in segments {
        segment.decide_at_shutdown(now);
    }
}

impl Strand {
    /// Closes it, if it reports to that pipeline.
    fn close(&mut self, pipeline: &Pipeline, now: Ticks, segments: &mut Vec<Arc<Segment>>) {
        if std::ptr::eq(Arc::as_ptr(&self.pipeline), pipeline) && !self.records.is_empty() {
            self.read_own_mail();
            self.cancel_open(now);
            let ended = self.split();
            match (&self.segment, ended) {
                (Some(segment), Some(ended)) => {
                    segment.take_in(ended);
                    segments.push(segment.clone());
                }
                (None, Some(ended)) => segment::decide_alone(ended),
                (_, None) => {}
            }
        }
    }

    /// Takes out what has ended. `None`: nothing has.
    pub(super) fn split(&mut self) -> Option<Box<Self>> {
        // What was said of a span while it was open goes with it.
        self.read_own_mail();
        if self.records.iter().all(|record| record.end == 0) {
            return None;
        }
        let mut ended = thread::take_strand(&self.pipeline);
        let mut open = thread::take_strand(&self.pipeline);
        self.copy_spans(&mut ended, |record| record.end != 0);
        self.copy_spans(&mut open, |record| record.end == 0);
        ended.seed = self.seed;
        ended.id_seed = self.id_seed;
        ended.role = Role::Branch;
        ended.context = self.context.clone();
        ended.failed = self.failed;
        ended.failures = self.failures.clone();
        ended.kept_for = ended.push_text(self.text(self.kept_for));
        ended.kept_by = self.kept_by;
        ended.across = self.across;
        (self.across.callee, self.across.cut) = (false, false);
        self.tally.pass_to(&ended.tally);
        ended.overflow = std::mem::take(&mut self.overflow);
        ended.unrecorded = std::mem::take(&mut self.unrecorded);
        ended.squeezed = self.squeezed;
        if self.role == Role::Root && !self.is_open(0) {
            self.measure_root();
            ended.slow = std::mem::take(&mut self.slow);
            ended.role = std::mem::replace(&mut self.role, Role::Branch);
            if let Some(segment) = &self.segment {
                segment.root_has_ended(ended.slow);
            }
        }
        ended.logs = std::mem::take(&mut self.logs);

        self.renumber();
        std::mem::swap(&mut self.records, &mut open.records);
        std::mem::swap(&mut self.numbers, &mut open.numbers);
        std::mem::swap(&mut self.attrs, &mut open.attrs);
        std::mem::swap(&mut self.events, &mut open.events);
        std::mem::swap(&mut self.links, &mut open.links);
        std::mem::swap(&mut self.given, &mut open.given);
        std::mem::swap(&mut self.dropped, &mut open.dropped);
        std::mem::swap(&mut self.arrays, &mut open.arrays);
        std::mem::swap(&mut self.text, &mut open.text);
        self.failures.clear();
        self.kept_for = Text::default();
        self.kept_by = NONE;
        if self.failed && !self.records.iter().any(|record| record.failed) {
            self.failed = false;
            if let Some(segment) = &self.segment {
                segment.count_failing(false);
            }
        }
        self.cuts = self.cuts.wrapping_add(1);
        self.release();
        self.take_first_room();
        // What is open has its room already.
        let limit = self.pipeline.limits.spans_per_segment;
        self.room = self.room.max(self.records.len()).min(limit);
        thread::recycle(open);
        Some(ended)
    }

    /// From here on numbers are no longer places.
    pub(super) fn renumber(&mut self) {
        if !self.renumbered {
            self.next = u32::try_from(self.records.len()).unwrap_or(NONE);
            self.numbers.clear();
            self.numbers.extend(0..self.next);
            self.renumbered = true;
            self.plain = 0;
        }
    }

    /// The number of a record that has just been added.
    #[cold]
    pub(super) fn next_number(&mut self) -> u32 {
        let number = self.next;
        self.next = number.saturating_add(1);
        self.numbers.push(number);
        number
    }

    /// Copies the spans that are `chosen`, with all their details.
    fn copy_spans(&self, into: &mut Self, chosen: impl Fn(&Record) -> bool) {
        into.renumbered = true;
        let mut places = vec![NONE; self.records.len()];
        for (place, record) in self.records.iter().enumerate() {
            if !chosen(record) {
                continue;
            }
            let there = place_of_next(&into.records);
            places[place] = there;
            let mut copy = *record;
            for text in [&mut copy.name, &mut copy.message, &mut copy.exception] {
                *text = into.copy_text(self.text(*text));
            }
            into.records.push(copy);
            into.numbers.push(self.number_at(place));
            self.copy_given(into, place as u32, there);
            if let Some(dropped) = self.dropped.get(&(place as u32)) {
                into.dropped.insert(there, *dropped);
            }
        }
        let mut events = vec![NONE; self.events.len()];
        for ((event, new), place) in self.events.iter().zip(&mut events).zip(0..) {
            let owner = places[event.owner as usize];
            if owner != NONE {
                *new = place_of_next(&into.events) | EVENT;
                self.copy_given(into, place | EVENT, *new);
                let own_name = into.copy_text(self.text(event.own_name));
                into.events.push(super::stored::StoredEvent {
                    owner,
                    own_name,
                    ..*event
                });
            }
        }
        let mut links = vec![NONE; self.links.len()];
        for (link, new) in self.links.iter().zip(&mut links) {
            let owner = places[link.owner as usize];
            if owner != NONE {
                *new = place_of_next(&into.links) | LINK;
                let state = into.copy_text(self.text(link.state));
                into.links.push(super::details::StoredLink {
                    owner,
                    state,
                    ..*link
                });
            }
        }
        for attr in &self.attrs {
            let owner = match Owner::of(attr.owner) {
                Owner::Span(place) => places[place as usize],
                Owner::Event(event) => events[event as usize],
                Owner::Link(link) => links[link as usize],
            };
            if owner == NONE {
                continue;
            }
            let value = match attr.value() {
                Stored::Str(text) => Stored::Str(into.copy_text(self.text(text))),
                Stored::Array(array) => {
                    let there = place_of_next(&into.arrays);
                    into.arrays.extend(self.arrays.get(array as usize).cloned());
                    Stored::Array(there)
                }
                value => value,
            };
            into.attrs.push(StoredAttr::new(owner, attr.key, value));
        }
    }

    /// Beside the limits, which the text has passed already.
    fn copy_text(&mut self, text: &str) -> Text {
        let start = self.text.len();
        self.text.push_str(text);
        Text {
            start: start as u32,
            len: text.len() as u32,
        }
    }
}

fn place_of_next<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(NONE)
}
