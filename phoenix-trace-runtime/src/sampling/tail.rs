//! Why a complete segment is kept, and how many others it stands for.

use std::sync::atomic::Ordering;

use super::Control;
use super::storm::Weather;
use crate::propagation::Threshold;
use crate::record::across::Across;
use crate::record::context::Context;

/// What is known of a segment when it is decided.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// Something in it failed in a way that keeps it.
    pub(crate) failed: bool,
    /// Its local root took longer than the bound that it was started with.
    pub(crate) slow: bool,
    pub(crate) across: Across,
}

/// Why a segment is kept that is not complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SoFar {
    /// For these reasons, if there are any.
    Kept(Reasons),
    /// Something in it failed, and the limit on errors cuts it.
    Cut,
}

/// Why a segment is kept; several reasons may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons(u8);

impl Reasons {
    pub(crate) const HEAD: Self = Self(1);
    pub(crate) const ERROR: Self = Self(2);
    pub(crate) const FORCED: Self = Self(4);
    /// A service that was called keeps its part; said of segments that neither failed nor were forced themselves.
    pub(crate) const CALLEE: Self = Self(8);
    pub(crate) const SLOW: Self = Self(16);
    pub(crate) const NONE: Self = Self(0);
    const ALL: [(Self, &'static str); 5] = [
        (Self::HEAD, "head"),
        (Self::FORCED, "forced"),
        (Self::ERROR, "error"),
        (Self::SLOW, "slow"),
        (Self::CALLEE, "callee"),
    ];

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Without the head decision.
    pub(crate) fn beside_head(self) -> Self {
        self.without(Self::HEAD)
    }

    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The words for `phoenix.sampling.reason`.
    pub(crate) fn words(self) -> impl Iterator<Item = &'static str> {
        Self::ALL
            .into_iter()
            .filter(move |(reason, _)| self.has(*reason))
            .map(|(_, word)| word)
    }

    /// Those that hold for a complete segment.
    #[inline]
    fn of(context: &Context, found: Found) -> Self {
        let mut reasons = found.across.announced;
        if context.forced {
            reasons = reasons.and(Self::FORCED);
        } else if context.is_sampled() {
            reasons = reasons.and(Self::HEAD);
        }
        if context.tail {
            if found.failed {
                reasons = reasons.and(Self::ERROR);
            } else if found.across.callee && !context.forced {
                reasons = reasons.and(Self::CALLEE);
            }
            if found.slow {
                reasons = reasons.and(Self::SLOW);
            }
        }
        reasons
    }

    /// The probability with which segments like this are kept; `None`: nobody knows it.
    fn threshold(self, context: &Context) -> Option<Threshold> {
        match self.has(Self::ERROR) || self.has(Self::SLOW) {
            // All of its kind are kept.
            true => Some(Threshold::ALWAYS),
            false => context.threshold,
        }
    }
}

impl Control {
    /// Why a complete segment is kept, and with which threshold; `None`: it is dropped. `failure` tells the operation of the
    /// local root, and the type of the first failure that keeps it.
    #[inline]
    pub(crate) fn reasons(
        &self,
        context: &Context,
        found: Found,
        failure: impl FnOnce() -> Option<(String, String)>,
    ) -> Option<(Reasons, Option<Threshold>)> {
        let reasons = Reasons::of(context, found);
        if reasons == Reasons::NONE {
            return None;
        }
        if reasons.has(Reasons::ERROR) {
            return self.limited(reasons, context, found, failure);
        }
        Some((reasons, reasons.threshold(context)))
    }

    /// The same of a segment that is not complete: what is told of it is kept, and what is cut is not asked about again.
    pub(crate) fn reasons_so_far(
        &self,
        context: &Context,
        found: Found,
        failure: impl FnOnce() -> Option<(String, String)>,
    ) -> SoFar {
        let reasons = Reasons::of(context, found);
        let alone = reasons == Reasons::ERROR && !found.across.callee;
        let cut = || found.across.cut || weather(context, alone, failure) == Weather::Cut;
        match alone && cut() {
            true => SoFar::Cut,
            false => SoFar::Kept(reasons),
        }
    }

