//! Records on their way to the collector: bounded by number and by bytes. Warnings and errors are sent first, and take the
//! place of others when there is no more room.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use opentelemetry::logs::Severity;
use tokio::sync::Notify;

use super::record::Record;
use super::stats::LogExportStats;
use crate::pipeline::Component;
use crate::record::segment::lock;

/// What may wait for the collector, and for how long.
#[derive(Clone, Debug)]
pub(crate) struct Capacity {
    pub(crate) records: usize,
    pub(crate) bytes: usize,
    /// How many are sent at once.
    pub(crate) batch: usize,
    pub(crate) delay: Duration,
    /// For one attempt.
    pub(crate) timeout: Duration,
    /// What the exporter is called in metrics.
    pub(crate) component: Component,
}

impl Default for Capacity {
    fn default() -> Self {
        Self {
            records: 65_536,
            bytes: 16 * 1024 * 1024,
            batch: 512,
            delay: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
            component: Component::new("none"),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Queue {
    capacity: Capacity,
    state: Mutex<State>,
    /// For who sends: there is a first record, or a batch of them.
    pub(super) wake: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// At `WARN` and above, and the others.
    urgent: VecDeque<Record>,
    others: VecDeque<Record>,
    bytes: usize,
    /// Taken, and not accounted for.
    in_flight: usize,
    closed: bool,
    account: LogExportStats,
}

/// What became of records that were taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Acknowledged,
    Rejected,
    Failed,
    InDoubt,
    AlreadyShutdown,
}

impl Queue {
    pub(super) fn new(capacity: Capacity) -> Self {
        Self {
            capacity,
            state: Mutex::default(),
            wake: Notify::new(),
        }
    }

    pub(super) fn settings(&self) -> &Capacity {
        &self.capacity
    }

    pub(super) fn push(&self, record: &Record) {
        let mut state = self.lock();
        if state.closed {
            state.account.already_shutdown += 1;
            return;
        }
        let bytes = record.bytes();
        let urgent = record.severity >= Severity::Warn;
        let is_full = |state: &State| {
            state.len() + state.in_flight >= self.capacity.records
                || state.bytes + bytes > self.capacity.bytes
        };
        while is_full(&state) {
            let evicted = if urgent {
                state.others.pop_front()
            } else {
                None
            };
            state.account.queue_full += 1;
            let Some(evicted) = evicted else {
                return;
            };
            state.bytes -= evicted.bytes();
        }
        state.bytes += bytes;
        let queue = if urgent {
            &mut state.urgent
        } else {
            &mut state.others
        };
        queue.push_back(record.clone());
        let waiting = state.len();
        drop(state);
        if waiting == 1 || waiting == self.capacity.batch {
            self.wake.notify_one();
        }
    }

    /// Takes at most `most` records.
    pub(super) fn take(&self, most: usize) -> Vec<Record> {
        let mut state = self.lock();
        let urgent = most.min(state.urgent.len());
        let others = (most - urgent).min(state.others.len());
        let mut taken: Vec<Record> = state.urgent.drain(..urgent).collect();
        taken.extend(state.others.drain(..others));
        state.bytes -= taken.iter().map(Record::bytes).sum::<usize>();
        state.in_flight += taken.len();
        taken
    }

    /// Tells what became of some that were taken.
    pub(super) fn settle(&self, fate: Fate, records: usize) {
        let mut state = self.lock();
        state.in_flight -= records;
        let account = &mut state.account;
        let counter = match fate {
            Fate::Acknowledged => &mut account.acknowledged,
            Fate::Rejected => &mut account.rejected,
            Fate::Failed => &mut account.failed,
            Fate::InDoubt => &mut account.in_doubt,
            Fate::AlreadyShutdown => &mut account.already_shutdown,
        };
        *counter += records as u64;
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    /// Records that wait.
    pub(super) fn waiting(&self) -> usize {
        self.lock().len()
    }

    pub(super) fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    pub(super) fn stats(&self) -> LogExportStats {
        let state = self.lock();
        LogExportStats {
            queued: (state.len() + state.in_flight) as u64,
            ..state.account
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

impl State {
    fn len(&self) -> usize {
        self.urgent.len() + self.others.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_takes_the_place_of_what_is_none() {
        let queue = Queue::new(Capacity {
            records: 3,
            ..Capacity::default()
        });
        let record = |severity| {
            let mut record = Record::new();
            record.severity = severity;
            record
        };
        for severity in [Severity::Info, Severity::Info, Severity::Error] {
            queue.push(&record(severity));
        }
        queue.push(&record(Severity::Info));
        queue.push(&record(Severity::Warn));
        queue.push(&record(Severity::Warn));
        queue.push(&record(Severity::Warn));
        let severities: Vec<_> = queue.take(9).iter().map(|r| r.severity).collect();
        assert_eq!(
            severities,
            [Severity::Error, Severity::Warn, Severity::Warn]
        );
        queue.settle(Fate::Acknowledged, 3);
        let stats = queue.stats();
        assert_eq!(
            (stats.acknowledged, stats.queue_full, stats.total()),
            (3, 4, 7)
        );
    }
}
