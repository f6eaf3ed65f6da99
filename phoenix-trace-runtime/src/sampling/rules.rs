//! Sampling rules in their order.

use std::fmt;

use super::Rule;
use super::preset;
use super::rule::NoRate;
use crate::config::Problem;

/// Sampling rules, in order: the first that is for a local root decides about its segment. What none of them is for is
/// decided by whoever comes after them: the preset of the environment at last.
///
/// ```
/// use phoenix_trace::Config;
/// use phoenix_trace::sampling::{Rule, SamplingRules};
///
/// let rules = SamplingRules::new()
///     .rule(Rule::new().operation("GET /healthz").never())
///     .rule(Rule::new().attribute("tenant", "acme").always())
///     .rule(Rule::new().ratio(0.01))
///     .error_limit(100.0);
/// let config = Config::from_env().sampler(rules);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SamplingRules {
    pub(super) rules: Vec<Rule>,
    pub(super) error_limit: Option<f64>,
    wrong: Vec<NoRate>,
}

impl SamplingRules {
    /// No rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The platform's rates in production: [`configure_sampler`](super::configure_sampler) reads them.
    ///
    /// ```
    /// use phoenix_trace::sampling::SamplingRules;
    ///
    /// assert_eq!(SamplingRules::platform().to_string(), "\
    /// service orchestrator|orchestrator-service|data-router: ratio 1, errors always
    /// service llm|llm-service: ratio 0.5, errors always
    /// everything: ratio 0.1, errors always
    /// ");
    /// ```
    #[must_use]
    pub fn platform() -> Self {
        preset::platform()
    }

    /// The same with one rule more, behind the others.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// At most so many segments per second are kept only because something in them failed; by default there is no limit.
    ///
    /// What it cuts is counted ([`SamplingStats::errors_cut`](super::SamplingStats::errors_cut)), and of each distinct failure
    /// (the operation of the local root, and `error.type`) one per second is kept nevertheless. While it cuts, and for a
    /// second afterwards, `th` is left out of what is kept for an error. What is below zero or not a number is a problem of the
    /// configuration, and no limit.
    #[must_use]
    pub fn error_limit(mut self, per_second: f64) -> Self {
        const NAME: &str = "SamplingRules::error_limit";
        self.error_limit = NoRate::or_rate(&mut self.wrong, NAME, per_second);
        self
    }

    /// What cannot be used of what code gave.
    pub(crate) fn problems(&self) -> impl Iterator<Item = Problem> {
        let of_rules = self.rules.iter().flat_map(|rule| &rule.wrong);
        self.wrong.iter().chain(of_rules).map(NoRate::problem)
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

impl FromIterator<Rule> for SamplingRules {
    fn from_iter<I: IntoIterator<Item = Rule>>(rules: I) -> Self {
        Self {
            rules: rules.into_iter().collect(),
            ..Self::default()
        }
    }
}

/// A line for each rule.
impl fmt::Display for SamplingRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.rules
            .iter()
            .try_for_each(|rule| writeln!(f, "{rule}"))?;
        match self.error_limit {
            Some(limit) => writeln!(f, "for errors alone: at most {limit}/s"),
            None => Ok(()),
        }
    }
}
