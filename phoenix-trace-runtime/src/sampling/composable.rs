//! The composable samplers of OpenTelemetry ("Probability Sampling", composite samplers): each says what it wants, by itself or
//! through others. [`Sampler::custom`](super::Sampler::custom) takes what they are put together to.

use std::fmt;

use opentelemetry::KeyValue;

use super::{Intent, LocalRoot, Sample};
use crate::propagation::Threshold;

/// Keeps everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlwaysOn;

impl Sample for AlwaysOn {
    fn intent(&self, _: &LocalRoot<'_>) -> Intent {
        Intent::always()
    }
}

/// Keeps nothing by the head decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AlwaysOff;

impl Sample for AlwaysOff {
    fn intent(&self, _: &LocalRoot<'_>) -> Intent {
        Intent::never()
    }
}

/// Keeps a share of the traces: [`Intent::probability`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probability(pub f64);

impl Sample for Probability {
    fn intent(&self, _: &LocalRoot<'_>) -> Intent {
        Intent::probability(self.0)
    }
}

/// Keeps with the threshold that the caller has told; of a caller that has told none, or one that its sampled flag contradicts,
/// what it has sampled. Another sampler decides at the root of a trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ParentThreshold<S>(pub S);

impl<S: Sample> Sample for ParentThreshold<S> {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        let Some(parent) = root.parent() else {
            return self.0.intent(root);
        };
        let is_honest = |at: &Threshold| at.keeps(root.randomness()) == parent.sampled;
        match parent.threshold.filter(is_honest) {
            Some(threshold) => Intent {
                threshold: Some(threshold),
                reliable: true,
                attributes: Vec::new(),
            },
            None => Intent {
                threshold: parent.sampled.then_some(Threshold::ALWAYS),
                reliable: false,
                attributes: Vec::new(),
            },
        }
    }
}

/// Asks the sampler of the first condition that holds; where none does, nothing is kept by the head decision.
///
/// ```
/// use phoenix_trace::SpanKind;
/// use phoenix_trace::sampling::{
///     AlwaysOff, AlwaysOn, ParentThreshold, Probability, RuleBased, Sampler,
/// };
///
/// let rules = RuleBased::new()
///     .when(|root| root.kind() == SpanKind::Consumer, AlwaysOn)
///     .when(|root| root.name() == "GET /healthz", AlwaysOff)
///     .otherwise(Probability(0.1));
/// let sampler = Sampler::custom(ParentThreshold(rules));
/// ```
#[derive(Default)]
pub struct RuleBased(Vec<(Condition, Box<dyn Sample>)>);

type Condition = Box<dyn Fn(&LocalRoot<'_>) -> bool + Send + Sync>;

impl RuleBased {
    /// No conditions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the condition holds, and none before it did, this sampler decides.
    #[must_use]
    pub fn when(
        mut self,
        condition: impl Fn(&LocalRoot<'_>) -> bool + Send + Sync + 'static,
        sampler: impl Sample,
    ) -> Self {
        self.0.push((Box::new(condition), Box::new(sampler)));
        self
    }

    /// Where no condition holds, this sampler decides.
    #[must_use]
    pub fn otherwise(self, sampler: impl Sample) -> Self {
        self.when(|_| true, sampler)
    }
}

impl fmt::Debug for RuleBased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let samplers = self.0.iter().map(|(_, sampler)| sampler);
        f.write_str("RuleBased")?;
        f.debug_list().entries(samplers).finish()
    }
}

impl Sample for RuleBased {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        let mut rules = self.0.iter();
        let rule = rules.find(|(condition, _)| condition(root));
        rule.map_or_else(Intent::never, |(_, sampler)| sampler.intent(root))
    }
}

/// Adds attributes to what another sampler keeps.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotating<S> {
    sampler: S,
    attributes: Vec<KeyValue>,
}

impl<S: Sample> Annotating<S> {
    /// What `sampler` keeps has these attributes.
    pub fn new(sampler: S, attributes: impl IntoIterator<Item = KeyValue>) -> Self {
        Self {
            sampler,
            attributes: attributes.into_iter().collect(),
        }
    }
}

impl<S: Sample> Sample for Annotating<S> {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        let mut intent = self.sampler.intent(root);
        intent.attributes.extend(self.attributes.iter().cloned());
        intent
    }
}
