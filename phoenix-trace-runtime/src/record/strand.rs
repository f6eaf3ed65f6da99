//! A strand: what one line of execution (a task, a thread) records of one segment, in plain buffers that it owns.
//! Starting a span pushes a record, ending it stores a reading of the clock; nothing here locks or, once warm, allocates.

use std::collections::HashMap;
use std::sync::Arc;

use super::across::Across;
use super::attached::Attached;
use super::attributes::array_bytes;
use super::clock::Ticks;
use super::context::Context;
use super::details::{Dropped, StoredLink};
use super::given::Given;
use super::part::Part;
use super::refused::Refused;
use super::segment::{Kept, Segment};
use super::site::Site;
use super::stored::{EVENT, LINK, NONE, Record, StoredAttr, StoredEvent, Text};
use super::tally::Tally;
use super::{ids, thread};
use crate::logs::Held;
use crate::pipeline::Pipeline;
use crate::sampling::Root;

#[derive(Debug)]
pub(crate) struct Strand {
    /// Names this use of the strand.
    pub(crate) seed: u64,
    /// What its span ids derive from: the same, unless a test wants those that it has in each run.
    pub(crate) id_seed: u64,
    pub(crate) context: Context,
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) role: Role,
    /// Is the first span of this branch the one that its owner runs? That of a local root always is.
    pub(super) owned: bool,
    /// The strand that ran where its first span started, until that span's owner takes it.
    pub(super) hidden: Option<Box<Strand>>,
    /// Is it that of a span without an owner who runs it? Then it is complete when all of its spans have ended, and whoever
    /// records below that span may run it for a while.
    pub(super) free: bool,
    /// The contexts of OpenTelemetry that were attached by hand, because of which one of its spans runs, or what starts on it.
    pub(crate) attached: Attached,
    /// What OpenTelemetry's context is set to while it runs, and the id of the span there; zero: none.
    pub(crate) otel: Option<opentelemetry::Context>,
    pub(crate) otel_span: u64,
    /// Is a context of its own attached for each of its spans while that runs, or is something left to the end of one that runs over
    /// a context that was attached by hand?
    pub(crate) follows: bool,
    /// Nothing is recorded while it runs.
    pub(crate) suppressed: bool,
    /// It is the scope of a request whose span there was no room for.
    pub(super) refused: Option<Box<Refused>>,
    pub(crate) records: Vec<Record>,
    /// Are the numbers of spans no longer the places of their records? Then they stand here, in ascending order.
    pub(super) renumbered: bool,
    pub(super) numbers: Vec<u32>,
    /// The number of the next span then.
    pub(super) next: u32,
    /// How often it was cut.
    pub(super) cuts: u32,
    pub(crate) attrs: Vec<StoredAttr>,
    pub(crate) events: Vec<StoredEvent>,
    pub(crate) links: Vec<StoredLink>,
    /// Times that were given by hand, for spans and events.
    pub(super) given: Vec<Given>,
    /// What spans were given and had no room for.
    pub(super) dropped: HashMap<u32, Dropped>,
    pub(crate) arrays: Vec<opentelemetry::Array>,
    pub(super) text: String,
    /// Spans that failed, in the order in which they did.
    pub(super) failures: Vec<u32>,
    /// What keeps the segment although no span failed: a code, or that work was cancelled.
    pub(super) kept_for: Text,
    /// The innermost span that is running, or [`NONE`].
    pub(crate) current: u32,
    /// A span failed in a way that keeps the segment.
    pub(crate) failed: bool,
    /// It is a local root's, which took longer than its bound.
    pub(crate) slow: bool,
    /// What is known of its segment across services.
    pub(crate) across: Across,
    /// How often the correlation id of the request had been set by its tasks when it was taken over last, and how many scopes lend
    /// the strand another one.
    pub(super) corrected: u32,
    pub(crate) lent: u32,
    /// A failure is being told, for which there is room where there is none for others.
    pub(super) telling_failure: bool,
    /// Its owner is done with it; it waits for spans that run elsewhere.
    pub(crate) orphaned: bool,
    /// Spans that the segment had no room for.
    pub(crate) overflow: u32,
    /// Of these, those that it had no room for even while they were open: nothing is known of them.
    pub(crate) unrecorded: u32,
    /// Was something given up for want of room in the pipeline?
    pub(crate) squeezed: bool,
    /// Spans that have ended, and those that the segment had no room for, until they are decided.
    pub(super) tally: Arc<Tally>,
    /// How many records it holds before it asks whether there is room for more.
    pub(super) room: usize,
    /// Below it numbers are places, and there is room: what spans pass quickly.
    pub(super) plain: usize,
    /// The same for its text, in bytes, and for its attributes and events together.
    pub(super) text_room: usize,
    pub(super) detail_room: usize,
    /// What it holds of the pipeline's room for all that is undecided, in bytes.
    pub(super) charged: usize,
    /// When what has ended is decided although the segment is open.
    pub(super) cut_at: Ticks,
    /// What it shares with the other strands of its segment, unless it is alone.
    pub(crate) segment: Option<Arc<Segment>>,
    /// Does a task go on with it that another one has left?
    pub(super) went_on: bool,
    /// How many branches its segment has counted that it has not made yet.
    pub(super) branches: u32,
    /// What others need to reach this strand; made when it is first suspended or carried elsewhere.
    pub(crate) part: Option<Arc<Part>>,
    /// A part without other owners, kept for the next use.
    pub(crate) spare: Option<Arc<Part>>,
    /// The segment of its last use, for the next one.
    pub(crate) spare_segment: Option<Arc<Segment>>,
    /// Set when the segment was decided to be kept.
    pub(crate) kept: Option<Kept>,
    /// What was logged and waits for the decision.
    pub(crate) logs: Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Holds the context of a request and no spans: a root that starts on it gets a strand of its own.
    Scope,
    /// Its first span is the local root.
    Root,
    /// Belongs to a segment whose root is elsewhere.
    Branch,
}

