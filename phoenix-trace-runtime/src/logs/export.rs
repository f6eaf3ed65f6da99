//! The task that exports log records, on the exporting thread: it sleeps until a batch is full, its delay is over or somebody
//! asks for a flush, sends, tries again what failed, and accounts for every record.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource as ProtoResource;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_sdk::Resource;
use prost::Message as _;
use tokio::time::{sleep, sleep_until, timeout_at};

use super::complaints::Complaints;
use super::encode::scopes;
use super::hub::Logs;
use super::queue::{Fate, Queue};
use super::record::Record;
use crate::config::Settings;
use crate::pipeline::{
    Answer, Beside, Bisection, Order, Pace, Part, Range, Receiver, Sending, Start,
};

/// A receiver that takes no logs is left alone for so long: it may have learned to by then.
const LEFT_ALONE: Duration = Duration::from_secs(60 * 60);
/// At the end a receiver that cannot be reached is tried for so long.
const LAST_TRIES: Duration = Duration::from_secs(1);

struct Export {
    logs: Arc<Logs>,
    beside: Arc<Beside>,
    /// `None`: it cannot be made, as has been said.
    receiver: Option<Receiver>,
    resource: ProtoResource,
    /// What was taken from the queue and is to be sent again.
    hand: Option<Hand>,
    due: Option<Instant>,
    pace: Pace,
    retry_for: Duration,
    complaints: Complaints,
    left_alone_until: Option<Instant>,
    /// Of the last batch nothing was taken.
    wary: bool,
}

struct Hand {
    records: Vec<Record>,
    left: Vec<Part>,
    since: Instant,
    /// It was sent once without an answer: it may have arrived.
    doubtful: bool,
}

impl Hand {
    fn new(records: Vec<Record>) -> Self {
        let end = u32::try_from(records.len()).unwrap_or(u32::MAX);
        Self {
            records,
            left: vec![Part {
                entry: 0,
                range: Range { first: 0, end },
            }],
            since: Instant::now(),
            doubtful: false,
        }
    }

    fn records(&self, parts: &[Part]) -> Vec<&Record> {
        let of = |part: &Part| {
            let range = part.range.first as usize..part.range.end as usize;
            self.records.get(range).unwrap_or_default()
        };
        parts.iter().flat_map(of).collect()
    }
}

/// What came of an attempt to send a batch.
#[derive(PartialEq, Eq)]
enum Sent {
    Nothing,
    All,
    /// There is a pause before the next one.
    Paused,
    /// It took longer than a shutdown may.
    Aborted,
}

/// Exports the records of these logs from the exporting thread.
pub(crate) fn start(logs: Arc<Logs>, settings: Settings, resource: &Resource) -> Start {
    let resource = ProtoResource {
        attributes: ResourceAttributesWithSchema::from(resource).attributes.0,
        ..ProtoResource::default()
    };
    Box::new(move |pipeline, beside| {
        let complaints = Complaints::new(pipeline.outage());
        let receiver = Receiver::new(settings);
        let receiver = receiver
            .inspect_err(|why| complaints.cannot_start(why))
            .ok();
        let mut sending = Sending::default();
        if let Some(queue) = &logs.queue {
            sending.batch = queue.settings().batch;
        }
        let export = Export {
            logs,
            beside,
            receiver,
            resource,
            hand: None,
            due: None,
            pace: Pace::new(&sending),
            retry_for: sending.retry_for,
            complaints,
            left_alone_until: None,
            wary: false,
        };
        Box::pin(export.run())
    })
}

impl Export {
    async fn run(mut self) {
        let beside = self.beside.clone();
        loop {
            match beside.next() {
                Order::Stop { until } => return self.finish(until).await,
                Order::Flush { number, until } => {
                    self.flush(until).await;
                    beside.answer(number);
                }
                Order::Nothing if self.is_due() => {
                    self.due = None;
                    while self.send().await == Sent::All && self.queued() >= self.batch() {}
                }
                Order::Nothing => self.wait().await,
            }
        }
    }

    fn queue(&self) -> Option<&Queue> {
        self.logs.queue.as_ref()
    }

    fn queued(&self) -> usize {
        self.queue().map_or(0, Queue::waiting)
    }

