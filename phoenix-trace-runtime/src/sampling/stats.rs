//! The rules in force, as `stats()` shows them.

use std::fmt;
use std::time::SystemTime;

use super::Origin;

/// What is known of sampling: which rules decide, and what they have decided about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SamplingStats {
    /// The rules in force, the first of them having the first word.
    pub rules: Vec<RuleStats>,
    /// What is wrong with a source of rules now: the rules that it gave last stay in force.
    pub problems: Vec<String>,
    /// Segments that would have been kept for an error, and were not for the limit on errors
    /// ([`SamplingRules::error_limit`](super::SamplingRules::error_limit)).
    pub errors_cut: u64,
}

/// A rule in force.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleStats {
    /// The rule, as people read it.
    pub rule: String,
    /// Who it comes from.
    pub origin: Origin,
    /// About how many local roots it has decided since its source said it last.
    pub matched: u64,
    /// When it ends, if it is an override.
    pub until: Option<SystemTime>,
}

/// A line for each rule, and one for each problem.
impl fmt::Display for SamplingStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for rule in &self.rules {
            writeln!(f, "{rule}")?;
        }
        if self.errors_cut > 0 {
            writeln!(f, "errors cut: {}", self.errors_cut)?;
        }
        self.problems
            .iter()
            .try_for_each(|problem| writeln!(f, "problem: {problem}"))
    }
}

impl fmt::Display for RuleStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            origin,
            matched,
            until,
        } = self;
        write!(f, "{origin}: {rule} ({matched} matched")?;
        if let Some(until) = until {
            write!(f, ", until {}", humantime::format_rfc3339_seconds(*until))?;
        }
        f.write_str(")")
    }
}
