//! A clock by hand. The recorder reads its own clock as ever; what a test sees of a reading is the time that stood on this one
//! when it was taken. So recording does not know of it, and tests at the same time have each their own.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::record::clock::{self, Ticks};
use crate::record::segment::lock;

/// The time of a [`Capture`](super::Capture), which stands still until it is moved on: see [`clock`](super::Capture::clock).
#[derive(Clone)]
pub struct Clock(Arc<Moved>);

struct Moved {
    /// A reading from before it was moved.
    start: Ticks,
    /// From which reading on it stood where, counted from its start, in ascending order.
    moves: Mutex<Vec<(Ticks, Duration)>>,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Moved {
            start: clock::now(),
            moves: Mutex::default(),
        }))
    }

    /// Moves time on, for what is recorded from here on.
    pub fn advance(&self, by: Duration) {
        let mut moves = lock(&self.0.moves);
        let last = clock::now();
        let next = || Some(clock::now()).filter(|now| *now > last);
        // A reading that nobody on this thread has had before.
        let from = std::iter::repeat_with(next).flatten().next();
        let since = moves.last().map_or(Duration::ZERO, |(_, since)| *since);
        moves.extend(from.map(|from| (from, since.saturating_add(by))));
    }

    /// What time it is: it begins with 1970, in UTC.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        self.wall(clock::now())
    }

    pub(crate) fn wall(&self, ticks: Ticks) -> SystemTime {
        let start = SystemTime::UNIX_EPOCH;
        start.checked_add(self.since_start(ticks)).unwrap_or(start)
    }

    pub(crate) fn ticks(&self, ticks: Ticks) -> Ticks {
        let since = clock::ticks(self.since_start(ticks));
        self.0.start.saturating_add(since)
    }

    fn since_start(&self, ticks: Ticks) -> Duration {
        let moves = lock(&self.0.moves);
        let before = moves.partition_point(|(from, _)| *from <= ticks);
        let last = before.checked_sub(1).and_then(|last| moves.get(last));
        last.map_or(Duration::ZERO, |(_, since)| *since)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}
