//! Error storms: a limit on what is kept only because something in it failed, which lets one of each distinct failure through
//! per second. Nothing here locks: what has been seen stands in a table of fixed size.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::RateLimit;

/// The places of the table, four for each of the 1024 distinct failures of one second that are told apart, so that one is free
/// nearby.
const SEEN: usize = 4096;
/// How many places of the table are looked at for one of them.
const PROBES: usize = 32;

#[derive(Debug)]
pub(crate) struct Storm {
    limit: RateLimit,
    start: Instant,
    /// In the upper half the second, from one, in the lower a part of the hash of what was seen in it.
    seen: Box<[AtomicU64]>,
    pub(super) per_second: f64,
}

/// What tells a failure from others: the operation of the local root, and the type of the error.
#[derive(Clone, Copy, Debug, Hash)]
struct Distinct<'a> {
    operation: &'a str,
    error_type: &'a str,
}

/// What a limit on errors says to a segment that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weather {
    /// All that failed are kept.
    Calm,
    /// It is kept, of others nobody knows.
    Storm,
    /// It is not kept for that.
    Cut,
}

impl Storm {
    pub(crate) fn new(per_second: f64) -> Self {
        Self {
            limit: RateLimit::per_second(per_second),
            start: Instant::now(),
            seen: std::iter::repeat_with(AtomicU64::default)
                .take(SEEN)
                .collect(),
            per_second,
        }
    }

    /// What it says to a segment that has failed, and which is kept for nothing else if it has failed `alone`. `failure` tells
    /// the operation of its local root, and the type of the first failure that keeps it.
    #[cold]
    pub(super) fn weather(
        &self,
        alone: bool,
        failure: impl FnOnce() -> Option<(String, String)>,
    ) -> Weather {
        let now = Instant::now();
        if alone {
            let (operation, error_type) = failure().unwrap_or_default();
            let failure = Distinct {
                operation: &operation,
                error_type: &error_type,
            };
            if !self.admits(failure, now) {
                return Weather::Cut;
            }
        }
        // Does nobody know how many others a segment stands for that is kept for an error?
        match self.limit.is_cutting(now) {
            true => Weather::Storm,
            false => Weather::Calm,
        }
    }

    /// Is a segment to be kept for this failure alone?
    fn admits(&self, failure: Distinct<'_>, now: Instant) -> bool {
        let is_first = self.is_first(failure, now);
        self.limit.admits(now) || is_first
    }

    /// Is it the first of its kind in this second? Not if the table is full.
    fn is_first(&self, failure: Distinct<'_>, now: Instant) -> bool {
        let second = now.saturating_duration_since(self.start).as_secs() as u32;
        let mut hasher = DefaultHasher::new();
        failure.hash(&mut hasher);
        let hash = hasher.finish();
        let mine = u64::from(second.wrapping_add(1)) << 32 | hash & 0xffff_ffff;
        for probe in 0..PROBES {
            let place = (hash >> 32) as usize + probe;
            let Some(seen) = self.seen.get(place % SEEN) else {
                return false;
            };
            let there = seen.load(Ordering::Relaxed);
            if there == mine {
                return false;
            }
            if there >> 32 == mine >> 32 {
                continue;
            }
            let placed = seen.compare_exchange(there, mine, Ordering::Relaxed, Ordering::Relaxed);
            match placed {
                Ok(_) => return true,
                Err(taken) if taken == mine => return false,
                Err(_) => {}
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const KINDS: usize = 1024;

    fn failure(number: usize) -> [String; 2] {
        [
            format!("operation {}", number / 3),
            format!("E{}", number % 3),
        ]
    }

    #[test]
    fn one_of_each_distinct_failure_gets_through_per_second() {
        let storm = Storm::new(10.0);
        for second in 0..3 {
            let now = storm.start + Duration::from_secs(10 * second);
            let mut admitted = 0;
            for number in 0..10_000 {
                let [operation, error_type] = &failure(number % 60);
                let failure = Distinct {
                    operation,
                    error_type,
                };
                admitted += usize::from(storm.admits(failure, now));
            }
            // The first ten by the limit, of which each is the first of its kind, and the other fifty kinds.
            assert_eq!(admitted, 60, "second {second}");
        }
    }

    #[test]
    fn as_many_kinds_as_are_promised_are_told_apart() {
        let storm = Storm::new(0.0);
        for second in 0..20 {
            let now = storm.start + Duration::from_secs(second);
            let admitted = (0..KINDS).filter(|number| {
                let [operation, error_type] = &failure(*number);
                let failure = Distinct {
                    operation,
                    error_type,
                };
                storm.admits(failure, now)
            });
            assert_eq!(admitted.count(), KINDS, "second {second}");
        }
    }

    #[test]
    fn more_failures_than_it_can_tell_apart_are_cut() {
        let storm = Storm::new(1.0);
        let now = storm.start;
        let admitted = (0..100_000).filter(|number| {
            let [operation, error_type] = &failure(*number);
            let failure = Distinct {
                operation,
                error_type,
            };
            storm.admits(failure, now)
        });
        assert!(admitted.count() <= SEEN + 1);
    }
}
