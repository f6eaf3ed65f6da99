//! When a worker sends next, and how much: pauses that grow while a receiver fails, and small batches after that.

use std::time::{Duration, Instant};

use super::Sending;

#[derive(Debug)]
pub(crate) struct Pace {
    first_pause: Duration,
    longest_pause: Duration,
    longest_wait: Duration,
    batch: usize,
    /// How long the next pause is, before jitter.
    next_pause: Duration,
    /// Our own pause.
    pause: Option<Instant>,
    /// The receiver asked for peace until then.
    asked: Option<Instant>,
    /// Spans that are sent at once.
    spans: usize,
}

impl Pace {
    pub(crate) fn new(sending: &Sending) -> Self {
        Self {
            first_pause: sending.first_pause,
            longest_pause: sending.longest_pause,
            longest_wait: sending.longest_wait,
            batch: sending.batch.max(1),
            next_pause: sending.first_pause,
            pause: None,
            asked: None,
            spans: sending.batch.max(1),
        }
    }

    /// Until when nothing is sent.
    pub(crate) fn until(&self) -> Option<Instant> {
        let now = Instant::now();
        self.pause.max(self.asked).filter(|until| *until > now)
    }

    /// Until when the receiver wants to be left alone.
    pub(super) fn asked_until(&self) -> Option<Instant> {
        let now = Instant::now();
        self.asked.filter(|until| *until > now)
    }

    pub(super) fn spans(&self) -> usize {
        self.spans
    }

    pub(crate) fn taken(&mut self) {
        self.pause = None;
        self.asked = None;
        self.next_pause = self.first_pause;
        self.spans = self.spans.saturating_mul(2).min(self.batch);
    }

    pub(crate) fn failed(&mut self, after: Option<Duration>) {
        let now = Instant::now();
        let jitter = 0.8 + 0.4 * rand::random::<f64>();
        self.pause = Some(now + self.next_pause.mul_f64(jitter));
        self.next_pause = (self.next_pause * 2).min(self.longest_pause);
        self.asked = after.map(|after| now + after.min(self.longest_wait));
    }

    /// A batch has had its time: from now on they are small, until one is taken, so that one that can never be sent does
    /// not hold up the others.
    pub(super) fn one_by_one(&mut self) {
        self.spans = 1;
    }

    /// Somebody waits: what only we thought better is not waited for any more.
    pub(crate) fn hurry(&mut self) {
        const HURRIED: Duration = Duration::from_millis(100);
        self.pause = None;
        self.next_pause = self.first_pause.min(HURRIED);
    }
}
