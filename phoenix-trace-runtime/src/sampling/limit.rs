//! A rate limit in one word that threads share: the generic cell rate algorithm (ITU-T I.371), which remembers when the next
//! one would be due if they came evenly.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const SECOND: u64 = 1_000_000_000;

/// Admits so many at once, and as many again in each period.
#[derive(Debug)]
pub(crate) struct RateLimit {
    start: Instant,
    /// Between two that come evenly, in nanoseconds.
    spacing: u64,
    /// How far those that come at once may run ahead, in nanoseconds.
    ahead: u64,
    /// When the next one is due, in nanoseconds since `start`.
    due: AtomicU64,
    /// Until when it counts as cutting: a second after the last one that it did not admit.
    cutting_until: AtomicU64,
}

impl RateLimit {
    /// `number` of none admits nothing.
    pub(crate) fn new(number: u32, period: Duration) -> Self {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        let spacing = period.checked_div(number.into()).unwrap_or(0);
        let ahead = spacing.saturating_mul(number.saturating_sub(1).into());
        Self::spaced(spacing, ahead, number == 0)
    }

    /// So many per second, which may be less than one; at once one at least.
    pub(super) fn per_second(rate: f64) -> Self {
        let spacing = (SECOND as f64 / rate.max(f64::MIN_POSITIVE)) as u64;
        let ahead = SECOND.saturating_sub(spacing);
        Self::spaced(spacing, ahead, rate <= 0.0)
    }

    fn spaced(spacing: u64, ahead: u64, none: bool) -> Self {
        Self {
            start: Instant::now(),
            spacing,
            ahead,
            due: AtomicU64::new(if none { u64::MAX } else { 0 }),
            cutting_until: AtomicU64::new(0),
        }
    }

    /// Is there room for one more? Then it is taken.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let now = self.since_start(now);
        let take = |due: u64| {
            let due = due.max(now);
            (due - now <= self.ahead).then(|| due.saturating_add(self.spacing))
        };
        let taken = self
            .due
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        if taken.is_err() {
            let until = now.saturating_add(SECOND);
            self.cutting_until.store(until, Ordering::Relaxed);
        }
        taken.is_ok()
    }

    /// Has it not admitted one in the last second?
    pub(super) fn is_cutting(&self, now: Instant) -> bool {
        self.since_start(now) < self.cutting_until.load(Ordering::Relaxed)
    }

    fn since_start(&self, now: Instant) -> u64 {
        let now = now.saturating_duration_since(self.start).as_nanos();
        u64::try_from(now).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admitted(limit: &RateLimit, after: Duration) -> usize {
        let now = limit.start + after;
        (0..10).filter(|_| limit.admits(now)).count()
    }

    #[test]
    fn so_many_at_once_and_as_many_again_in_each_period() {
        let limit = RateLimit::new(4, Duration::from_secs(60));
        assert_eq!(admitted(&limit, Duration::ZERO), 4);
        assert_eq!(admitted(&limit, Duration::from_secs(14)), 0);
        assert_eq!(admitted(&limit, Duration::from_secs(15)), 1);
        assert_eq!(admitted(&limit, Duration::from_secs(45)), 2);
        assert_eq!(admitted(&limit, Duration::from_secs(1000)), 4);
    }

    #[test]
    fn none_is_none() {
        for limit in [
            RateLimit::new(0, Duration::from_secs(1)),
            RateLimit::per_second(0.0),
        ] {
            assert_eq!(admitted(&limit, Duration::from_secs(1000)), 0);
        }
    }

    #[test]
    fn less_than_one_per_second_is_one_at_a_time() {
        let limit = RateLimit::per_second(0.1);
        assert_eq!(admitted(&limit, Duration::ZERO), 1);
        assert_eq!(admitted(&limit, Duration::from_secs(9)), 0);
        assert_eq!(admitted(&limit, Duration::from_secs(100)), 1);
    }

    #[test]
    fn it_counts_as_cutting_for_a_second() {
        let limit = RateLimit::per_second(2.0);
        let at = |millis| limit.start + Duration::from_millis(millis);
        assert!(limit.admits(at(0)) && limit.admits(at(0)) && !limit.is_cutting(at(0)));
        assert!(!limit.admits(at(0)));
        assert!(limit.is_cutting(at(999)) && !limit.is_cutting(at(1000)));
    }
}
