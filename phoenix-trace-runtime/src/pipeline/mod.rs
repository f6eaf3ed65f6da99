//! From a decided segment to the receiver: the account, the queue, and the thread that exports.

mod account;
mod convert;
mod destination;
mod export;
mod keeper;
#[cfg(feature = "otlp")]
mod otlp;
mod queue;
#[cfg(all(test, feature = "testing"))]
mod unhindered;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;
use tokio::sync::Notify;

use account::{Account, Count};
pub use account::{DropReason, Stats};
pub(crate) use destination::{Destination, Make};
pub(crate) use export::{Console, Export, ToExporter};
use keeper::Keeper;
#[cfg(feature = "otlp")]
pub(crate) use otlp::Otlp;
use queue::{Queue, Refused};

use crate::record::context::Context;
use crate::record::segment::{Kept, Segment, lock};
use crate::record::strand::Strand;
use crate::record::thread;
pub(crate) use crate::sampling::Reasons;
use crate::sampling::Sampler;

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
        }
    }
}

/// Everything behind the recorder. A process has one; a test may have its own.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) limits: Limits,
    idle: bool,
    sampler: Sampler,
    account: Account,
    queue: Queue,
    /// Empty strands: back from the exporting thread, or from threads that have more than they need.
    buffers: Mutex<Vec<Box<Strand>>>,
    /// Segments whose local root has ended before other spans, with the time until which they wait.
    waiting: Mutex<Vec<(Instant, Weak<Segment>)>>,
    keeper: Keeper,
    /// Somebody waits for the open segments to be decided.
    ending: AtomicBool,
    /// The thread did not end in time; its spans are accounted for.
    abandoned: AtomicBool,
    decided: Notify,
    /// Counts it among the pipelines that run, until it is shut down.
    running: Mutex<Option<thread::Counted>>,
}

impl Pipeline {
    /// Starts the pipeline and its thread. The exporter is made on that thread, within its reactor.
    pub(crate) fn start(
        limits: Limits,
        sampler: Sampler,
        sending: Sending,
        resource: Resource,
        exporter: Make,
    ) -> std::io::Result<Arc<Self>> {
        let pipeline = Arc::new(Self {
            limits,
            idle: false,
            sampler,
            account: Account::default(),
            queue: Queue::new(sending.queue_spans, sending.queue_bytes, sending.batch),
            buffers: Mutex::default(),
            waiting: Mutex::default(),
            keeper: Keeper::default(),
            ending: AtomicBool::new(false),
            abandoned: AtomicBool::new(false),
            decided: Notify::new(),
            running: Mutex::new(Some(thread::Counted::new())),
        });
        keeper::start(pipeline.clone(), sending, resource, exporter)?;
        Ok(pipeline)
    }

