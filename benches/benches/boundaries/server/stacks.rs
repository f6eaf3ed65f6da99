//! What runs behind the layers: a tenth of the traces reaches an exporter that does nothing.

use std::any::Any;

use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::args::Stack;

const KEPT: f64 = 0.1;

/// Starts it; what is returned keeps it running.
pub(super) fn start(stack: Stack) -> Result<Box<dyn Any>, String> {
    match stack {
        Stack::Bare | Stack::Empty => Ok(Box::new(())),
        Stack::Ours => {
            let config = phoenix_trace::Config::default()
                .sampler(phoenix_trace::sampling::Sampler::ratio(KEPT))
                .exporter(Discard);
            let telemetry = phoenix_trace::init(config).map_err(|error| error.to_string())?;
            Ok(Box::new(telemetry))
        }
        Stack::TracingOtel => {
            let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(KEPT)));
            let provider = SdkTracerProvider::builder()
                .with_sampler(sampler)
                .with_span_processor(BatchSpanProcessor::builder(Discard).build())
                .build();
            opentelemetry::global::set_text_map_propagator(propagator());
            let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("boundaries"));
            // The target, and the level, of the spans that these layers make.
            let filter = Targets::new()
                .with_default(LevelFilter::INFO)
                .with_target("otel::tracing", LevelFilter::TRACE);
            let subscriber = tracing_subscriber::registry().with(filter).with(layer);
            tracing::subscriber::set_global_default(subscriber)
                .map_err(|error| error.to_string())?;
            Ok(Box::new(provider))
        }
    }
}

/// The propagators of the SDK, as the specification's default has them.
pub(crate) fn propagator() -> TextMapCompositePropagator {
    TextMapCompositePropagator::new(vec![
        Box::new(TraceContextPropagator::new()),
        Box::new(BaggagePropagator::new()),
    ])
}

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}
