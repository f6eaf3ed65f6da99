//! One batch: it is sent, what its answers mean is counted, and what is left of it goes back to the queue.

use std::time::Instant;

use super::account::Count;
use super::bisect::{self, Bisection, Part};
use super::destination::Answer;
use super::export::Guarded;
use super::handover::Item as _;
use super::queue::{Entry, Range};
use super::worker::Worker;

/// What came of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Delivered {
    /// Nothing of it is left.
    All,
    /// There is a pause before the next one.
    Paused,
    /// It took longer than a shutdown may.
    Aborted,
}

impl Worker {
    pub(super) async fn deliver(&mut self, mut entries: Vec<Entry>) -> Delivered {
        let started = Instant::now();
        let mut bisection = Bisection::new(&entries, self.sending.batch.max(1), self.wary);
        let mut left = Vec::new();
        let delivered = loop {
            let Some(parts) = bisection.next() else {
                break Delivered::All;
            };
            let Some(answer) = self.attempt(&entries, &parts).await else {
                self.lose(&entries, &parts, Count::InDoubt);
                left.extend(bisection.rest());
                break Delivered::Aborted;
            };
            match answer {
                Answer::Taken { rejected, message } => {
                    bisection.taken();
                    self.take_in(&entries, &parts, rejected, &message);
                }
                Answer::Refused { why } => {
                    let rejected = bisection.refused(parts);
                    self.reject(&entries, &rejected, &why);
                }
                Answer::TooLarge { why } => {
                    let rejected = bisection.too_large(parts);
                    self.reject(&entries, &rejected, &why);
                }
                Answer::Later { why, after } => {
                    self.complaints.failed(&why, AGAIN);
                    self.pace.failed(after);
                    left = parts;
                    left.extend(bisection.rest());
                    break Delivered::Paused;
                }
                Answer::Unknown { why, again: true } => {
                    self.complaints.failed(&why, AGAIN);
                    self.pace.failed(None);
                    for part in &parts {
                        entries[part.entry].item.doubtful = true;
                    }
                    left = parts;
                    left.extend(bisection.rest());
                    break Delivered::Paused;
                }
                Answer::Unknown { why, again: false } => {
                    self.complaints
                        .failed(&why, "what was sent may have arrived");
                    self.pace.failed(None);
                    self.lose(&entries, &parts, Count::InDoubt);
                    left.extend(bisection.rest());
                    break Delivered::Paused;
                }
                Answer::Hopeless { why } => {
                    self.complaints.hopeless(&why);
                    self.pace.failed(None);
                    let mut lost = parts;
                    lost.extend(bisection.rest());
                    self.lose(&entries, &lost, Count::Failed);
                    break Delivered::Paused;
                }
            }
        };
        self.wary = bisection.nothing_taken();
        if self.wary && delivered == Delivered::All {
            self.pace.failed(None);
            self.put_away(entries, left, started);
            return Delivered::Paused;
        }
        self.put_away(entries, left, started);
        delivered
    }

    /// Sends these parts once. `None`: a shutdown has ended the attempt.
    async fn attempt(&self, entries: &[Entry], parts: &[Part]) -> Option<Answer> {
        let Some(destination) = &self.destination else {
            let why = "there is no exporter".to_owned();
            return Some(Answer::Hopeless { why });
        };
        let piece = |part: &Part| entries[part.entry].item.piece(part.range);
        let batch: Vec<_> = parts.iter().map(piece).collect();
        tokio::select! {
            biased;
            answer = Guarded::send(&**destination, &batch) => Some(answer),
            () = tokio::time::sleep(self.sending.timeout) => Some(Answer::Unknown {
                why: format!("no answer within {:?}", self.sending.timeout),
                again: false,
            }),
            () = self.lane().orders.abort.notified() => None,
        }
    }

