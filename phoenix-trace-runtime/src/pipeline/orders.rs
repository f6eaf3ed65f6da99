//! What others ask of a worker, a flush or its end, and how they wait for it.
//!
//! Like `handover`, this file is also run with loom's locks.

use std::time::Instant;

use super::sync::{Condvar, Mutex, Notify, lock};

#[derive(Debug)]
pub(super) struct Orders {
    state: Mutex<State>,
    changed: Condvar,
    /// Ends an attempt that takes longer than a shutdown may.
    pub(super) abort: Notify,
}

#[derive(Debug, Default)]
struct State {
    /// Flushes that were asked for.
    asked: u64,
    /// Those that are over.
    answered: u64,
    /// Up to here everything was sent.
    sent: u64,
    /// How many were asked for when something was last given up or put off.
    lost: u64,
    /// That happened after the worker was asked to end.
    lost_at_end: bool,
    /// Until when the flushes have time that are not over.
    flush_until: Option<Instant>,
    /// Until when the worker has time to end.
    stop: Option<Instant>,
    /// It has ended; was everything sent?
    ended: Option<bool>,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Nothing,
    Flush { number: u64, until: Instant },
    Stop { until: Instant },
}

impl Orders {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            changed: Condvar::new(),
            abort: Notify::new(),
        }
    }

    /// Asks for a flush, which [`wait_for`](Self::wait_for) waits for.
    pub(super) fn ask(&self, until: Instant, wake: &Notify) -> u64 {
        let mut state = lock(&self.state);
        state.asked += 1;
        state.flush_until = state.flush_until.max(Some(until));
        let number = state.asked;
        drop(state);
        wake.notify_one();
        number
    }

    /// Was everything sent that was there when flush `number` was asked for?
    pub(super) fn wait_for(&self, number: u64, until: Instant) -> bool {
        let state = self.wait(until, |state| {
            state.answered >= number || state.ended.is_some()
        });
        state.is_some_and(|state| state.sent >= number)
    }

    /// Asks the worker to end.
    pub(super) fn stop(&self, until: Instant, wake: &Notify) {
        let mut state = lock(&self.state);
        state.stop = Some(state.stop.map_or(until, |earlier| earlier.min(until)));
        drop(state);
        wake.notify_one();
    }

    /// Has it ended in time? With `true`: everything was sent.
    pub(super) fn wait_for_end(&self, until: Instant) -> Option<bool> {
        self.wait(until, |state| state.ended.is_some())?.ended
    }

    pub(super) fn next(&self) -> Order {
        let state = lock(&self.state);
        match (state.stop, state.flush_until) {
            (Some(until), _) => Order::Stop { until },
            (None, Some(until)) if state.asked > state.answered => Order::Flush {
                number: state.asked,
                until,
            },
            _ => Order::Nothing,
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        lock(&self.state).stop.is_some()
    }

    /// Something was given up, or put off until after the flushes that run.
    pub(super) fn lost(&self) {
        let mut state = lock(&self.state);
        state.lost = state.asked;
        state.lost_at_end |= state.stop.is_some();
    }

    /// Flush `number` is over, and those before it. `done`: nothing of it is left.
    pub(super) fn answer(&self, number: u64, done: bool) {
        let mut state = lock(&self.state);
        if done && state.lost <= state.answered {
            state.sent = number;
        }
        state.answered = number;
        if state.asked == number {
            state.flush_until = None;
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The worker has ended, with everything accounted for. Who still waits for a flush, or asks for one later, gets the
    /// same answer.
    pub(super) fn end(&self) {
        let mut state = lock(&self.state);
        if state.ended.is_none() {
            let sent = !state.lost_at_end;
            state.ended = Some(sent);
            if sent {
                state.sent = u64::MAX;
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The state in which `done` holds, or nothing when it did not in time.
    fn wait(&self, until: Instant, done: impl Fn(&State) -> bool) -> Option<Snapshot> {
        let mut state = lock(&self.state);
        while !done(&state) {
            let left = until.checked_duration_since(Instant::now())?;
            let waited = self.changed.wait_timeout(state, left);
            state = match waited {
                Ok((state, _)) => state,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        Some(Snapshot {
            sent: state.sent,
            ended: state.ended,
        })
    }
}

struct Snapshot {
    sent: u64,
    ended: Option<bool>,
}
