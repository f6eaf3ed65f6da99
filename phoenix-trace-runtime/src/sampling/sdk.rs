//! Samplers of the OpenTelemetry SDK.

use std::fmt::{self, Debug};

use opentelemetry::trace::{
    Link, SpanContext, SpanId, SpanKind as OtelKind, TraceContextExt as _, TraceFlags,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::{SamplingDecision, ShouldSample};

use super::{Intent, LocalRoot, Sample};
use crate::SpanKind;
use crate::propagation::Threshold;

/// A sampler of the OpenTelemetry SDK, for the head decision.
///
/// With which probability it keeps a trace is not known, so `th` is left out. What it would only record is recorded anyway, and
/// kept where something in it fails. A trace state that it returns is not used: it belongs to the propagators.
///
/// ```
/// use opentelemetry_sdk::trace::Sampler as SdkSampler;
/// use phoenix_trace::sampling::{FromSdk, Sampler};
///
/// let sampler = Sampler::custom(FromSdk::new(SdkSampler::TraceIdRatioBased(0.25)));
/// ```
pub struct FromSdk(Box<dyn ShouldSample>);

impl FromSdk {
    /// Asks this sampler.
    pub fn new(sampler: impl ShouldSample + 'static) -> Self {
        Self(Box::new(sampler))
    }
}

impl Debug for FromSdk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Sample for FromSdk {
    fn intent(&self, root: &LocalRoot<'_>) -> Intent {
        let parent = parent(root);
        let attributes: Vec<KeyValue> = root
            .attributes()
            .map(|(key, value)| KeyValue::new(key, value))
            .collect();
        let link = |to: SpanContext| Link::new(to, Vec::new(), 0);
        let links: Vec<Link> = root.links().map(link).collect();
        let kind = match root.kind() {
            SpanKind::Internal => OtelKind::Internal,
            SpanKind::Server => OtelKind::Server,
            SpanKind::Client => OtelKind::Client,
            SpanKind::Producer => OtelKind::Producer,
            SpanKind::Consumer => OtelKind::Consumer,
        };
        let result = self.0.should_sample(
            parent.as_ref(),
            root.trace_id(),
            root.name(),
            &kind,
            &attributes,
            &links,
        );
        let sampled = result.decision == SamplingDecision::RecordAndSample;
        Intent {
            threshold: sampled.then_some(Threshold::ALWAYS),
            reliable: false,
            attributes: result.attributes,
        }
    }
}

/// The caller's span, as the SDK hands it to a sampler.
fn parent(root: &LocalRoot<'_>) -> Option<Context> {
    root.parent().map(|parent| {
        let flags = match parent.sampled {
            true => TraceFlags::SAMPLED,
            false => TraceFlags::default(),
        };
        let span = SpanContext::new(
            root.trace_id(),
            SpanId::from(root.context.parent),
            flags,
            root.context.remote,
            root.context.state.to_opentelemetry(),
        );
        Context::new().with_remote_span_context(span)
    })
}
