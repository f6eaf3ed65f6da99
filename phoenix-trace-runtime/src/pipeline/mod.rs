//! From a decided segment to the receiver: the account, the queue, and the thread that exports.

mod account;
mod beside;
mod bisect;
mod buffers;
mod by_hand;
mod complaints;
mod component;
mod convert;
mod counting;
mod cutting;
mod delivery;
pub(crate) mod destination;
mod ending;
mod export;
mod handover;
mod keeper;
mod lane;
mod measuring;
mod orders;
#[cfg(feature = "otlp")]
mod otlp;
mod pace;
mod queue;
mod sync;
#[cfg(feature = "metrics")]
mod telemetry;
#[cfg(all(test, feature = "testing"))]
mod tests;
#[cfg(all(test, feature = "testing"))]
mod unhindered;
mod waiting;
mod worker;

#[cfg(feature = "metrics")]
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use http::HeaderValue;
use opentelemetry::{Key, KeyValue};
use opentelemetry_sdk::Resource;
use tokio::sync::Notify;

use account::Count;
pub use account::{DropReason, ExporterStats, Stats};
pub(crate) use account::{SHARDS, thread_number};
pub(crate) use beside::{Beside, Start};
#[cfg(all(feature = "logs", feature = "otlp"))]
pub(crate) use bisect::{Bisection, Part};
use buffers::Buffers;
use by_hand::ByHand;
pub(crate) use component::Component;
#[cfg(feature = "testing")]
pub(crate) use convert::spans as spans_of;
use cutting::Cutting;
#[cfg(feature = "otlp")]
pub(crate) use destination::Answer;
pub(crate) use destination::{Destination, Make};
pub(crate) use export::{Console, Processor, Sdk};
pub(crate) use lane::Exporter;
use lane::Lane;
#[cfg(feature = "metrics")]
pub(crate) use orders::Order;
#[cfg(feature = "jaeger-remote")]
pub(crate) use otlp::Get;
#[cfg(feature = "otlp")]
pub(crate) use otlp::{Otlp, Probe, Receiver, tls_config};
#[cfg(feature = "otlp")]
pub(crate) use pace::Pace;
#[cfg(all(feature = "logs", feature = "otlp"))]
pub(crate) use queue::Range;
#[cfg(feature = "metrics")]
pub(crate) use telemetry::LaneNow;
use waiting::Waiting;

use crate::boundary::told_name;
use crate::interop::OtelContext;
#[cfg(feature = "logs")]
use crate::logs::Logs;
#[cfg(feature = "metrics")]
use crate::metrics::Durations;
use crate::propagation::propagators::{DEFAULT, Propagators};
use crate::record::clock::{self, Ticks};
use crate::record::context::Context;
use crate::record::room::Room;
use crate::record::segment::{Kept, Segment, lock};
use crate::record::strand::Strand;
use crate::record::tally::Tallies;
use crate::record::{process, thread};
use crate::sampling::{Control, Root};
use crate::sensitive::Sensitive;

/// What a segment may hold, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    pub(crate) spans_per_segment: usize,
    pub(crate) attributes: u16,
    pub(crate) events: u16,
    pub(crate) links: u16,
    pub(crate) attributes_per_event: u16,
    pub(crate) attributes_per_link: u16,
    pub(crate) name_length: usize,
    pub(crate) value_length: usize,
    pub(crate) text_per_segment: usize,
    /// How long a segment waits for its other spans after its local root has ended.
    pub(crate) grace: Duration,
    /// After which time what has ended of an open segment is decided.
    pub(crate) cut: Duration,
    /// For all segments together, until they are decided.
    pub(crate) open_segments: usize,
    pub(crate) undecided_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            spans_per_segment: 10_000,
            attributes: 128,
            events: 128,
            links: 128,
            attributes_per_event: 128,
            attributes_per_link: 128,
            name_length: 256,
            value_length: 4 * 1024,
            text_per_segment: 4 * 1024 * 1024,
            grace: Duration::from_secs(5),
            cut: Duration::from_secs(60),
            open_segments: 100_000,
            undecided_bytes: 256 * 1024 * 1024,
        }
    }
}

