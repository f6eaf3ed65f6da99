//! The worker of one exporter, a task on the exporting thread: it sleeps until there is something to do, sends batches,
//! tries again what failed, answers who asked for a flush, and ends when it is told to.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_sdk::Resource;

use super::account::{Count, DropReason};
use super::complaints::Complaints;
use super::delivery::Delivered;
use super::destination::{Destination, Make};
use super::export;
use super::handover::Urgency;
use super::lane::Lane;
use super::orders::Order;
use super::pace::Pace;
use super::queue::Mark;
use super::{Pipeline, Sending};

/// For how long at the end a receiver is tried again that cannot be reached: one that is gone is not waited for.
const LAST_TRIES: Duration = Duration::from_secs(1);

/// For how long a batch that is full waits for others, so that a burst is sent by one wake-up, and not while it lasts: it would
/// compete for the processor with the service.
const GATHERING: Duration = Duration::from_millis(5);

pub(super) struct Worker {
    pub(super) pipeline: Arc<Pipeline>,
    number: usize,
    pub(super) sending: Sending,
    pub(super) destination: Option<Box<dyn Destination>>,
    pub(super) pace: Pace,
    pub(super) complaints: Complaints,
    /// Nothing of the last batch was taken.
    pub(super) wary: bool,
    /// When the receiver last took something.
    pub(super) last_taken: Option<Instant>,
    /// When what is queued is sent, batch or not.
    due: Option<Instant>,
    /// What is due now.
    mark: Option<Mark>,
    /// How often it has looked for something to send: where it begins among the shards.
    turn: usize,
}

impl Worker {
    pub(super) fn start(
        pipeline: Arc<Pipeline>,
        number: usize,
        sending: Sending,
        resource: &Resource,
        make: Make,
    ) -> Self {
        let several = !pipeline.also.is_empty();
        let whereto = several.then(|| pipeline.lane(number).name.as_str());
        let complaints = Complaints::new(whereto, pipeline.lane(number).outage.clone());
        let made = catch_unwind(AssertUnwindSafe(|| {
            let mut destination = make()?;
            destination.set_resource(resource);
            Ok::<_, String>(destination)
        }));
        let made = made.unwrap_or_else(|panic| {
            let said = export::message(&*panic);
            Err(format!("the exporter panicked at its start: {said}"))
        });
        let destination = made.inspect_err(|why| complaints.cannot_start(why)).ok();
        Self {
            pipeline,
            number,
            pace: Pace::new(&sending),
            sending,
            destination,
            complaints,
            wary: false,
            last_taken: None,
            due: None,
            mark: None,
            turn: 0,
        }
    }

    pub(super) fn lane(&self) -> &Lane {
        self.pipeline.lane(self.number)
    }

    pub(super) async fn run(mut self) {
        loop {
            match self.lane().orders.next() {
                Order::Stop { until } => return self.finish(until).await,
                Order::Flush { number, until } => self.flush(number, until).await,
                Order::Nothing if self.pace.until().is_none() => {
                    while self.send_what_is_due().await {}
                }
                Order::Nothing => {}
            }
            self.schedule();
            if self.lane().orders.next() == Order::Nothing {
                self.wait().await;
            }
        }
    }

    /// Sends a batch of what is due. `false`: there is nothing more to be sent now.
    async fn send_what_is_due(&mut self) -> bool {
        let queue = &self.lane().queue;
        if self.due.is_some_and(|due| due <= Instant::now()) || queue.urgency() == Urgency::Quarter
        {
            (self.due, self.mark) = (None, Some(queue.mark()));
        }
        if self.mark.is_none() {
            return false;
        }
        match self.send(self.mark).await {
            None => {
                self.mark = None;
                false
            }
            Some(Delivered::All) => self.lane().orders.next() == Order::Nothing,
            Some(_) => {
                // It is due again when the pause is over.
                self.mark = Some(self.lane().queue.mark());
                false
            }
        }
    }

