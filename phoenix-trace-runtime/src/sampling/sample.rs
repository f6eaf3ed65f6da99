//! Samplers of the program's own: what they see of a local root that starts, and what they want.

use std::fmt::Debug;

use opentelemetry::trace::SpanContext;
use opentelemetry::{KeyValue, TraceId, Value};

use super::root::Root;
use crate::SpanKind;
use crate::propagation::{Randomness, Threshold};
use crate::record::context::Context;

/// A sampler for the head decision, asked once for each local root, when it starts.
///
/// Like the composable samplers of OpenTelemetry ("Probability Sampling", composite samplers) it says with which threshold a
/// trace is to be kept, and leaves the comparison with the trace's randomness to whoever asks: so its decision is consistent
/// with those of other services, and adjusted counts are right. Failed, slow and forced segments are kept whatever it says.
/// It is called on the path of every request, and must not block. One that panics keeps the segment.
///
/// ```
/// use phoenix_trace::Config;
/// use phoenix_trace::sampling::{Intent, LocalRoot, Sample, Sampler};
///
/// /// Keeps every trace of those who pay, and few of others.
/// #[derive(Debug)]
/// struct ByPlan;
///
/// impl Sample for ByPlan {
///     fn intent(&self, root: &LocalRoot<'_>) -> Intent {
///         match root.attribute("app.plan") {
///             Some(plan) if plan.as_str() == "paid" => Intent::always(),
///             _ => Intent::probability(0.01),
///         }
///     }
/// }
///
/// let config = Config::from_env().sampler(Sampler::custom(ByPlan));
/// ```
pub trait Sample: Debug + Send + Sync + 'static {
    /// What the sampler wants for this local root.
    fn intent(&self, root: &LocalRoot<'_>) -> Intent;

    /// How it is called in [`stats`](crate::stats) and in the line at the start; by default as `Debug` prints it.
    fn description(&self) -> String {
        format!("{self:?}")
    }
}

/// What a sampler wants for a local root.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intent {
    /// The segment is kept if its trace's randomness reaches this threshold; `None`: not at all.
    pub threshold: Option<Threshold>,
    /// Does the threshold tell the probability with which traces like this are kept? Else `th` is left out.
    pub reliable: bool,
    /// Attributes for the local root, where the segment is kept by this decision.
    pub attributes: Vec<KeyValue>,
}

impl Intent {
    /// Keep it.
    #[must_use]
    pub fn always() -> Self {
        Self::probability(1.0)
    }

    /// Do not keep it by the head decision.
    #[must_use]
    pub fn never() -> Self {
        Self::default()
    }

    /// Keep this share of the traces; less than 2⁻⁵⁶, and what is not a number, is none.
    #[must_use]
    pub fn probability(probability: f64) -> Self {
        let threshold = Threshold::from_probability(probability.min(1.0));
        Self {
            threshold,
            reliable: threshold.is_some(),
            attributes: Vec::new(),
        }
    }
}

/// A local root that is starting.
#[derive(Debug)]
pub struct LocalRoot<'a> {
    pub(super) service: &'a str,
    pub(super) context: &'a Context,
    pub(super) root: Root<'a>,
    pub(super) told: Option<Threshold>,
    pub(super) randomness: Randomness,
}

/// The span that a local root hangs under: in another process, as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RemoteParent {
    /// Has the caller kept its part, as far as it knew then?
    pub sampled: bool,
    /// With which threshold, where it has said so (`th`).
    pub threshold: Option<Threshold>,
}

impl LocalRoot<'_> {
    /// The name of this service.
    #[must_use]
    pub fn service(&self) -> &str {
        self.service
    }

    /// The name that the span starts with.
    #[must_use]
    pub fn name(&self) -> &str {
        self.root.name()
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> SpanKind {
        self.root.record.site.kind
    }

    /// The id of its trace.
    #[must_use]
    pub fn trace_id(&self) -> TraceId {
        TraceId::from(self.context.trace_id)
    }

    /// What decides about its trace in all services.
    #[must_use]
    pub fn randomness(&self) -> Randomness {
        self.randomness
    }

    /// The span that it hangs under, of another process or of another SDK in this one, if there is one.
    #[must_use]
    pub fn parent(&self) -> Option<RemoteParent> {
        self.context.has_parent().then(|| RemoteParent {
            sampled: self.context.is_sampled(),
            threshold: self.told,
        })
    }

    /// The spans that it starts with links to: what `link` of an annotation names, what a span of the OpenTelemetry API is built
    /// with, and in place of a parent the caller's span, where the request has come in at a public edge.
    pub fn links(&self) -> impl Iterator<Item = SpanContext> {
        self.root.links()
    }

    /// An attribute that the span starts with.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<Value> {
        self.root
            .attribute(key)
            .map(|stored| self.root.value(stored))
    }

    /// All attributes that the span starts with.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, Value)> {
        self.root.attributes()
    }
}