impl Strand {
    pub(crate) fn new(pipeline: Arc<Pipeline>) -> Box<Self> {
        Box::new(Self {
            seed: 0,
            id_seed: 0,
            context: Context::default(),
            tally: pipeline.tallies.make(),
            pipeline,
            role: Role::Scope,
            owned: false,
            hidden: None,
            free: false,
            attached: Attached::default(),
            otel: None,
            otel_span: 0,
            follows: false,
            suppressed: false,
            refused: None,
            records: Vec::new(),
            renumbered: false,
            numbers: Vec::new(),
            next: 0,
            cuts: 0,
            attrs: Vec::new(),
            events: Vec::new(),
            links: Vec::new(),
            given: Vec::new(),
            dropped: HashMap::new(),
            arrays: Vec::new(),
            text: String::new(),
            failures: Vec::new(),
            kept_for: Text::default(),
            current: NONE,
            failed: false,
            slow: false,
            across: Across::default(),
            corrected: 0,
            lent: 0,
            telling_failure: false,
            orphaned: false,
            overflow: 0,
            unrecorded: 0,
            squeezed: false,
            room: 0,
            plain: 0,
            text_room: 0,
            detail_room: 0,
            charged: 0,
            cut_at: Ticks::MAX,
            segment: None,
            went_on: false,
            branches: 0,
            part: None,
            spare: None,
            spare_segment: None,
            kept: None,
            logs: Held::default(),
        })
    }

    /// Forgets everything but the buffers. Buffers that one large segment blew up are given back.
    pub(crate) fn clear(&mut self) {
        const KEEP_RECORDS: usize = 128;
        // Only who asked for room, or had a failure to tell, can have large ones.
        let large = self.charged > 0 || self.failed;
        self.release();
        self.records.clear();
        if self.renumbered {
            self.renumbered = false;
            self.numbers = Vec::new();
        }
        self.attrs.clear();
        self.events.clear();
        self.clear_details();
        self.arrays.clear();
        self.text.clear();
        self.failures.clear();
        if large {
            self.records.shrink_to(KEEP_RECORDS);
            self.attrs.shrink_to(4 * KEEP_RECORDS);
            self.events.shrink_to(KEEP_RECORDS);
            self.arrays.shrink_to(KEEP_RECORDS);
            self.text.shrink_to(64 * KEEP_RECORDS);
        }
        // What may hold something first: the rest is written in few pieces then.
        self.otel = None;
        self.refused = None;
        self.segment = None;
        self.part = None;
        self.logs.discard();
        self.context.clear();
        self.kept = None;
        self.kept_for = Text::default();
        self.across = Across::default();
        self.seed = 0;
        self.otel_span = 0;
        self.cut_at = Ticks::MAX;
        self.current = NONE;
        self.tally.set(0);
        self.corrected = 0;
        self.lent = 0;
        self.overflow = 0;
        self.unrecorded = 0;
        self.branches = 0;
        self.went_on = false;
        self.role = Role::Scope;
        self.owned = false;
        self.free = false;
        self.suppressed = false;
        self.failed = false;
        self.slow = false;
        self.orphaned = false;
        self.squeezed = false;
    }

