//! Ids and times that a test has in its hands: asked wherever ids begin, and wherever readings of the clock become time.
//! Without the feature `testing` there are none.

use std::time::SystemTime;

use crate::record::clock::Ticks;
#[cfg(feature = "testing")]
use crate::{record::ids::Drawn, testing::Clock};

#[derive(Debug, Default)]
pub(crate) struct ByHand {
    #[cfg(feature = "testing")]
    ids: std::sync::OnceLock<Drawn>,
    #[cfg(feature = "testing")]
    clock: std::sync::OnceLock<Clock>,
}

#[cfg(feature = "testing")]
impl ByHand {
    /// `false`: they are drawn from a seed already.
    pub(crate) fn draw_ids_from(&self, seed: u64) -> bool {
        self.ids.set(Drawn::from(seed)).is_ok()
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.clock.get_or_init(Clock::new)
    }

    /// What the span ids of another strand derive from.
    #[inline]
    pub(crate) fn span_seed(&self) -> Option<u64> {
        self.ids.get().map(Drawn::span_seed)
    }

    /// The id of another trace or request.
    #[inline]
    pub(crate) fn long_id(&self) -> Option<u128> {
        self.ids.get().map(Drawn::long)
    }

    /// The reading that the recorder's clock would have given if it went by hand.
    #[inline]
    pub(crate) fn ticks(&self, ticks: Ticks) -> Ticks {
        self.clock.get().map_or(ticks, |clock| clock.ticks(ticks))
    }

    /// The time of a reading.
    #[inline]
    pub(crate) fn wall(&self, ticks: Ticks) -> Option<SystemTime> {
        self.clock.get().map(|clock| clock.wall(ticks))
    }
}

#[cfg(not(feature = "testing"))]
#[expect(clippy::unused_self, reason = "with `testing` they look there")]
impl ByHand {
    #[inline]
    pub(crate) const fn span_seed(&self) -> Option<u64> {
        None
    }

    #[inline]
    pub(crate) const fn long_id(&self) -> Option<u128> {
        None
    }

    #[inline]
    pub(crate) const fn ticks(&self, ticks: Ticks) -> Ticks {
        ticks
    }

    #[inline]
    pub(crate) const fn wall(&self, _: Ticks) -> Option<SystemTime> {
        None
    }
}
