//! Which segments are kept: the head decision, made when a segment starts, and the reasons found when it is complete.
//!
//! Rules ([`SamplingRules`]) say what is kept, in order, by service, operation, route, kind and attributes. They come from several
//! sources; who is named first has the first word, and what no rule of one source is for goes to the next:
//!
//! 1. [`override_for`] and the overrides in the configuration file, until their time is over;
//! 2. code: [`Config::sampler`](crate::Config::sampler);
//! 3. a Jaeger collector ([`JaegerRemote`]), once it has answered;
//! 4. the rules in the configuration file;
//! 5. `OTEL_TRACES_SAMPLER`;
//! 6. the preset of the environment ([`configure_sampler`]).
//!
//! [`stats().sampling`](crate::Stats::sampling) shows the rules in force, and how many local roots each has decided about.

mod composable;
mod control;
pub(crate) mod forced;
mod head;
mod in_force;
mod layer;
mod limit;
mod overriding;
mod pattern;
mod preset;
mod remote;
mod root;
mod rule;
mod rules;
mod sample;
mod sampler;
mod sdk;
mod stats;
mod storm;
mod tail;
#[cfg(all(test, feature = "testing"))]
mod tests;
#[cfg(feature = "watch")]
mod watch;

pub use composable::{AlwaysOff, AlwaysOn, Annotating, ParentThreshold, Probability, RuleBased};
pub(crate) use control::{Control, OVERRIDES, Settings};
pub use layer::Origin;
pub(crate) use limit::RateLimit;
pub use overriding::{TooManyOverrides, clear_overrides, override_for};
pub use pattern::Pattern;
pub(crate) use preset::preset;
pub use preset::{Environment, configure_sampler};
pub use remote::JaegerRemote;
pub(crate) use root::Root;
pub use rule::Rule;
pub(crate) use rule::{CANCELLED, Errors};
pub use rules::SamplingRules;
pub use sample::{Intent, LocalRoot, RemoteParent, Sample};
pub use sampler::Sampler;
pub use sdk::FromSdk;
pub use stats::{RuleStats, SamplingStats};
pub(crate) use storm::Storm;
pub(crate) use tail::{Found, Reasons, SoFar};