    fn batch(&self) -> usize {
        self.queue()
            .map_or(1, |queue| queue.settings().batch.max(1))
    }

    /// Is it time to send? What is there for the first time gets its delay.
    fn is_due(&mut self) -> bool {
        if self.pace.until().is_some() {
            return false;
        }
        if self.hand.is_some() || self.queued() >= self.batch() {
            return true;
        }
        if self.queued() == 0 {
            self.due = None;
            return false;
        }
        let delay = self.queue().map_or(Duration::ZERO, |q| q.settings().delay);
        let due = *self.due.get_or_insert_with(|| after(delay));
        due <= Instant::now()
    }

    async fn wait(&self) {
        let Some(queue) = self.queue() else {
            return self.beside.woken().await;
        };
        let woken = async {
            tokio::select! {
                () = self.beside.woken() => {}
                () = queue.wake.notified() => {}
            }
        };
        // A pause with nothing to send after it is no reason to wake up.
        let waits = self.hand.is_some() || self.due.is_some() || self.queued() > 0;
        match self.pace.until().max(self.due).filter(|_| waits) {
            Some(next) => {
                let _ = timeout_at(next.into(), woken).await;
            }
            None => woken.await,
        }
    }

    /// Sends what is there by now, until that is done or its time is over.
    async fn flush(&mut self, until: Instant) {
        self.pace.hurry();
        // Warnings that come meanwhile are sent before what was there: twice as many batches are enough for both.
        let mut batches = 2 * self.queued().div_ceil(self.batch()) + 1;
        while (self.queued() > 0 || self.hand.is_some()) && Instant::now() < until {
            if matches!(self.beside.next(), Order::Stop { .. }) {
                return;
            }
            if let Some(pause) = self.pace.until() {
                let _ = timeout_at(pause.min(until).into(), self.beside.woken()).await;
                continue;
            }
            match self.send().await {
                Sent::All if batches > 0 => batches -= 1,
                Sent::Paused => {}
                Sent::All | Sent::Nothing | Sent::Aborted => return,
            }
        }
    }

    /// Sends what there is, as long as there is time and hope, and accounts for the rest.
    async fn finish(&mut self, until: Instant) {
        if let Some(queue) = self.queue() {
            queue.close();
        }
        self.pace.hurry();
        let last_try = until.min(after(LAST_TRIES));
        let rest = loop {
            if Instant::now() >= until {
                break Fate::AlreadyShutdown;
            }
            if let Some(pause) = self.pace.until() {
                if pause > last_try {
                    break Fate::Failed;
                }
                sleep_until(pause.into()).await;
            }
            match self.send().await {
                Sent::Nothing => break Fate::Failed,
                Sent::Aborted => break Fate::AlreadyShutdown,
                Sent::All | Sent::Paused => {}
            }
        };
        if let Some(hand) = self.hand.take() {
            self.settle(&hand, &hand.left, rest);
        }
        if let Some(queue) = self.queue() {
            let left = queue.take(usize::MAX).len();
            queue.settle(rest, left);
        }
    }

