//! A rate limit in one word that threads share: the generic cell rate algorithm (ITU-T I.371), which remembers when the next
//! one would be due if they came evenly.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

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
}

impl RateLimit {
    /// `number` of none admits nothing.
    pub(crate) fn new(number: u32, period: Duration) -> Self {
        let period = u64::try_from(period.as_nanos()).unwrap_or(u64::MAX);
        let spacing = period.checked_div(number.into()).unwrap_or(0);
        Self {
            start: Instant::now(),
            spacing,
            ahead: spacing.saturating_mul(number.saturating_sub(1).into()),
            due: AtomicU64::new(if number == 0 { u64::MAX } else { 0 }),
        }
    }

    /// Is there room for one more? Then it is taken.
    pub(crate) fn admits(&self, now: Instant) -> bool {
        let now = now.saturating_duration_since(self.start).as_nanos();
        let now = u64::try_from(now).unwrap_or(u64::MAX);
        let take = |due: u64| {
            let due = due.max(now);
            (due - now <= self.ahead).then(|| due.saturating_add(self.spacing))
        };
        self.due
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
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
        let limit = RateLimit::new(0, Duration::from_secs(1));
        assert_eq!(admitted(&limit, Duration::from_secs(1000)), 0);
    }
}