    /// Stands behind scopes while nothing is recorded. No span is ever started on it.
    pub(crate) fn idle() -> &'static Arc<Self> {
        static IDLE: LazyLock<Arc<Pipeline>> = LazyLock::new(|| {
            Arc::new(Pipeline {
                limits: Limits::default(),
                idle: true,
                sampler: Sampler::always_off(),
                account: Account::default(),
                queue: Queue::new(0, 0, 0),
                buffers: Mutex::default(),
                waiting: Mutex::default(),
                keeper: Keeper::default(),
                ending: AtomicBool::new(false),
                abandoned: AtomicBool::new(false),
                decided: Notify::new(),
                running: Mutex::default(),
            })
        });
        &IDLE
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.idle
    }

    pub(crate) fn decide_head(&self, context: &mut Context) {
        self.account.add(Count::SegmentsStarted, 1);
        self.sampler.decide(context);
    }

    pub(crate) fn reasons(&self, context: &Context, failed: bool) -> Option<Reasons> {
        self.sampler.reasons(context, failed)
    }

    /// Hands a strand of a kept segment to the exporter.
    pub(crate) fn keep(&self, mut strand: Box<Strand>, kept: Kept) {
        self.count_segment(&strand, Some(kept.reasons));
        self.count_ended(&strand);
        strand.kept = Some(kept);
        let (refused, reason) = match self.queue.push(strand) {
            Ok(()) => return,
            Err(Refused::Full(strand)) => (strand, DropReason::QueueFull),
            Err(Refused::Closed(strand)) => (strand, DropReason::AlreadyShutdown),
        };
        self.account
            .add(Count::Dropped(reason), refused.records.len());
        thread::recycle(refused);
    }

    /// Gives up a strand before its segment is decided.
    pub(crate) fn give_up(&self, strand: Box<Strand>, reason: DropReason) {
        self.count_ended(&strand);
        self.account
            .add(Count::Dropped(reason), strand.records.len());
        thread::recycle(strand);
    }

    /// Forgets a strand of a dropped segment.
    #[inline]
    pub(crate) fn discard(&self, strand: Box<Strand>) {
        self.count_segment(&strand, None);
        self.count_ended(&strand);
        self.account.add(Count::Discarded, strand.records.len());
        thread::recycle(strand);
    }

    /// Forgets a strand that comes after its segment was dropped, and counts what failed in it.
    pub(crate) fn discard_late(&self, strand: Box<Strand>) {
        if strand.failed && self.reasons(&strand.context, true).is_some() {
            let failed = strand.records.iter().filter(|record| record.failed);
            self.account.add(Count::LateErrors, failed.count().max(1));
        }
        self.discard(strand);
    }

    /// Counts a strand that cannot be recorded because its thread is ending.
    pub(crate) fn lose(&self, strand: &Strand) {
        self.account.add(Count::Ended, strand.records.len());
        self.account.add(
            Count::Dropped(DropReason::AlreadyShutdown),
            strand.records.len(),
        );
    }

    fn count_segment(&self, strand: &Strand, kept: Option<Reasons>) {
        use crate::record::strand::Role;
        if strand.role != Role::Root {
            return;
        }
        self.account.add(
            match kept {
                Some(reasons) if reasons.has(Reasons::HEAD) => Count::SegmentsByHead,
                Some(_) => Count::SegmentsByError,
                None => Count::SegmentsDiscarded,
            },
            1,
        );
        if self.ending.load(Ordering::Relaxed) {
            self.decided.notify_one();
        }
    }

    fn count_ended(&self, strand: &Strand) {
        self.account.add(
            Count::Ended,
            strand.records.len() + strand.overflow as usize,
        );
        if strand.overflow > 0 {
            self.account.add(
                Count::Dropped(DropReason::SegmentFull),
                strand.overflow as usize,
            );
        }
    }

    /// Moves up to `number` empty strands to a thread that has run out of them.
    pub(crate) fn take_buffers(&self, number: usize, into: &mut Vec<Box<Strand>>) {
        let mut buffers = lock(&self.buffers);
        let first = buffers.len().saturating_sub(number);
        into.extend(buffers.drain(first..));
    }

    /// Takes empty strands that others may need.
    pub(crate) fn give_buffers(&self, strands: impl Iterator<Item = Box<Strand>>) {
        const BUFFERS: usize = 1024;
        let mut buffers = lock(&self.buffers);
        let room = if self.queue.is_closed() {
            0
        } else {
            BUFFERS - buffers.len().min(BUFFERS)
        };
        buffers.extend(strands.take(room));
    }

    /// Lets a segment wait for the spans that outlive its local root.
    pub(crate) fn root_ended_early(&self, segment: Arc<Segment>) {
        let until = Instant::now() + self.limits.grace;
        let first = {
            let mut waiting = lock(&self.waiting);
            waiting.push((until, Arc::downgrade(&segment)));
            waiting.len() == 1
        };
        if first {
            self.queue.wake.notify_one();
        }
    }

    /// Waits until every segment is decided.
    pub(crate) async fn no_open_segments(&self) {
        self.ending.store(true, Ordering::SeqCst);
        while self.account.open_segments() > 0 {
            self.decided.notified().await;
        }
    }

    /// Sends what is decided. `false`: the deadline passed first.
    pub(crate) fn flush(&self, deadline: Duration) -> bool {
        self.keeper.flush(&self.queue.wake, deadline)
    }

    /// Decides what is open as far as it can be reached, sends everything, ends the thread.
    pub(crate) fn shutdown(&self, deadline: Duration) -> bool {
        let in_time = self.keeper.shutdown(&self.queue.wake, deadline);
        if !self.keeper.has_ended() {
            self.abandon();
        }
        in_time
    }

    /// The exporter blocks its thread: what was given to it may have arrived, what is queued will not be sent.
    fn abandon(&self) {
        if self.abandoned.swap(true, Ordering::SeqCst) {
            return;
        }
        self.queue.close();
        self.give_up_queue(Count::Dropped(DropReason::AlreadyShutdown));
        self.account.add(Count::InDoubt, self.queue.forget());
    }

    /// There is no time for another attempt: what is still queued is accounted for.
    fn give_up_queue(&self, count: Count) {
        loop {
            let strands = self.queue.take_batch();
            if strands.is_empty() {
                return;
            }
            let spans = strands.iter().map(|strand| strand.records.len()).sum();
            self.account.add(count, spans);
            self.queue.done(&strands);
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        self.account.stats(self.queue.spans())
    }
}