    #[cold]
    fn limited(
        &self,
        reasons: Reasons,
        context: &Context,
        found: Found,
        failure: impl FnOnce() -> Option<(String, String)>,
    ) -> Option<(Reasons, Option<Threshold>)> {
        let without = reasons.without(Reasons::ERROR);
        // What was told of it has passed the limit, and what a callee keeps has passed that of the callee.
        let told = found.across.announced.has(Reasons::ERROR) || found.across.callee;
        let alone = without == Reasons::NONE && !told;
        let weather = match alone && found.across.cut {
            true => Weather::Cut,
            false => weather(context, alone, failure),
        };
        match weather {
            Weather::Calm => Some((reasons, reasons.threshold(context))),
            // All that are slow are kept, and all that were asked for, whatever failed in them.
            Weather::Storm if reasons.has(Reasons::SLOW) || reasons.has(Reasons::FORCED) => {
                Some((reasons, reasons.threshold(context)))
            }
            Weather::Storm => Some((reasons, None)),
            Weather::Cut => {
                self.errors_cut.fetch_add(1, Ordering::Relaxed);
                None
            }
        }
    }
}

/// What the limit on errors says that was in force when the segment started.
fn weather(
    context: &Context,
    alone: bool,
    failure: impl FnOnce() -> Option<(String, String)>,
) -> Weather {
    match &context.storm {
        Some(storm) => storm.weather(alone, failure),
        None => Weather::Calm,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{Sampler, Storm};
    use super::*;

    #[test]
    fn a_limit_on_errors_leaves_what_a_callee_keeps() {
        let control = Control::of_code("shop", Sampler::ratio(0.0));
        let context = Context {
            tail: true,
            storm: Some(Arc::new(Storm::new(0.0))),
            ..Context::default()
        };
        let failed = |callee: bool| Found {
            failed: true,
            across: Across {
                callee,
                ..Across::default()
            },
            ..Found::default()
        };
        let kept = |callee: bool| control.reasons(&context, failed(callee), || None);
        let so_far = |callee: bool| control.reasons_so_far(&context, failed(callee), || None);
        assert_eq!(kept(false), Some((Reasons::ERROR, None)), "the first");
        assert_eq!((kept(false), so_far(false)), (None, SoFar::Cut));
        assert_eq!(kept(true), Some((Reasons::ERROR, None)));
        assert_eq!(so_far(true), SoFar::Kept(Reasons::ERROR));
        assert_eq!(control.errors_cut.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn what_all_are_kept_for_is_certain_in_a_storm_too() {
        let control = Control::of_code("shop", Sampler::ratio(0.0));
        let alone = Context {
            tail: true,
            storm: Some(Arc::new(Storm::new(0.0))),
            ..Context::default()
        };
        let forced = Context {
            forced: true,
            threshold: Some(Threshold::ALWAYS),
            ..alone.clone()
        };
        let threshold = |context: &Context, slow: bool| {
            let found = Found {
                failed: true,
                slow,
                ..Found::default()
            };
            let kept = control.reasons(context, found, || None);
            kept.expect("it is kept").1
        };
        assert_eq!(threshold(&alone, false), None, "the storm begins");
        assert_eq!(threshold(&alone, true), Some(Threshold::ALWAYS));
        assert_eq!(threshold(&forced, false), Some(Threshold::ALWAYS));
    }

    #[test]
    fn what_was_cut_when_the_caller_was_told_is_not_kept_later() {
        let control = Control::of_code("shop", Sampler::ratio(0.0));
        let context = Context {
            tail: true,
            // There is room for all.
            storm: Some(Arc::new(Storm::new(1000.0))),
            ..Context::default()
        };
        let failed = |cut: bool| Found {
            failed: true,
            across: Across {
                cut,
                ..Across::default()
            },
            ..Found::default()
        };
        let kept = |found: Found| control.reasons(&context, found, || None);
        assert!(kept(failed(false)).is_some());
        assert_eq!(kept(failed(true)), None);
        assert_eq!(
            control.reasons_so_far(&context, failed(true), || None),
            SoFar::Cut
        );
        assert_eq!(control.errors_cut.load(Ordering::Relaxed), 1);
        // It was slow as well.
        let slow = Found {
            slow: true,
            ..failed(true)
        };
        assert!(kept(slow).is_some());
    }
}
