//! A strand: what one line of execution (a task, a thread) records of one segment, in plain buffers that it owns.

use std::collections::HashMap;
use std::sync::Arc;

use super::across::Across;
use super::attributes::array_bytes;
use super::clock::Ticks;
use super::context::Context;
use super::details::{Dropped, StoredLink};
use super::given::Given;
use super::levels::Attached;
use super::merge::Merged;
use super::part::Part;
use super::refused::Refused;
use super::segment::{Kept, Segment};
use super::stored::{NONE, Record, StoredAttr, StoredEvent, Text};
use super::tally::Tally;
use super::thread;
use crate::logs::Held;
use crate::pipeline::Pipeline;

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
    /// What ran on the thread before and runs there again after it, while it runs.
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
    /// Those of its records that were recorded on other strands.
    pub(super) merged: Vec<Merged>,
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
    /// The first span that failed in a way that keeps it, or [`NONE`].
    pub(super) kept_by: u32,
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

/// What its buffers keep room for when it is empty: so many spans, four attributes and 64 bytes of text for each.
pub(super) const KEEP_RECORDS: usize = 128;

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
            merged: Vec::new(),
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
            kept_by: NONE,
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
        // Only who asked for room, or had a failure to tell, can have large ones.
        let large = self.charged > 0 || self.failed;
        self.release();
        self.records.clear();
        if self.renumbered {
            self.renumbered = false;
            self.numbers = Vec::new();
        }
        self.merged.clear();
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
        self.kept_by = NONE;
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
        copy.merged.clone_from(&self.merged);
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

    /// Runs in place of another one, or of none.
    #[inline]
    pub(super) fn hide(&mut self, ran: Option<Box<Self>>) {
        debug_assert!(self.hidden.is_none());
        // Nothing is there to drop.
        std::mem::forget(std::mem::replace(&mut self.hidden, ran));
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
