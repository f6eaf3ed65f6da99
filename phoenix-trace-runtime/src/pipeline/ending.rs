//! The end of a pipeline, within one deadline: what is open is decided, what is decided is sent, and the threads end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Pipeline, worker};
use crate::record::segment::Segment;
use crate::record::{cut, registry};

/// For what only has to be accounted for when the deadline has passed.
const GRACE: Duration = Duration::from_millis(100);

/// How long what runs may take to end by itself, before each of its spans that ends is decided alone.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is kept of the time to send what was decided last.
const SENDING: Duration = Duration::from_secs(1);

impl Pipeline {
    /// Decides what is open as far as it can be reached, sends everything, ends the threads. `false`: the deadline passed
    /// first, or something was given up.
    pub(crate) fn shutdown(&self, deadline: Duration) -> bool {
        let until = worker::after(deadline);
        let late = until + GRACE;
        self.decide_open(until);
        for lane in self.lanes() {
            lane.queue.close();
            lane.orders.stop(until, &lane.queue.wake);
        }
        for beside in &self.beside {
            beside.stop(until);
        }
        let ended: Vec<_> = self.lanes().map(|lane| lane.end(until)).collect();
        for lane in self.lanes() {
            lane.settle_by(late);
        }
        for beside in &self.beside {
            beside.end(late);
        }
        for after in &self.after {
            after.stop(until);
        }
        for after in &self.after {
            after.end(late);
        }
        #[cfg(feature = "logs")]
        if let Some(logs) = &self.logs {
            logs.close_lines(until);
        }
        ended.iter().all(|sent| *sent == Some(true))
    }

    /// Decides what is open. What is suspended, or runs on this thread, ends as cancelled. What runs on other threads is waited
    /// for, as long as something has ended in it: it comes within reach when it ends or is suspended, and, once its time is over,
    /// with each span of it that ends. So what is lost is what ended in something that does none of this until the deadline.
    fn decide_open(&self, until: Instant) {
        // Nobody is told when a strand is parked, or complete: recording would pay for that.
        const LOOK: Duration = Duration::from_millis(2);
        let begin = Instant::now();
        let left = match self.first.queue.is_closed() {
            true => Duration::ZERO,
            false => until.saturating_duration_since(begin),
        };
        let to_end = begin + PATIENCE.min(left / 4);
        let to_wait = begin + left - SENDING.min(left / 4);
        let mut segments = Vec::new();
        let mut asked = false;
        cut::close_running(self);
        loop {
            self.close_suspended(&mut segments);
            let now = Instant::now();
            if now >= to_end || !self.has_undecided() {
                segments.iter().for_each(|segment| segment.decide_now());
                self.waiting.decide_all();
            }
            if now >= to_wait || !self.has_undecided() {
                return;
            }
            if now >= to_end && !std::mem::replace(&mut asked, true) {
                self.tallies.want();
                for lane in self.lanes() {
                    lane.orders.ask(until, &lane.queue.wake);
                }
            }
            std::thread::sleep(LOOK);
        }
    }

    /// What suspended strands have recorded joins. Remembers the segments that are met.
    fn close_suspended(&self, segments: &mut Vec<Arc<Segment>>) {
        for part in registry::parts_of(self) {
            segments.extend(part.segment().cloned());
            part.close();
        }
        segments.sort_unstable_by_key(Arc::as_ptr);
        segments.dedup_by_key(|segment| Arc::as_ptr(segment));
    }

    /// Has anything ended, or been logged, that waits for its decision?
    fn has_undecided(&self) -> bool {
        #[cfg(feature = "logs")]
        if self.logs.as_ref().is_some_and(|logs| logs.is_holding()) {
            return true;
        }
        self.tallies.sum() > 0
    }
}