    /// What another exporter needs of a strand that was decided to be kept.
    pub(crate) fn copy(&self) -> Box<Self> {
        let mut copy = thread::take_strand(&self.pipeline);
        copy.seed = self.seed;
        copy.id_seed = self.id_seed;
        copy.context.clone_from(&self.context);
        copy.role = self.role;
        copy.records.clone_from(&self.records);
        copy.renumbered = self.renumbered;
        copy.numbers.clone_from(&self.numbers);
        copy.attrs.clone_from(&self.attrs);
        copy.events.clone_from(&self.events);
        copy.links.clone_from(&self.links);
        copy.given.clone_from(&self.given);
        copy.dropped.clone_from(&self.dropped);
        copy.arrays.clone_from(&self.arrays);
        copy.text.clone_from(&self.text);
        copy.failed = self.failed;
        copy.kept = self.kept;
        copy
    }

    /// From here on it reports to `pipeline`, as one that is new.
    #[cold]
    pub(super) fn report_to(&mut self, pipeline: &Arc<Pipeline>) {
        self.tally = pipeline.tallies.make();
        self.pipeline.clone_from(pipeline);
    }

    /// Spans that have not ended.
    #[inline]
    pub(crate) fn open(&self) -> usize {
        let all = self.records.len() + self.overflow as usize;
        all.saturating_sub(self.tally.get() as usize)
    }

    /// From here on all that has ended is counted elsewhere.
    #[inline]
    pub(crate) fn is_decided(&self) {
        self.tally.set(0);
    }

    /// Does its owner run its first span?
    pub(super) fn has_owners_span(&self) -> bool {
        self.owned || self.role == Role::Root
    }

    /// Its spans have ids that are the same in each run, where its pipeline has such.
    #[inline]
    pub(super) fn draw_ids(&mut self) {
        if let Some(seed) = self.pipeline.by_hand.span_seed() {
            self.id_seed = seed;
        }
    }

    /// Has its pipeline given it ids?
    #[inline]
    pub(super) fn has_drawn_ids(&self) -> bool {
        self.id_seed != self.seed
    }

    /// Counts a strand that is made of it in its segment.
    #[inline]
    pub(super) fn count_branch(&mut self) {
        /// How many are counted at once, where that is known to all threads.
        const BRANCHES: u32 = 32;
        if self.branches == 0
            && let Some(segment) = &self.segment
        {
            segment.make_branches(BRANCHES);
            self.branches = BRANCHES;
        }
        self.branches = self.branches.saturating_sub(1);
    }

    pub(crate) fn id_of(&self, number: u32) -> u64 {
        if number == NONE {
            self.context.parent
        } else {
            ids::span_id(self.id_seed, number)
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
            super::cut::cut_running(self, now);
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
                super::cut::hand_over(self, now);
            }
        }
    }

    #[cold]
    fn end_slowly(&mut self, number: u32, now: Ticks) {
        let place = self.place(number);
        if let Some(record) = self.records.get_mut(place)
            && record.end == 0
        {
            record.end = now.max(record.start).max(1);
            self.tally.add_one();
            if place >= self.room {
                self.give_back(place);
            }
            if self.tally.is_wanted() {
                super::cut::hand_over(self, now);
            }
        }
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

    /// What tells its first failure from others: the span called by the name of the local root, where it is here, and the type
    /// of its error, or what else keeps it.
    pub(super) fn first_failure(&self) -> Option<(String, String)> {
        let Some(number) = self.failures.first().copied() else {
            let operation = self.records.first().filter(|_| !self.kept_for.is_empty())?;
            let kept_for = self.text(self.kept_for);
            return Some((self.name_of(operation).to_owned(), kept_for.to_owned()));
        };
        let failed = self.record(number)?;
        let operation = match self.role {
            Role::Root => self.record(0).unwrap_or(failed),
            _ => failed,
        };
        let owner = self.owner(number);
        let error_type = self.attrs.iter().rev().find(|attr| {
            attr.owner == owner && attr.key.name == super::failure::keys::ERROR_TYPE.name
        });
        let error_type = match error_type.map(StoredAttr::value) {
            Some(super::stored::Stored::Str(text)) => self.text(text),
            _ => "",
        };
        Some((self.name_of(operation).to_owned(), error_type.to_owned()))
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

    /// What it holds in memory.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.records.capacity() * size_of::<Record>()
            + self.attrs.capacity() * size_of::<StoredAttr>()
            + self.events.capacity() * size_of::<StoredEvent>()
            + self.links.capacity() * size_of::<StoredLink>()
            + self.given.capacity() * size_of::<Given>()
            + self.text.capacity()
            + self.arrays.iter().map(array_bytes).sum::<usize>()
    }

    /// Gives back buffers that are much larger than what they hold: it will wait, and others may need them.
    pub(crate) fn fit(&mut self) {
        const SPARE: usize = 16;
        if self.records.capacity() > 4 * self.records.len() + SPARE {
            self.records.shrink_to_fit();
            self.attrs.shrink_to_fit();
            self.events.shrink_to_fit();
            self.links.shrink_to_fit();
            self.text.shrink_to_fit();
        }
    }
}