    /// Takes a batch and sends it. `None`: there was nothing.
    async fn send(&mut self, mark: Option<Mark>) -> Option<Delivered> {
        self.turn = self.turn.wrapping_add(1);
        let mut entries = self
            .lane()
            .take(self.turn, self.pace.spans(), mark.as_ref());
        if entries.is_empty() {
            return None;
        }
        if self.destination.is_none() {
            self.give_up(entries, Count::Failed);
            return Some(Delivered::All);
        }
        for entry in &mut entries {
            entry.item.redact(&self.sending.sensitive);
        }
        Some(self.deliver(entries).await)
    }

    fn schedule(&mut self) {
        let delay = match self.lane().queue.urgency() {
            Urgency::Empty => {
                (self.due, self.mark) = (None, None);
                return;
            }
            Urgency::Some => self.sending.delay,
            Urgency::Batch | Urgency::Quarter => self.sending.delay.min(GATHERING),
        };
        if self.mark.is_none() {
            let due = after(delay);
            self.due = Some(self.due.map_or(due, |earlier| earlier.min(due)));
        }
    }

    /// Sleeps until somebody wakes it or something is due; with nothing to do, until it is woken.
    async fn wait(&self) {
        let woken = self.lane().queue.wake.notified();
        let now = self.mark.map(|_| Instant::now());
        let due = self.due.or(now);
        // A pause with nothing to send after it is no reason to wake up.
        match due.map(|due| due.max(self.pace.until().unwrap_or(due))) {
            Some(next) => {
                let _ = tokio::time::timeout_at(next.into(), woken).await;
            }
            None => woken.await,
        }
    }

    /// Sends what was there when flush `number` began, until that is done or its time is over.
    async fn flush(&mut self, number: u64, until: Instant) {
        let mark = self.lane().queue.mark();
        self.pace.hurry();
        let done = loop {
            if Instant::now() >= until {
                break false;
            }
            if let Some(pause) = self.pace.until() {
                let woken = self.lane().queue.wake.notified();
                let _ = tokio::time::timeout_at(pause.min(until).into(), woken).await;
            } else if self.send(Some(mark)).await.is_none() {
                break true;
            }
            if self.lane().orders.is_stopping() {
                // Its end answers for the flush too.
                return;
            }
        };
        self.lane().orders.answer(number, done);
    }

    /// Sends what there is, as long as there is time and hope, accounts for the rest, and ends.
    async fn finish(&mut self, until: Instant) {
        self.lane().queue.close();
        self.pace.hurry();
        let last_try = (Instant::now() + LAST_TRIES).min(until);
        let count = loop {
            if Instant::now() >= until {
                break Count::Dropped(DropReason::AlreadyShutdown);
            }
            if let Some(pause) = self.pace.until() {
                let patience = if self.pace.asked_until().is_some() {
                    until
                } else {
                    last_try
                };
                if pause > patience {
                    break Count::Failed;
                }
                tokio::select! {
                    () = tokio::time::sleep_until(pause.into()) => {}
                    () = self.lane().orders.abort.notified() => {
                        break Count::Dropped(DropReason::AlreadyShutdown);
                    }
                }
                continue;
            }
            match self.send(None).await {
                None => break Count::Failed,
                Some(Delivered::Aborted) => {
                    break Count::Dropped(DropReason::AlreadyShutdown);
                }
                Some(_) => {}
            }
        };
        let rest = self.lane().take(0, usize::MAX, None);
        self.give_up(rest, count);
        if let Some(destination) = &self.destination {
            // A panic has been printed; there is nothing to add.
            let _ = catch_unwind(AssertUnwindSafe(|| destination.shutdown()));
        }
        self.lane().orders.end();
    }
}

/// Whatever ends the worker, nobody waits for it in vain.
impl Drop for Worker {
    fn drop(&mut self) {
        if self.lane().orders.wait_for_end(Instant::now()).is_none() {
            self.lane().abandon();
        }
    }
}

/// So far from now, or as good as never.
pub(super) fn after(duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + duration.min(YEAR)
}
