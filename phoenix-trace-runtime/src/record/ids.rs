//! Identifiers: trace ids and strand seeds are random, span ids are derived from seed and number when somebody asks.

#[cfg(feature = "testing")]
use std::sync::atomic::{AtomicU32, Ordering};

use rand::rngs::SmallRng;
use rand::{Rng, RngExt, SeedableRng};

/// A generator that each thread owns, seeded from the system's entropy.
pub(crate) struct Ids(SmallRng);

impl Ids {
    pub(crate) fn from_entropy() -> Self {
        Self(SmallRng::from_seed(rand::rng().random()))
    }

    /// Never zero; all 128 bits are random, so the trace-context random flag may be set.
    pub(crate) fn trace_id(&mut self) -> u128 {
        let (high, low) = (self.0.next_u64(), self.0.next_u64());
        u128::from(high) << 64 | u128::from(low.max(1))
    }

    #[inline]
    pub(crate) fn seed(&mut self) -> u64 {
        self.0.next_u64().max(1)
    }
}

/// Ids that are the same in each run: drawn one after the other from a seed that a test gives.
#[cfg(feature = "testing")]
#[derive(Debug)]
pub(crate) struct Drawn {
    seed: u64,
    next: AtomicU32,
}

#[cfg(feature = "testing")]
impl Drawn {
    pub(crate) fn from(seed: u64) -> Self {
        Self {
            seed,
            next: AtomicU32::new(0),
        }
    }

    /// What the span ids of a strand derive from.
    pub(crate) fn span_seed(&self) -> u64 {
        span_id(self.seed, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// A trace id, or another that is as long.
    pub(crate) fn long(&self) -> u128 {
        u128::from(self.span_seed()) << 64 | u128::from(self.span_seed())
    }
}

/// The id of span `number` of the strand with this seed. Within one strand no two are equal: each step is a bijection
/// of 64 bits (the finaliser of SplitMix64). Zero, which is no span id, becomes another constant.
#[inline]
pub(crate) fn span_id(seed: u64, number: u32) -> u64 {
    let mut z = seed.wrapping_add(
        u64::from(number)
            .wrapping_add(1)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15),
    );
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^= z >> 31;
    if z == 0 { 0x5EED } else { z }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_distinct_and_never_zero() {
        let mut ids = Ids::from_entropy();
        let traces: HashSet<u128> = (0..1000).map(|_| ids.trace_id()).collect();
        assert_eq!(traces.len(), 1000);
        let seed = ids.seed();
        let spans: HashSet<u64> = (0..100_000).map(|n| span_id(seed, n)).collect();
        assert_eq!(spans.len(), 100_000);
        assert!(!spans.contains(&0) && !traces.contains(&0));
    }
}
