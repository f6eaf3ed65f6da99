//! `tracing` with `tracing-opentelemetry` on the SDK's batch processor, by `#[tracing::instrument]`.

use std::hint::black_box;

use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::WithExportConfig as _;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanExporter};
use tracing::{Instrument as _, instrument};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::otel_sdk::{provider, resource_of};
use super::{CHILDREN, Discard, Ours, Pipeline, Stack, yielded};

pub(crate) struct TracingOtel;

#[instrument(skip_all, fields(bench.number = CHILDREN, bench.text = text))]
#[inline(never)]
fn root(text: &str) -> i64 {
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[instrument(skip_all, fields(bench.number = n, bench.text = text))]
#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

#[instrument(skip_all, fields(bench.number = CHILDREN, bench.text = text))]
async fn root_in_task(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_in_task(n, text).await;
    }
    sum
}

#[instrument(skip_all, fields(bench.number = n, bench.text = text))]
async fn child_in_task(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

#[instrument(skip_all, fields(bench.number = CHILDREN, bench.text = text))]
async fn root_yielding(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_yielding(n, text).await;
    }
    sum
}

#[instrument(skip_all, fields(bench.number = n, bench.text = text))]
async fn child_yielding(n: i64, text: &str) -> i64 {
    black_box(text);
    yielded().await;
    black_box(n)
}

#[instrument(skip_all, fields(bench.number = CHILDREN, bench.text = text))]
async fn root_spawning(text: &'static str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        let child = child_in_task(n, text).in_current_span();
        sum += tokio::spawn(child).await.unwrap_or(0);
    }
    sum
}

impl Stack for TracingOtel {
    fn sync(text: &'static str) -> i64 {
        root(text)
    }

    fn in_task(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_in_task(text)
    }

    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_yielding(text)
    }

    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static {
        root_spawning(text)
    }
}

impl TracingOtel {
    /// What `sampler` keeps goes to an exporter that does nothing.
    pub(crate) fn start(sampler: Sampler) -> Result<Box<dyn Pipeline>, String> {
        let provider = subscribe(sampler, Discard)?;
        Ok(Box::new(provider))
    }

    /// The same spans through the bridge, on our tracer; what this share keeps goes to an exporter that does nothing.
    pub(crate) fn start_bridge(ratio: f64) -> Result<Box<dyn Pipeline>, String> {
        let pipeline = Ours::start(ratio)?;
        let subscriber = tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(phoenix_trace::tracing_bridge());
        tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
        Ok(pipeline)
    }

    /// Everything is sent to `endpoint`. The exporter needs a Tokio runtime, which a service has.
    pub(crate) fn start_otlp(endpoint: String) -> Result<Box<dyn Pipeline>, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let entered = runtime.enter();
        let exporter = opentelemetry_otlp::SpanExporter::builder()
            .with_tonic()
            .with_endpoint(endpoint)
            .build()
            .map_err(|error| error.to_string())?;
        drop(entered);
        let provider = subscribe(Sampler::AlwaysOn, exporter)?;
        Ok(Box::new(WithRuntime {
            provider,
            _runtime: runtime,
        }))
    }
}

struct WithRuntime {
    provider: SdkTracerProvider,
    _runtime: tokio::runtime::Runtime,
}

impl Pipeline for WithRuntime {
    fn flush(&self) {
        self.provider.flush();
    }
}

fn subscribe(
    sampler: Sampler,
    exporter: impl SpanExporter + 'static,
) -> Result<SdkTracerProvider, String> {
    let provider = provider(sampler, exporter, resource_of("tracing-opentelemetry"));
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("recording"));
    // As services do: without the level, the exporter's own client would be traced and exported too.
    let subscriber = tracing_subscriber::registry()
        .with(LevelFilter::INFO)
        .with(layer);
    tracing::subscriber::set_global_default(subscriber).map_err(|error| error.to_string())?;
    Ok(provider)
}
