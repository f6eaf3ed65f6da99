//! The queue of decided strands to the exporting thread: bounded in spans and bytes, sharded, one push for each strand.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::record::segment::lock;
use crate::record::strand::Strand;

const SHARDS: usize = 8;

#[derive(Debug)]
pub(crate) struct Queue {
    shards: [Mutex<Vec<Box<Strand>>>; SHARDS],
    spans: AtomicUsize,
    bytes: AtomicUsize,
    max_spans: usize,
    max_bytes: usize,
    batch: usize,
    closed: AtomicBool,
    /// Wakes the exporting thread: something is there to be sent by and by, or a batch is full.
    pub(crate) wake: Notify,
}

/// Why the queue did not take a strand.
pub(crate) enum Refused {
    Full(Box<Strand>),
    Closed(Box<Strand>),
}

impl Queue {
    pub(crate) fn new(max_spans: usize, max_bytes: usize, batch: usize) -> Self {
        Self {
            shards: Default::default(),
            spans: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            max_spans,
            max_bytes,
            batch: batch.max(1),
            closed: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }

    /// The last quarter of the room is for strands in which something failed.
    pub(crate) fn push(&self, strand: Box<Strand>) -> Result<(), Refused> {
        let (spans, bytes) = (strand.records.len(), strand.bytes());
        let room = |max: usize| if strand.failed { max } else { max / 4 * 3 };
        let before = self.spans.fetch_add(spans, Ordering::Relaxed);
        let bytes_before = self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let full =
            before + spans > room(self.max_spans) || bytes_before + bytes > room(self.max_bytes);
        if full {
            self.release(spans, bytes);
            return Err(Refused::Full(strand));
        }
        let shard = (strand.seed >> 16) as usize % SHARDS;
        {
            let mut shard = lock(&self.shards[shard]);
            // Read under the lock: what is pushed before `close` has taken every lock is still drained.
            if self.closed.load(Ordering::Acquire) {
                drop(shard);
                self.release(spans, bytes);
                return Err(Refused::Closed(strand));
            }
            shard.push(strand);
        }
        if before == 0 || before / self.batch != (before + spans) / self.batch {
            self.wake.notify_one();
        }
        Ok(())
    }

    fn release(&self, spans: usize, bytes: usize) {
        self.spans.fetch_sub(spans, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Takes whole strands until they hold at least a batch of spans, or the queue is empty. They stay counted as queued
    /// until `done`.
    pub(crate) fn take_batch(&self) -> Vec<Box<Strand>> {
        let (mut taken, mut spans) = (Vec::new(), 0);
        for shard in &self.shards {
            let mut shard = lock(shard);
            while spans < self.batch {
                let Some(strand) = shard.pop() else { break };
                spans += strand.records.len();
                taken.push(strand);
            }
        }
        taken
    }

    pub(crate) fn done(&self, strands: &[Box<Strand>]) {
        let spans = strands.iter().map(|strand| strand.records.len()).sum();
        let bytes = strands.iter().map(|strand| strand.bytes()).sum();
        self.release(spans, bytes);
    }

    /// Counts nothing as queued any more, and tells how many spans it did.
    pub(crate) fn forget(&self) -> usize {
        self.bytes.store(0, Ordering::Relaxed);
        self.spans.swap(0, Ordering::Relaxed)
    }

    pub(crate) fn spans(&self) -> usize {
        self.spans.load(Ordering::Relaxed)
    }

    pub(crate) fn has_batch(&self) -> bool {
        self.spans() >= self.batch
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Takes nothing more.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for shard in &self.shards {
            drop(lock(shard));
        }
    }
}
