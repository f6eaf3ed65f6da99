//! The hand-over of decided strands to a worker: a queue bounded in spans and bytes, in shards, of which a push locks one
//! for a moment. What failed is taken first and is the last to be given up.
//!
//! This file knows neither strands nor threads: its model runs it with loom's locks and atomics.

use std::collections::VecDeque;

use crossbeam_utils::CachePadded;

use super::sync::{AtomicBool, AtomicUsize, Mutex, Notify, Ordering, lock};

/// What is handed over.
pub(super) trait Item {
    /// Spans that still have to be sent.
    fn spans(&self) -> usize;
    /// What it holds in memory.
    fn bytes(&self) -> usize;
    /// Did something in it fail?
    fn failed(&self) -> bool;
    /// A number that spreads items over shards: the same for those of one thread.
    fn spread(&self) -> usize;
}

/// An item on its way, with its place among those of its shard.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) item: T,
    place: u64,
}

/// Everything of which the push has returned by now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark<const SHARDS: usize>([u64; SHARDS]);

#[derive(Debug)]
struct Shard<T> {
    failures: VecDeque<Entry<T>>,
    successes: VecDeque<Entry<T>>,
    /// The place of the next item.
    next: u64,
}

/// Threads that push meet at what is on its way only: all else has lines of the cache for itself.
#[derive(Debug)]
pub(super) struct Handover<T, const SHARDS: usize> {
    shards: [CachePadded<Mutex<Shard<T>>>; SHARDS],
    held: CachePadded<Held>,
    max_spans: usize,
    max_bytes: usize,
    batch: usize,
    closed: AtomicBool,
    /// Wakes the worker: something is there to be sent by and by, or soon, or at once, or somebody asks for something.
    pub(super) wake: Notify,
}

/// What is on its way, items that the worker has taken and not released among it.
#[derive(Debug)]
struct Held {
    spans: AtomicUsize,
    bytes: AtomicUsize,
}

/// How urgent it is that the worker sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    Empty,
    /// By and by.
    Some,
    /// Soon: a batch is full.
    Batch,
    /// At once: a quarter of the queue is taken, and at least a batch.
    Quarter,
}

/// Why an item was not taken.
#[derive(Debug)]
pub(super) enum Refused<T> {
    Full(T),
    Closed(T),
}

impl<T: Item, const SHARDS: usize> Handover<T, SHARDS> {
    pub(super) fn new(max_spans: usize, max_bytes: usize, batch: usize) -> Self {
        let shard = || {
            CachePadded::new(Mutex::new(Shard {
                failures: VecDeque::new(),
                successes: VecDeque::new(),
                next: 0,
            }))
        };
        Self {
            shards: std::array::from_fn(|_| shard()),
            held: CachePadded::new(Held {
                spans: AtomicUsize::new(0),
                bytes: AtomicUsize::new(0),
            }),
            max_spans,
            max_bytes,
            batch: batch.max(1),
            closed: AtomicBool::new(false),
            wake: Notify::new(),
        }
    }

