//! The platform's rates by environment and service.

use std::fmt;
use std::str::FromStr;

use super::{Rule, Sampler, SamplingRules};

/// Where a service runs. The default is `Development`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Environment {
    /// A developer's machine: everything is sampled.
    #[default]
    Development,
    /// The rehearsal for production: everything is sampled.
    Staging,
    /// Production: the rates of [`configure_sampler`].
    Production,
}

impl Environment {
    /// As in `deployment.environment.name`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "development" | "dev" => Ok(Self::Development),
            "staging" => Ok(Self::Staging),
            "production" | "prod" => Ok(Self::Production),
            _ => Err(format!(
                "`{name}` is no environment: expected `development`, `staging` or `production`"
            )),
        }
    }
}

/// The platform's rates in production.
pub(super) fn platform() -> SamplingRules {
    SamplingRules::new()
        .rule(
            Rule::new()
                .service(["orchestrator", "orchestrator-service", "data-router"])
                .ratio(1.0),
        )
        .rule(Rule::new().service(["llm", "llm-service"]).ratio(0.5))
        .rule(Rule::new().ratio(0.1))
}

/// The preset of an environment.
pub(crate) fn preset(environment: Environment) -> SamplingRules {
    match environment {
        Environment::Development | Environment::Staging => SamplingRules::new().rule(Rule::new()),
        Environment::Production => platform(),
    }
}

/// The platform's preset. In production the orchestrator and the data router sample everything, the LLM service one half,
/// every other service one tenth of the traces; elsewhere everything is sampled. Segments with errors are always kept.
///
/// ```
/// use phoenix_trace::sampling::{Environment, Sampler, configure_sampler};
///
/// assert_eq!(configure_sampler(Environment::Production, "api-gateway"), Sampler::ratio(0.1));
/// assert_eq!(configure_sampler(Environment::Staging, "api-gateway"), Sampler::always_on());
/// ```
#[must_use]
pub fn configure_sampler(environment: Environment, service: &str) -> Sampler {
    let rules = preset(environment);
    let rule = rules
        .rules()
        .iter()
        .find(|rule| rule.is_of_service(service));
    Sampler::ratio(rule.and_then(|rule| rule.ratio).unwrap_or(1.0))
}
