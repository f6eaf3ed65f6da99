//! The way to one exporter: its queue, its account, what is asked of its worker. A process has one for each exporter, and
//! what holds up one of them does not hold up the others.

#[cfg(feature = "metrics")]
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use tokio::sync::Notify;

use super::Sending;
use super::account::{Account, Count, DropReason};
use super::component::Component;
use super::destination::Make;
use super::handover::{Item as _, Refused};
use super::orders::Orders;
use super::queue::{Entry, Mark, Queue, Queued};
use crate::diag::OncePerMinute;
use crate::record::segment::lock;
use crate::record::strand::Strand;
use crate::record::thread;

/// An exporter as the configuration describes it.
pub(crate) struct Exporter {
    /// As in "traces go to this console".
    pub(crate) name: String,
    pub(crate) component: Component,
    pub(crate) sending: Sending,
    pub(crate) make: Make,
    /// Its code is not ours: it may block the thread that it runs on.
    pub(crate) may_block: bool,
}

#[derive(Debug)]
pub(super) struct Lane {
    pub(super) name: String,
    #[cfg_attr(
        not(feature = "metrics"),
        expect(dead_code, reason = "it is for metrics")
    )]
    pub(super) component: Component,
    /// Spans that the queue takes.
    #[cfg_attr(
        not(feature = "metrics"),
        expect(dead_code, reason = "it is for metrics")
    )]
    pub(super) capacity: usize,
    /// A receiver that cannot be reached is told of once a minute, whatever is sent to it.
    pub(super) outage: Arc<OncePerMinute>,
    pub(super) queue: Queue,
    pub(super) account: Account,
    pub(super) orders: Orders,
    /// As many spans were decided to be kept: a number that never falls, whenever it is read.
    #[cfg(feature = "metrics")]
    pub(super) kept: AtomicU64,
    held: Mutex<Held>,
    /// Others have accounted for what the worker held.
    pub(super) abandoned: Notify,
}

/// What the worker has taken from the queue and not accounted for.
#[derive(Debug, Default)]
struct Held {
    spans: usize,
    bytes: usize,
    /// The worker did not end in time, and others have accounted for what it held.
    abandoned: bool,
}

/// The worker while it accounts for what it holds: nobody else does.
pub(super) struct Settling<'a> {
    lane: &'a Lane,
    held: MutexGuard<'a, Held>,
}

impl Lane {
    pub(super) fn new(name: String, component: Component, sending: &Sending) -> Self {
        Self {
            name,
            component,
            capacity: sending.queue_spans,
            outage: Arc::default(),
            queue: Queue::new(sending.queue_spans, sending.queue_bytes, sending.batch),
            account: Account::default(),
            orders: Orders::new(),
            #[cfg(feature = "metrics")]
            kept: AtomicU64::new(0),
            held: Mutex::default(),
            abandoned: Notify::new(),
        }
    }

    /// For a pipeline without exporters.
    pub(super) fn nowhere() -> Self {
        let component = Component::new("none");
        Self::new("nowhere".to_owned(), component, &Sending::default())
    }

    /// Hands a strand of a kept segment to the worker.
    pub(super) fn push(&self, strand: Box<Strand>) {
        let mut evicted = Vec::new();
        let (refused, reason) = match self.queue.push(Queued::new(strand), &mut evicted) {
            Ok(()) if evicted.is_empty() => return,
            Ok(()) => (None, DropReason::QueueFull),
            Err(Refused::Full(queued)) => (Some(queued), DropReason::QueueFull),
            Err(Refused::Closed(queued)) => (Some(queued), DropReason::AlreadyShutdown),
        };
        for queued in evicted {
            self.give_up(queued, Count::Dropped(DropReason::QueueFull));
        }
        if let Some(queued) = refused {
            self.give_up(queued, Count::Dropped(reason));
        }
    }

    /// Counts what is no longer in the queue. What may have arrived is in doubt, whatever became of it later.
    fn give_up(&self, queued: Queued, count: Count) {
        let count = if queued.doubtful {
            Count::InDoubt
        } else {
            count
        };
        self.account.add(count, queued.spans());
        thread::recycle(queued.strand);
    }

    /// Takes items for the worker, as [`Handover::take`](super::handover::Handover::take) does.
    pub(super) fn take(&self, from: usize, spans: usize, mark: Option<&Mark>) -> Vec<Entry> {
        let Some(mut settling) = self.settle() else {
            return Vec::new();
        };
        let entries = self.queue.take(from, spans, mark);
        for entry in &entries {
            settling.held.spans += entry.item.spans();
            settling.held.bytes += entry.item.bytes();
        }
        entries
    }

    /// The spans that the worker has taken and not accounted for.
    #[cfg(feature = "metrics")]
    pub(super) fn in_flight(&self) -> usize {
        let held = lock(&self.held);
        if held.abandoned { 0 } else { held.spans }
    }

    /// `None`: others have accounted for what the worker holds.
    pub(super) fn settle(&self) -> Option<Settling<'_>> {
        let held = lock(&self.held);
        (!held.abandoned).then_some(Settling { lane: self, held })
    }

    /// The worker is blocked, or has panicked: what it holds may have arrived, what is queued will not be sent.
    pub(super) fn abandon(&self) {
        let mut held = lock(&self.held);
        if std::mem::replace(&mut held.abandoned, true) {
            return;
        }
        self.orders.stop(Instant::now(), &self.queue.wake);
        self.queue.close();
        for entry in self.queue.take(0, usize::MAX, None) {
            self.queue.release(entry.item.spans(), entry.item.bytes());
            self.give_up(entry.item, Count::Dropped(DropReason::AlreadyShutdown));
        }
        self.account.add(Count::InDoubt, held.spans);
        self.queue.release(held.spans, held.bytes);
        drop(held);
        self.orders.lost();
        self.orders.end();
        self.abandoned.notify_one();
    }

    /// Waits until `until` for the worker's end, which was asked for: with `true` everything was sent. `None`: it took longer, and the
    /// worker is told to account for what it holds.
    pub(super) fn end(&self, until: Instant) -> Option<bool> {
        let ended = self.orders.wait_for_end(until);
        if ended.is_none() {
            self.orders.abort.notify_one();
        }
        ended
    }

    /// Accounts for what the worker holds, unless that has done so by then.
    pub(super) fn settle_by(&self, until: Instant) {
        if self.orders.wait_for_end(until).is_none() {
            self.abandon();
        }
    }
}

impl Settling<'_> {
    /// What became of some spans.
    pub(super) fn count(&mut self, count: Count, spans: usize) {
        self.lane.account.add(count, spans);
        self.held.spans -= spans;
        self.lane.queue.release(spans, 0);
    }

    /// Nothing is left of some strands, which held this much memory.
    pub(super) fn done(&mut self, bytes: usize) {
        self.held.bytes -= bytes;
        self.lane.queue.release(0, bytes);
    }

    /// These are taken next.
    pub(super) fn put_back(&mut self, entries: Vec<Entry>) {
        for entry in &entries {
            self.leave(&entry.item);
        }
        self.lane.queue.put_back(entries.into_iter());
    }

    /// These are taken when the others of their kind have been.
    pub(super) fn put_last(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.leave(&entry.item);
            self.lane.queue.put_last(entry);
        }
    }

    fn leave(&mut self, queued: &Queued) {
        self.held.spans -= queued.spans();
        self.held.bytes -= queued.bytes();
    }
}