    /// Sends what is in hand, else a batch from the queue.
    async fn send(&mut self) -> Sent {
        let hand = self.hand.take().or_else(|| {
            let records = self.queue()?.take(self.batch());
            (!records.is_empty()).then(|| Hand::new(records))
        });
        let Some(mut hand) = hand else {
            return Sent::Nothing;
        };
        let now = Instant::now();
        let left_alone = self.left_alone_until.is_some_and(|end| end > now);
        if left_alone || self.receiver.is_none() || hand.since.elapsed() >= self.retry_for {
            self.settle(&hand, &hand.left, Fate::Failed);
            return Sent::All;
        }
        let parts = std::mem::take(&mut hand.left);
        let mut bisection = Bisection::of(parts, self.batch(), self.wary);
        let sent = loop {
            let Some(parts) = bisection.next() else {
                break Sent::All;
            };
            let Some(answer) = self.attempt(&hand, &parts).await else {
                self.settle(&hand, &parts, Fate::InDoubt);
                break Sent::Aborted;
            };
            match answer {
                Answer::Taken { rejected, message } => {
                    bisection.taken();
                    self.take_in(&hand, &parts, rejected, &message);
                }
                Answer::Refused { why } => {
                    let rejected = bisection.refused(parts);
                    self.reject(&hand, &rejected, &why);
                }
                Answer::TooLarge { why } => {
                    let rejected = bisection.too_large(parts);
                    self.reject(&hand, &rejected, &why);
                }
                Answer::Later { why, after } => {
                    self.complaints.failed(&why, AGAIN);
                    self.pace.failed(after);
                    hand.left = parts;
                    break Sent::Paused;
                }
                Answer::Unknown { why, again } => {
                    let what_now = if again {
                        AGAIN
                    } else {
                        "what was sent may have arrived"
                    };
                    self.complaints.failed(&why, what_now);
                    self.pace.failed(None);
                    if again {
                        hand.doubtful = true;
                        hand.left = parts;
                    } else {
                        self.settle(&hand, &parts, Fate::InDoubt);
                    }
                    break Sent::Paused;
                }
                Answer::Hopeless { why } => {
                    self.complaints.hopeless(&why);
                    self.left_alone_until = Some(self::after(LEFT_ALONE));
                    self.settle(&hand, &parts, Fate::Failed);
                    let rest: Vec<Part> = bisection.rest().collect();
                    self.settle(&hand, &rest, Fate::Failed);
                    break Sent::All;
                }
            }
        };
        self.wary = bisection.nothing_taken();
        hand.left.extend(bisection.rest());
        if !hand.left.is_empty() {
            self.hand = Some(hand);
        }
        sent
    }

    /// Sends these once. `None`: a shutdown has ended the attempt.
    async fn attempt(&self, hand: &Hand, parts: &[Part]) -> Option<Answer> {
        let receiver = self.receiver.as_ref()?;
        let records = hand.records(parts);
        let timeout = self.queue().map_or(LAST_TRIES, |q| q.settings().timeout);
        let request = self.request(scopes(records.iter().copied()));
        tokio::select! {
            biased;
            answer = receiver.send(&request, records.len()) => Some(answer),
            () = sleep(timeout) => Some(Answer::Unknown {
                why: format!("no answer within {timeout:?}"),
                again: false,
            }),
            () = past_the_end(&self.beside) => None,
        }
    }

    fn request(&self, scope_logs: Vec<ScopeLogs>) -> Vec<u8> {
        let request = ExportLogsServiceRequest {
            resource_logs: vec![ResourceLogs {
                resource: Some(self.resource.clone()),
                scope_logs,
                ..ResourceLogs::default()
            }],
        };
        request.encode_to_vec()
    }

    fn take_in(&mut self, hand: &Hand, parts: &[Part], rejected: usize, message: &str) {
        let records = hand.records(parts).len();
        let rejected = rejected.min(records);
        if let Some(queue) = self.queue() {
            queue.settle(Fate::Acknowledged, records - rejected);
            // Nobody says which ones are rejected: some may have arrived at an earlier attempt.
            let fate = if hand.doubtful {
                Fate::InDoubt
            } else {
                Fate::Rejected
            };
            queue.settle(fate, rejected);
        }
        self.pace.taken();
        self.left_alone_until = None;
        if rejected > 0 {
            self.complaints.taken("");
            self.complaints.refused(rejected, message);
        } else {
            self.complaints.taken(message);
        }
    }

    fn reject(&self, hand: &Hand, parts: &[Part], why: &str) {
        if !parts.is_empty() {
            self.complaints.refused(hand.records(parts).len(), why);
            self.settle(hand, parts, Fate::Rejected);
        }
    }

    /// What may have arrived is in doubt, whatever became of it later.
    fn settle(&self, hand: &Hand, parts: &[Part], fate: Fate) {
        let fate = if hand.doubtful { Fate::InDoubt } else { fate };
        if let Some(queue) = self.queue() {
            queue.settle(fate, hand.records(parts).len());
        }
    }
}

const AGAIN: &str = "they are tried again";

/// Waits until the time is over that a shutdown gives.
async fn past_the_end(beside: &Beside) {
    loop {
        if let Order::Stop { until } = beside.next() {
            return sleep_until(until.into()).await;
        }
        beside.woken().await;
    }
}

/// So far from now, or as good as never.
fn after(duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + duration.min(YEAR)
}