/// When and how the exporting thread sends.
#[derive(Clone, Debug)]
pub(crate) struct Sending {
    pub(crate) queue_spans: usize,
    pub(crate) queue_bytes: usize,
    pub(crate) batch: usize,
    pub(crate) delay: Duration,
    pub(crate) timeout: Duration,
    /// For how long a batch that failed is tried again.
    pub(crate) retry_for: Duration,
    /// The pause after a first failure; each further one doubles it.
    pub(crate) first_pause: Duration,
    pub(crate) longest_pause: Duration,
    /// For how long a receiver may ask to be left alone.
    pub(crate) longest_wait: Duration,
    /// What becomes of the values of sensitive keys.
    pub(crate) sensitive: Sensitive,
}

impl Default for Sending {
    fn default() -> Self {
        Self {
            queue_spans: 65_536,
            queue_bytes: 64 * 1024 * 1024,
            batch: 512,
            delay: Duration::from_secs(5),
            timeout: Duration::from_secs(30),
            retry_for: Duration::from_secs(60),
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(5),
            longest_wait: Duration::from_secs(5 * 60),
            sensitive: Sensitive::default(),
        }
    }
}

/// What a pipeline has beside its exporters of spans.
#[derive(Default)]
pub(crate) struct Others {
    /// What the exporting thread sends besides, at the same time as spans.
    pub(crate) beside: Vec<Start>,
    /// What it sends after them, since it tells what became of them.
    pub(crate) after: Vec<Start>,
    #[cfg(feature = "logs")]
    pub(crate) logs: Option<Arc<Logs>>,
}

/// Everything behind the recorder. A process has one; a test may have its own.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) limits: Limits,
    idle: bool,
    /// What is kept.
    pub(crate) sampling: Arc<Control>,
    /// How context travels to and from what is recorded here.
    pub(crate) propagators: &'static Propagators,
    /// Where OpenTelemetry's context is attached.
    pub(crate) contexts: OtelContext,
    /// The service's name, as it tells it to its callers.
    pub(crate) told_name: Option<HeaderValue>,
    /// The way to the first exporter. Its account is that of the whole pipeline.
    first: Lane,
    /// The ways to the others.
    also: Vec<Lane>,
    /// What else the exporting thread sends: at the same time as spans, and after them.
    beside: Vec<Arc<Beside>>,
    after: Vec<Arc<Beside>>,
    /// Where what is logged here goes.
    #[cfg(feature = "logs")]
    pub(crate) logs: Option<Arc<Logs>>,
    buffers: Mutex<Buffers>,
    /// What has ended and is not decided, by strands.
    pub(crate) tallies: Tallies,
    waiting: Waiting,
    pub(crate) cutting: Cutting,
    /// The period after which an open segment is cut, in ticks of the recorder's clock.
    pub(crate) cut: Ticks,
    /// What may be undecided.
    pub(crate) room: Room,
    /// Somebody waits for the open segments to be decided.
    ending: AtomicBool,
    decided: Notify,
    /// Ids and times that a test has in its hands.
    pub(crate) by_hand: ByHand,
    /// How long its spans take, while metrics are exported.
    #[cfg(feature = "metrics")]
    durations: OnceLock<Arc<Durations>>,
    /// Counts it among the pipelines that run, until it is shut down.
    running: Mutex<Option<process::Counted>>,
}