    fn take_in(&mut self, entries: &[Entry], parts: &[Part], rejected: usize, message: &str) {
        let spans = bisect::spans(parts);
        let rejected = rejected.min(spans);
        // Nobody says which ones are rejected: some that are may have arrived at an earlier attempt.
        let doubtful = parts
            .iter()
            .filter(|part| entries[part.entry].item.doubtful);
        let doubtful: usize = doubtful.map(|part| part.range.spans()).sum();
        let in_doubt = rejected.min(doubtful);
        if let Some(mut settling) = self.lane().settle() {
            settling.count(Count::Acknowledged, spans - rejected);
            settling.count(Count::Rejected, rejected - in_doubt);
            settling.count(Count::InDoubt, in_doubt);
        }
        if rejected > 0 {
            self.complaints.refused(rejected, message);
        } else if !message.is_empty() {
            self.complaints.warned(message);
        }
        self.pace.taken();
        self.last_taken = Some(Instant::now());
        self.complaints.taken();
    }

    fn reject(&self, entries: &[Entry], parts: &[Part], why: &str) {
        if !parts.is_empty() {
            self.complaints.refused(bisect::spans(parts), why);
            self.count(entries, parts, Count::Rejected);
        }
    }

    /// Counts spans that will not be sent.
    fn lose(&self, entries: &[Entry], parts: &[Part], count: Count) {
        self.lane().orders.lost();
        self.count(entries, parts, count);
    }

    fn count(&self, entries: &[Entry], parts: &[Part], count: Count) {
        let Some(mut settling) = self.lane().settle() else {
            return;
        };
        for part in parts {
            let doubtful = entries[part.entry].item.doubtful;
            let count = if doubtful { Count::InDoubt } else { count };
            settling.count(count, part.range.spans());
        }
    }

    /// Puts what is left back into the queue, and gives the buffers of what is done to others.
    fn put_away(&mut self, mut entries: Vec<Entry>, left: Vec<Part>, started: Instant) {
        let alone = entries.len() == 1;
        let mut ranges: Vec<Vec<Range>> = entries.iter().map(|_| Vec::new()).collect();
        for Part { entry, range } in left {
            ranges[entry].push(range);
        }
        for (entry, left) in entries.iter_mut().zip(ranges) {
            if !left.is_empty() {
                entry.item.tried.get_or_insert(started);
            }
            entry.item.set_left(left);
        }
        let (left, done): (Vec<Entry>, Vec<Entry>) = entries
            .into_iter()
            .partition(|entry| entry.item.spans() > 0);
        let (over, left): (Vec<Entry>, Vec<Entry>) = left.into_iter().partition(|entry| {
            let tried = entry.item.tried.unwrap_or(started);
            tried.elapsed() >= self.sending.retry_for
        });
        if !over.is_empty() {
            self.pace.one_by_one();
        }
        let (kept, given_up): (Vec<Entry>, Vec<Entry>) = over.into_iter().partition(|entry| {
            // A failure is given up when it alone is not taken while others are.
            let others_taken = self.last_taken > entry.item.tried;
            entry.item.failed() && !(alone && others_taken)
        });
        if !kept.is_empty() {
            self.lane().orders.lost();
        }
        if let Some(mut settling) = self.lane().settle() {
            settling.put_back(left);
            settling.put_last(kept);
        }
        self.give_up(given_up, Count::Failed);
        self.recycle(done);
    }

    /// Counts whole entries that will not be sent.
    pub(super) fn give_up(&self, entries: Vec<Entry>, count: Count) {
        for entry in &entries {
            let parts: Vec<Part> = entry
                .item
                .left()
                .map(|range| Part { entry: 0, range })
                .collect();
            self.lose(std::slice::from_ref(entry), &parts, count);
        }
        self.recycle(entries);
    }

    fn recycle(&self, entries: Vec<Entry>) {
        if let Some(mut settling) = self.lane().settle() {
            settling.done(entries.iter().map(|entry| entry.item.bytes()).sum());
        }
        // Before they are given: meanwhile others have the lock.
        let strands = entries.into_iter().map(|entry| {
            let mut strand = entry.item.strand;
            strand.clear();
            strand
        });
        let strands: Vec<_> = strands.collect();
        self.pipeline.give_buffers(strands.into_iter());
    }
}

const AGAIN: &str = "it is tried again";
