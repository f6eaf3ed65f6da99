//! What a configuration says about sampling, before it is compiled for a service.

use std::fmt;
use std::sync::Arc;

use super::rule::clamped;
use super::{JaegerRemote, Rule, Sample, SamplingRules};
use crate::config::Problem;

/// How segments are sampled. Errors are kept whatever the ratio says, unless sampling is off.
///
/// ```
/// use phoenix_trace::sampling::Sampler;
///
/// let sampler = Sampler::ratio(0.1);
/// assert_eq!(sampler.to_string(), "ratio 0.1, errors always");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Sampler {
    pub(super) base: Base,
    pub(super) parent_based: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Base {
    Rules(Arc<SamplingRules>),
    Custom(Arc<dyn Sample>),
    Remote(Arc<JaegerRemote>),
}

impl PartialEq for Base {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rules(one), Self::Rules(other)) => one == other,
            (Self::Custom(one), Self::Custom(other)) => Arc::ptr_eq(one, other),
            (Self::Remote(one), Self::Remote(other)) => one == other,
            _ => false,
        }
    }
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
        Self::from(Rule::new().never())
    }

    /// Keeps this share of the traces, the same ones in every service that has the same or a higher ratio (consistent
    /// probability sampling), and every segment in which something failed.
    ///
    /// `ratio` is clamped to 0..=1; what is not a number counts as 1.
    #[must_use]
    pub fn ratio(ratio: f64) -> Self {
        Self::from(Rule::new().ratio(clamped(ratio)))
    }

    /// Keeps what the sampler wants kept, and every segment in which something failed.
    ///
    /// For samplers of the OpenTelemetry SDK there is [`FromSdk`](super::FromSdk).
    #[must_use]
    pub fn custom(sampler: impl Sample) -> Self {
        Self::of(Base::Custom(Arc::new(sampler)))
    }

    /// Asks a Jaeger collector, or agent, for the strategies of this service (feature `jaeger-remote`).
    #[must_use]
    pub fn jaeger_remote(remote: JaegerRemote) -> Self {
        Self::of(Base::Remote(Arc::new(remote)))
    }

    const fn of(base: Base) -> Self {
        Self {
            base,
            parent_based: false,
        }
    }

    /// Follows the caller's decision where there is one; decides by itself at the root of a trace only. Failures are kept as
    /// ever.
    #[must_use]
    pub fn parent_based(self) -> Self {
        Self {
            parent_based: true,
            ..self
        }
    }

    /// The collector that is to be asked.
    pub(crate) fn remote(&self) -> Option<&Arc<JaegerRemote>> {
        match &self.base {
            Base::Remote(remote) => Some(remote),
            _ => None,
        }
    }

    /// Are there local roots that none of its rules may be for?
    pub(crate) fn leaves_open(&self) -> bool {
        match &self.base {
            Base::Rules(rules) => {
                let mut rules = rules.rules().iter();
                !rules.any(|rule| rule.has_scope_of(&Rule::new()))
            }
            Base::Custom(_) | Base::Remote(_) => false,
        }
    }

    /// What cannot be used of it.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        match &self.base {
            Base::Rules(rules) => rules.problems().collect(),
            Base::Custom(_) | Base::Remote(_) => Vec::new(),
        }
    }

    pub(crate) fn is_parent_based(&self) -> bool {
        self.parent_based
    }
}

impl From<SamplingRules> for Sampler {
    fn from(rules: SamplingRules) -> Self {
        Self::of(Base::Rules(Arc::new(rules)))
    }
}

impl From<Rule> for Sampler {
    fn from(rule: Rule) -> Self {
        Self::from(SamplingRules::new().rule(rule))
    }
}

impl fmt::Display for Sampler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parent_based {
            f.write_str("parent based, else ")?;
        }
        match &self.base {
            Base::Rules(rules) => match rules.rules() {
                [rule] if rule.has_scope_of(&Rule::new()) => write!(f, "{}", rule.given()),
                rules => write!(f, "{} rules", rules.len()),
            },
            Base::Custom(sampler) => write!(f, "{}, errors always", sampler.description()),
            Base::Remote(remote) => write!(f, "{remote}, errors always"),
        }
    }
}
