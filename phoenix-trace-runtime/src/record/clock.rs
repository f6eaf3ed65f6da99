//! The recorder's clock: ticks of the processor's time-stamp counter where that is reliable, else of the system's
//! monotonic clock. Wall time is read once per kept segment, so that no duration ever depends on it.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

static CLOCK: LazyLock<quanta::Clock> = LazyLock::new(quanta::Clock::new);

/// A reading of the clock. Zero stands for "not yet".
pub(crate) type Ticks = u64;

#[inline]
pub(crate) fn now() -> Ticks {
    CLOCK.raw()
}

/// From `start` to `end`; zero when they are in the other order.
pub(crate) fn between(start: Ticks, end: Ticks) -> Duration {
    if end <= start {
        return Duration::ZERO;
    }
    Duration::from_nanos(CLOCK.delta_as_nanos(start, end))
}

/// Where a segment's ticks lie in wall time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    ticks: Ticks,
    wall: SystemTime,
}

impl Anchor {
    pub(crate) fn now() -> Self {
        Self {
            ticks: now(),
            wall: SystemTime::now(),
        }
    }

    pub(crate) fn wall(&self, ticks: Ticks) -> SystemTime {
        let moved = if ticks <= self.ticks {
            self.wall.checked_sub(between(ticks, self.ticks))
        } else {
            self.wall.checked_add(between(self.ticks, ticks))
        };
        moved.unwrap_or(self.wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_keep_the_order_and_distance_of_ticks() {
        let start = now();
        let anchor = Anchor::now();
        let end = now();
        let wall = anchor
            .wall(end)
            .duration_since(anchor.wall(start))
            .expect("in order");
        let difference = wall.abs_diff(between(start, end));
        assert!(difference <= Duration::from_nanos(2), "{difference:?}");
        assert_eq!(between(end, start), Duration::ZERO);
    }
}