impl Pipeline {
    /// Starts the pipeline and its thread. The exporters are made on that thread, within its reactor; there is at least
    /// one.
    pub(crate) fn start(
        limits: Limits,
        sampling: Arc<Control>,
        propagators: &'static Propagators,
        contexts: OtelContext,
        resource: Resource,
        exporters: Vec<Exporter>,
        others: Others,
    ) -> std::io::Result<Arc<Self>> {
        let lane = |exporter: &Exporter| {
            let component = exporter.component.clone();
            Lane::new(exporter.name.clone(), component, &exporter.sending)
        };
        let mut lanes: Vec<Lane> = exporters.iter().map(lane).collect();
        let also = lanes.split_off(1.min(lanes.len()));
        let first = lanes.pop().unwrap_or_else(Lane::nowhere);
        let running = Some(process::Counted::new());
        let mut pipeline = Self::new(limits, false, sampling, first, also, running);
        pipeline.propagators = propagators;
        pipeline.contexts = contexts;
        let name = resource.get(&Key::from_static_str("service.name"));
        pipeline.told_name = name.and_then(|name| told_name(&name.as_str()));
        pipeline.beside = others.beside.iter().map(|_| Arc::default()).collect();
        pipeline.after = others.after.iter().map(|_| Arc::default()).collect();
        #[cfg(feature = "logs")]
        {
            pipeline.logs = others.logs;
        }
        let pipeline = Arc::new(pipeline);
        let exporters = exporters
            .into_iter()
            .map(|exporter| keeper::Export {
                sending: exporter.sending,
                make: exporter.make,
                may_block: exporter.may_block,
            })
            .collect();
        let beside = others.beside.into_iter().chain(others.after).collect();
        keeper::start(pipeline.clone(), resource, exporters, beside)?;
        Ok(pipeline)
    }

    fn new(
        limits: Limits,
        idle: bool,
        sampling: Arc<Control>,
        first: Lane,
        also: Vec<Lane>,
        running: Option<process::Counted>,
    ) -> Self {
        Self {
            cutting: Cutting::default(),
            cut: clock::ticks(limits.cut),
            room: Room::new(limits.undecided_bytes, limits.open_segments),
            limits,
            idle,
            sampling,
            propagators: &DEFAULT,
            contexts: OtelContext::default(),
            told_name: None,
            first,
            also,
            beside: Vec::new(),
            after: Vec::new(),
            #[cfg(feature = "logs")]
            logs: None,
            buffers: Mutex::default(),
            tallies: Tallies::default(),
            waiting: Waiting::default(),
            ending: AtomicBool::new(false),
            decided: Notify::new(),
            by_hand: ByHand::default(),
            #[cfg(feature = "metrics")]
            durations: OnceLock::new(),
            running: Mutex::new(running),
        }
    }