    /// Takes an item, and gives back those that had to go for it: successes for a failure, nothing for a success.
    pub(super) fn push(&self, item: T, evicted: &mut Vec<T>) -> Result<(), Refused<T>> {
        let (spans, bytes) = (item.spans(), item.bytes());
        let before = self.held.spans.fetch_add(spans, Ordering::Relaxed);
        let bytes_before = self.held.bytes.fetch_add(bytes, Ordering::Relaxed);
        let full = before + spans > self.max_spans || bytes_before + bytes > self.max_bytes;
        if full && !(item.failed() && self.make_room(&item, evicted)) {
            self.withdraw(spans, bytes);
            return Err(Refused::Full(item));
        }
        let place = item.spread() % SHARDS;
        {
            let mut shard = lock(&self.shards[place]);
            // Read under the lock: whoever takes after `close` has had the lock since, and finds what was pushed before.
            if self.closed.load(Ordering::Acquire) {
                drop(shard);
                self.withdraw(spans, bytes);
                return Err(Refused::Closed(item));
            }
            shard.append(item);
        }
        if self.urgency_of(before, bytes_before)
            < self.urgency_of(before + spans, bytes_before + bytes)
        {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Evicts the newest successes until there is room for `item`, which is counted already.
    fn make_room(&self, item: &T, evicted: &mut Vec<T>) -> bool {
        if item.spans() > self.max_spans || item.bytes() > self.max_bytes {
            return false;
        }
        let full = || {
            let (spans, bytes) = self.held();
            spans > self.max_spans || bytes > self.max_bytes
        };
        for shard in 0..SHARDS {
            let shard = &self.shards[(item.spread() + shard) % SHARDS];
            while full() {
                let Some(Entry { item, .. }) = lock(shard).successes.pop_back() else {
                    break;
                };
                self.release(item.spans(), item.bytes());
                evicted.push(item);
            }
        }
        !full()
    }

    /// Takes back what was counted for an item that is not taken. Who pushed meanwhile may have found the queue not empty
    /// because of it, and woken nobody.
    fn withdraw(&self, spans: usize, bytes: usize) {
        self.held.bytes.fetch_sub(bytes, Ordering::Relaxed);
        if self.held.spans.fetch_sub(spans, Ordering::Relaxed) > spans {
            self.wake.notify_one();
        }
    }

    /// What was taken is sent, or given up.
    pub(super) fn release(&self, spans: usize, bytes: usize) {
        self.held.spans.fetch_sub(spans, Ordering::Relaxed);
        self.held.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// Takes items of `spans` spans, or one that is larger: failures first, beginning at the shard `from`. With `mark` only
    /// what was there by then. They stay counted until they are released.
    pub(super) fn take(
        &self,
        from: usize,
        spans: usize,
        mark: Option<&Mark<SHARDS>>,
    ) -> Vec<Entry<T>> {
        let (mut taken, mut sum) = (Vec::new(), 0);
        for failures in [true, false] {
            for number in 0..SHARDS {
                let number = (from + number) % SHARDS;
                let before = mark.map_or(u64::MAX, |mark| mark.0[number]);
                let mut shard = lock(&self.shards[number]);
                let queue = if failures {
                    &mut shard.failures
                } else {
                    &mut shard.successes
                };
                while let Some(entry) = queue.front().filter(|entry| entry.place < before) {
                    sum += entry.item.spans();
                    if sum > spans && !taken.is_empty() {
                        return taken;
                    }
                    taken.extend(queue.pop_front());
                }
            }
        }
        taken
    }

    /// Puts items back where they were taken, to be taken next.
    pub(super) fn put_back(&self, entries: impl DoubleEndedIterator<Item = Entry<T>>) {
        for entry in entries.rev() {
            let mut shard = lock(&self.shards[entry.item.spread() % SHARDS]);
            shard.queue(entry.item.failed()).push_front(entry);
        }
    }

    /// Puts an item behind the others of its kind.
    pub(super) fn put_last(&self, entry: Entry<T>) {
        lock(&self.shards[entry.item.spread() % SHARDS]).append(entry.item);
    }

    pub(super) fn mark(&self) -> Mark<SHARDS> {
        Mark(std::array::from_fn(|number| {
            lock(&self.shards[number]).next
        }))
    }

    pub(super) fn spans(&self) -> usize {
        self.held.spans.load(Ordering::Relaxed)
    }

    /// Spans and bytes that are on their way.
    pub(super) fn held(&self) -> (usize, usize) {
        (self.spans(), self.held.bytes.load(Ordering::Relaxed))
    }

    pub(super) fn urgency(&self) -> Urgency {
        let (spans, bytes) = self.held();
        self.urgency_of(spans, bytes)
    }

    fn urgency_of(&self, spans: usize, bytes: usize) -> Urgency {
        if spans == 0 {
            Urgency::Empty
        } else if spans >= self.batch.max(self.max_spans / 4) || bytes >= self.max_bytes / 4 {
            Urgency::Quarter
        } else if spans >= self.batch {
            Urgency::Batch
        } else {
            Urgency::Some
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Lets nothing in any more. What is in by then is there for who takes after this.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }
}

impl<T: Item> Shard<T> {
    fn append(&mut self, item: T) {
        let place = self.next;
        self.next += 1;
        self.queue(item.failed()).push_back(Entry { item, place });
    }

    fn queue(&mut self, failed: bool) -> &mut VecDeque<Entry<T>> {
        if failed {
            &mut self.failures
        } else {
            &mut self.successes
        }
    }
}
