//! `opentelemetry_sdk` by itself: spans by its API, made current for the length of each function.

use std::hint::black_box;
use std::sync::OnceLock;

use opentelemetry::trace::{
    FutureExt as _, TraceContextExt as _, Tracer as _, TracerProvider as _, mark_span_as_active,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, Span,
    SpanExporter,
};

use super::{CHILDREN, Discard, Pipeline, Stack, yielded};

pub(crate) struct OtelSdk;

static TRACER: OnceLock<SdkTracer> = OnceLock::new();

#[inline]
fn span(name: &'static str, n: i64, text: &str) -> Span {
    let tracer = TRACER.get().expect("started before it is used");
    tracer
        .span_builder(name)
        .with_attributes([
            KeyValue::new("bench.number", n),
            KeyValue::new("bench.text", text.to_owned()),
        ])
        .start(tracer)
}

#[inline(never)]
fn root(text: &str) -> i64 {
    let _active = mark_span_as_active(span("root", CHILDREN, text));
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    let _active = mark_span_as_active(span("child", n, text));
    black_box(text);
    black_box(n)
}

/// Async code in a span that starts with its first poll.
async fn in_span(name: &'static str, n: i64, text: &str, body: impl Future<Output = i64>) -> i64 {
    let context = Context::current_with_span(span(name, n, text));
    body.with_context(context).await
}

async fn root_in_task(text: &str) -> i64 {
    let body = async {
        let mut sum = 0;
        for n in 0..CHILDREN {
            sum += child_in_task(n, text).await;
        }
        sum
    };
    in_span("root_in_task", CHILDREN, text, body).await
}

async fn child_in_task(n: i64, text: &str) -> i64 {
    let body = async {
        black_box(text);
        black_box(n)
    };
    in_span("child_in_task", n, text, body).await
}

async fn root_yielding(text: &str) -> i64 {
    let body = async {
        let mut sum = 0;
        for n in 0..CHILDREN {
            sum += child_yielding(n, text).await;
        }
        sum
    };
    in_span("root_yielding", CHILDREN, text, body).await
}

async fn child_yielding(n: i64, text: &str) -> i64 {
    let body = async {
        black_box(text);
        yielded().await;
        black_box(n)
    };
    in_span("child_yielding", n, text, body).await
}

async fn root_spawning(text: &'static str) -> i64 {
    let body = async {
        let mut sum = 0;
        for n in 0..CHILDREN {
            let child = child_in_task(n, text).with_current_context();
            sum += tokio::spawn(child).await.unwrap_or(0);
        }
        sum
    };
    in_span("root_spawning", CHILDREN, text, body).await
}

impl Stack for OtelSdk {
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

impl OtelSdk {
    /// Everything goes to an exporter that does nothing.
    pub(crate) fn start() -> Result<Box<dyn Pipeline>, String> {
        let provider = provider(Sampler::AlwaysOn, Discard, resource_of("opentelemetry_sdk"));
        TRACER
            .set(provider.tracer("recording"))
            .map_err(|_| "it runs already".to_owned())?;
        Ok(Box::new(provider))
    }
}

/// The batch processor with room for as many spans as our own queue has, so that neither gives any up; otherwise as it
/// comes.
pub(super) fn provider(
    sampler: Sampler,
    exporter: impl SpanExporter + 'static,
    resource: Resource,
) -> SdkTracerProvider {
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(65_536)
        .build();
    let processor = BatchSpanProcessor::builder(exporter)
        .with_batch_config(batches)
        .build();
    SdkTracerProvider::builder()
        .with_sampler(sampler)
        .with_resource(resource)
        .with_span_processor(processor)
        .build()
}

pub(super) fn resource_of(service: &'static str) -> Resource {
    Resource::builder_empty().with_service_name(service).build()
}

impl Pipeline for SdkTracerProvider {
    fn flush(&self) {
        if let Err(error) = self.force_flush() {
            eprintln!("the batch processor was not flushed: {error}");
        }
    }
}