    /// Stands behind scopes while nothing is recorded. No span is ever started on it.
    pub(crate) fn idle() -> &'static Arc<Self> {
        static IDLE: LazyLock<Arc<Pipeline>> = LazyLock::new(|| {
            let (limits, sampling) = (Limits::default(), Arc::new(Control::off()));
            let first = Lane::nowhere();
            Arc::new(Pipeline::new(
                limits,
                true,
                sampling,
                first,
                Vec::new(),
                None,
            ))
        });
        &IDLE
    }

    fn lanes(&self) -> impl Iterator<Item = &Lane> {
        std::iter::once(&self.first).chain(&self.also)
    }

    fn lane(&self, number: usize) -> &Lane {
        match number.checked_sub(1) {
            Some(number) => &self.also[number],
            None => &self.first,
        }
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.idle
    }

    /// Makes the head decision about the segment of a local root that started at `now`. Gives attributes that a sampler has for
    /// it.
    pub(crate) fn decide_head(
        &self,
        context: &mut Context,
        root: Root<'_>,
        now: Ticks,
    ) -> Vec<KeyValue> {
        let before = self.first.account.add(Count::SegmentsStarted, 1);
        if before.is_multiple_of(self.room.recount_after()) {
            self.recount_open();
        }
        self.sampling.decide(context, root, self.by_hand.ticks(now))
    }

    /// May another segment start?
    #[inline]
    pub(crate) fn admits_segment(&self) -> bool {
        self.room.is_left() || self.admits_segment_now()
    }

    #[cold]
    fn admits_segment_now(&self) -> bool {
        self.recount_open();
        self.room.is_left()
    }

    fn recount_open(&self) {
        let open = self.first.account.open_segments();
        self.room
            .segments(usize::try_from(open).unwrap_or(usize::MAX));
    }

    /// Hands a strand of a kept segment to the exporters.
    pub(crate) fn keep(&self, mut strand: Box<Strand>, kept: Kept) {
        strand.logs.release();
        strand.is_decided();
        self.count_segment(&strand, Some(kept.reasons));
        self.count_overflow(&strand);
        self.measure(&strand, Some(&kept));
        self.first.account.add(Count::Offered, strand.records.len());
        if strand.records.is_empty() {
            thread::recycle(strand);
            return;
        }
        strand.kept = Some(kept);
        strand.release();
        strand.fit();
        for lane in &self.also {
            lane.account.add(Count::Offered, strand.records.len());
            lane.push(strand.copy());
        }
        self.first.push(strand);
    }

    /// Gives up a strand before its segment is decided.
    pub(crate) fn give_up(&self, strand: Box<Strand>, reason: DropReason) {
        self.count_given_up(strand.records.len(), reason);
        self.count_overflow(&strand);
        self.measure(&strand, None);
        thread::recycle(strand);
    }

    /// Forgets a strand of a dropped segment.
    #[inline]
    pub(crate) fn discard(strand: Box<Strand>) {
        strand.pipeline.count_discarded(&strand);
        strand.pipeline.measure(&strand, None);
        let spans = strand.records.len();
        strand.pipeline.first.account.add(Count::Discarded, spans);
        thread::recycle(strand);
    }

    /// Forgets the strands of a dropped segment.
    pub(crate) fn discard_all(&self, strands: impl Iterator<Item = Box<Strand>>) {
        let mut spans = 0;
        thread::recycle_all(strands.inspect(|strand| {
            self.count_discarded(strand);
            self.measure(strand, None);
            spans += strand.records.len();
        }));
        self.first.account.add(Count::Discarded, spans);
    }

    /// Forgets a strand that comes after its segment was dropped, and counts what failed in it.
    pub(crate) fn discard_late(&self, strand: Box<Strand>) {
        if strand.failed {
            let failed = strand.records.iter().filter(|record| record.failed);
            self.count_late_errors(&strand.context, failed.count().max(1));
        }
        Self::discard(strand);
    }

    /// Moves up to `number` empty strands to a thread that has run out of them.
    pub(crate) fn take_buffers(&self, number: usize, into: &mut Vec<Box<Strand>>) {
        lock(&self.buffers).take(number, into);
    }

    /// Takes empty strands that others may need. Those that there is no room for are dropped once others may have the lock.
    pub(crate) fn give_buffers(&self, mut strands: impl Iterator<Item = Box<Strand>>) {
        let mut buffers = lock(&self.buffers);
        if !self.first.queue.is_closed() {
            buffers.give(&mut strands);
        }
    }

    /// Lets a segment wait for the spans that outlive its local root.
    pub(crate) fn root_ended_early(&self, segment: &Arc<Segment>) {
        self.waiting.add(segment, self.limits.grace);
    }

    /// Waits until every segment is decided.
    pub(crate) async fn no_open_segments(&self) {
        self.ending.store(true, Ordering::SeqCst);
        while self.first.account.open_segments() > 0 {
            self.decided.notified().await;
        }
    }

    /// Sends what is decided. `false`: the deadline passed first, or something of it was given up.
    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        let until = worker::after(deadline);
        self.waiting.decide_those_over();
        let asked: Vec<_> = self
            .lanes()
            .map(|lane| (lane, lane.orders.ask(until, &lane.queue.wake)))
            .collect();
        let beside: Vec<_> = self.beside.iter().map(|it| (it, it.ask(until))).collect();
        let sent = |(lane, number): (&Lane, u64)| lane.orders.wait_for(number, until);
        let sent = asked
            .into_iter()
            .map(sent)
            .fold(true, |all, sent| all & sent);
        for (beside, number) in beside {
            beside.wait_for(number, until);
        }
        let after: Vec<_> = self.after.iter().map(|it| (it, it.ask(until))).collect();
        for (after, number) in after {
            after.wait_for(number, until);
        }
        #[cfg(feature = "logs")]
        if let Some(logs) = &self.logs {
            logs.flush_lines(until);
        }
        sent
    }
}
