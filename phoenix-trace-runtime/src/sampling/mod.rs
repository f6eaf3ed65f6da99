//! Which segments are kept: the head decision, made when a segment starts, and the reasons found when it is complete.

pub(crate) mod forced;
mod limit;
mod preset;

use std::fmt;

pub(crate) use limit::RateLimit;
pub use preset::{Environment, configure_sampler};

use opentelemetry::TraceId;

use crate::propagation::{OtState, Randomness, Threshold};
use crate::record::across::Across;
use crate::record::context::Context;

/// How segments are sampled. Errors are kept whatever the ratio says, unless sampling is off.
///
/// ```
/// use phoenix_trace_runtime::sampling::Sampler;
///
/// let sampler = Sampler::ratio(0.1);
/// assert_eq!(sampler.to_string(), "ratio 0.1, errors always");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    head: Head,
    parent_based: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum Head {
    Never,
    /// Without a threshold: nothing passes.
    Ratio {
        ratio: f64,
        threshold: Option<Threshold>,
    },
}

impl Sampler {
    /// Keeps every segment.
    #[must_use]
    pub fn always_on() -> Self {
        Self::ratio(1.0)
    }

    /// Keeps nothing, failed segments included.
    #[must_use]
    pub fn always_off() -> Self {
        Self {
            head: Head::Never,
            parent_based: false,
        }
    }

    /// Keeps this share of the traces, the same ones in every service that has the same or a higher ratio (consistent
    /// probability sampling), and every segment in which something failed.
    ///
    /// `ratio` is clamped to 0..=1; what is not a number counts as 1.
    #[must_use]
    pub fn ratio(ratio: f64) -> Self {
        let ratio = if ratio.is_nan() {
            1.0
        } else {
            ratio.clamp(0.0, 1.0)
        };
        Self {
            head: Head::Ratio {
                ratio,
                threshold: Threshold::from_probability(ratio),
            },
            parent_based: false,
        }
    }

    /// Follows the caller's decision where there is one; decides by itself at the root of a trace only.
    #[must_use]
    pub fn parent_based(self) -> Self {
        Self {
            parent_based: true,
            ..self
        }
    }

    /// The head decision for a segment that starts in this context: sets its sampled flag and threshold.
    pub(crate) fn decide(&self, context: &mut Context) {
        let trace_id = TraceId::from(context.trace_id);
        let (told, randomness) = if context.state.is_empty() {
            (None, Randomness::of_trace(trace_id))
        } else if forced::is_marked(&context.state) && !self.is_off() {
            context.forced = true;
            context.set_sampled(true);
            // Nobody knows how many others such a segment stands for.
            context.threshold = None;
            return;
        } else {
            let told = OtState::of(&context.state);
            (told.threshold, told.randomness_or(trace_id))
        };
        context.threshold = if self.parent_based && context.remote {
            told.filter(|_| context.is_sampled())
        } else {
            let keeps = |threshold: &Threshold| threshold.keeps(randomness);
            let threshold = match self.head {
                Head::Never => None,
                Head::Ratio { threshold, .. } => threshold.filter(keeps),
            };
            context.set_sampled(threshold.is_some());
            threshold
        };
    }

    /// Why a complete segment is kept; `None`: it is dropped.
    pub(crate) fn reasons(&self, context: &Context, found: Found) -> Option<Reasons> {
        let mut reasons = found.across.announced;
        if context.forced {
            reasons = reasons.and(Reasons::FORCED);
        } else if context.is_sampled() {
            reasons = reasons.and(Reasons::HEAD);
        }
        if found.failed && !self.is_off() {
            reasons = reasons.and(Reasons::ERROR);
        } else if found.across.callee && !self.is_off() {
            reasons = reasons.and(Reasons::CALLEE);
        }
        (reasons != Reasons::NONE).then_some(reasons)
    }

    /// Is nothing kept, whatever happens?
    fn is_off(&self) -> bool {
        self.head == Head::Never && !self.parent_based
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parent_based {
            f.write_str("parent based, else ")?;
        }
        match &self.head {
            Head::Never => f.write_str("never"),
            Head::Ratio { ratio, .. } => write!(f, "ratio {ratio}, errors always"),
        }
    }
}

/// What is known of a segment when it is decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    /// Something failed in a way that keeps it.
    pub(crate) failed: bool,
    pub(crate) across: Across,
}

/// Why a segment is kept; several reasons may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reasons(u8);

impl Reasons {
    pub(crate) const HEAD: Self = Self(1);
    pub(crate) const ERROR: Self = Self(2);
    pub(crate) const FORCED: Self = Self(4);
    /// A service that was called keeps its part; said of segments that have no error themselves.
    pub(crate) const CALLEE: Self = Self(8);
    pub(crate) const NONE: Self = Self(0);
    const ALL: [(Self, &'static str); 4] = [
        (Self::HEAD, "head"),
        (Self::FORCED, "forced"),
        (Self::ERROR, "error"),
        (Self::CALLEE, "callee"),
    ];

    fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    pub(crate) fn of_bits(bits: u8) -> Self {
        Self(bits)
    }

    /// Without the head decision.
    pub(crate) fn beside_head(self) -> Self {
        Self(self.0 & !Self::HEAD.0)
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
}
