//! The recorder's clock: ticks of the processor's time-stamp counter where that is reliable, else of the system's
//! monotonic clock. Wall time is read once per kept segment, so that no duration ever depends on it.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

#[cfg(miri)]
use interpreted::Clock;
#[cfg(not(miri))]
use quanta::Clock;

static CLOCK: LazyLock<Clock> = LazyLock::new(Clock::new);

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

/// So many ticks in nanoseconds.
#[cfg(feature = "metrics")]
pub(crate) fn nanos(ticks: Ticks) -> u64 {
    CLOCK.delta_as_nanos(0, ticks)
}

/// How many ticks a duration takes; as many as there are, when it is too long.
pub(crate) fn ticks(duration: Duration) -> Ticks {
    const SAMPLE: Ticks = 1 << 40;
    let nanoseconds = u128::from(CLOCK.delta_as_nanos(0, SAMPLE).max(1));
    let ticks = duration.as_nanos().saturating_mul(u128::from(SAMPLE)) / nanoseconds;
    Ticks::try_from(ticks).unwrap_or(Ticks::MAX)
}

/// Where a segment's ticks lie in wall time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anchor {
    ticks: Ticks,
    wall: SystemTime,
}

impl Anchor {
    /// Both clocks are read at one time, as nearly as can be had.
    pub(crate) fn now() -> Self {
        Self::from_readings(|| (now(), SystemTime::now(), now()))
    }

    /// Of readings of the wall clock, each between two of our own: the first that nothing came between, such as another thread on
    /// this core, which would set all times of a segment off by as long as that took; else the quickest of some.
    fn from_readings(mut read: impl FnMut() -> (Ticks, SystemTime, Ticks)) -> Self {
        const SOME: usize = 8;
        const QUICK: Duration = Duration::from_micros(2);
        let mut anchor = || {
            let (before, wall, after) = read();
            let ticks = before + after.saturating_sub(before) / 2;
            (between(before, after), Self { ticks, wall })
        };
        let mut quickest = anchor();
        for _ in 1..SOME {
            if quickest.0 <= QUICK {
                break;
            }
            let next = anchor();
            if next.0 < quickest.0 {
                quickest = next;
            }
        }
        quickest.1
    }

    pub(crate) fn wall(&self, ticks: Ticks) -> SystemTime {
        let moved = if ticks <= self.ticks {
            self.wall.checked_sub(between(ticks, self.ticks))
        } else {
            self.wall.checked_add(between(self.ticks, ticks))
        };
        moved.unwrap_or(self.wall)
    }

    /// The same place in nanoseconds since 1970; for a wall clock that stands before that, at 1970.
    #[cfg(feature = "metrics")]
    pub(crate) fn unix(&self) -> UnixAnchor {
        let wall = self
            .wall
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        UnixAnchor {
            ticks: self.ticks,
            nanos: wall.as_nanos() as u64,
        }
    }
}

/// Where a segment's ticks lie in wall time as OTLP counts it.
#[cfg(feature = "metrics")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct UnixAnchor {
    ticks: Ticks,
    nanos: u64,
}

#[cfg(feature = "metrics")]
impl UnixAnchor {
    #[inline]
    pub(crate) fn nanos(&self, ticks: Ticks) -> u64 {
        if ticks <= self.ticks {
            self.nanos
                .saturating_sub(CLOCK.delta_as_nanos(ticks, self.ticks))
        } else {
            self.nanos
                .saturating_add(CLOCK.delta_as_nanos(self.ticks, ticks))
        }
    }
}

/// Miri has no time-stamp counter, and does not let anybody ask the processor for one.
#[cfg(miri)]
mod interpreted {
    use std::time::Instant;

    pub(super) struct Clock(Instant);

    impl Clock {
        pub(super) fn new() -> Self {
            Self(Instant::now())
        }

        pub(super) fn raw(&self) -> u64 {
            u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
        }

        pub(super) fn delta_as_nanos(&self, start: u64, end: u64) -> u64 {
            end.saturating_sub(start)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten readings, a tenth of a millisecond or more apart.
    fn readings() -> Vec<Ticks> {
        let mut readings = vec![now()];
        while readings.len() < 10 {
            let next = now();
            if readings
                .last()
                .is_some_and(|last| between(*last, next) > Duration::from_micros(100))
            {
                readings.push(next);
            }
        }
        readings
    }

    #[test]
    fn what_comes_between_the_readings_sets_no_time_off() {
        let start = SystemTime::now();
        let millisecond = Duration::from_millis(1);
        // Readings at these milliseconds: ours, the wall clock's, ours.
        let anchor = |readings: &[[u32; 3]]| {
            let mut readings = readings.iter().cycle().map(|&[before, wall, after]| {
                let at = |number| 1_000_000 + ticks(millisecond * number);
                (at(before), start + millisecond * wall, at(after))
            });
            Anchor::from_readings(|| readings.next().expect("there is always another"))
        };
        let off = |anchor: Anchor| {
            let started = anchor.wall(1_000_000);
            let off = started.duration_since(start);
            off.unwrap_or_else(|error| error.duration())
        };
        let little = Duration::from_micros(1);
        assert!(off(anchor(&[[0, 30, 30], [30, 30, 30]])) < little);
        assert!(off(anchor(&[[0, 0, 30], [40, 40, 40]])) < little);
        let never_quick = anchor(&[[0, 30, 30], [30, 31, 32], [40, 40, 50]]);
        assert!(off(never_quick) < little);
    }

    #[test]
    fn a_step_of_the_wall_clock_moves_all_times_and_no_duration() {
        let readings = readings();
        let hour = Duration::from_secs(3600);
        let today = SystemTime::now();
        let anchor = |wall| Anchor {
            ticks: readings[5],
            wall,
        };
        for wall in [
            today,
            today - hour,
            today + hour,
            SystemTime::UNIX_EPOCH,
            SystemTime::UNIX_EPOCH - hour,
        ] {
            let anchor = anchor(wall);
            assert_eq!(anchor.wall(readings[5]), wall);
            for pair in readings.windows(2) {
                let times = [anchor.wall(pair[0]), anchor.wall(pair[1])];
                let duration = times[1].duration_since(times[0]).expect("never negative");
                let difference = duration.abs_diff(between(pair[0], pair[1]));
                assert!(difference <= Duration::from_nanos(2), "{difference:?}");
            }
        }
    }

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

    #[cfg(feature = "metrics")]
    #[test]
    fn nanoseconds_since_1970_are_those_of_wall_time() {
        let start = now();
        let anchor = Anchor::now();
        for ticks in [start, now()] {
            let wall = anchor.wall(ticks).duration_since(SystemTime::UNIX_EPOCH);
            let nanos = wall.expect("after 1970").as_nanos();
            assert_eq!(u128::from(anchor.unix().nanos(ticks)), nanos);
        }
    }

    #[test]
    fn a_duration_has_as_many_ticks_as_it_takes() {
        let minute = Duration::from_secs(60);
        let there_and_back = between(1, 1 + ticks(minute));
        assert!(there_and_back.abs_diff(minute) < Duration::from_millis(1));
        assert_eq!(ticks(Duration::MAX), Ticks::MAX);
    }
}
