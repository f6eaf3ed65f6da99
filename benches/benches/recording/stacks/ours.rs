//! phoenix-trace by its annotations, in its default configuration but for sampler and exporter.

use std::hint::black_box;
use std::time::Duration;

use phoenix_trace::sampling::{Rule, Sampler, SamplingRules};
use phoenix_trace::{
    Config, OtelContext, Otlp, SpanKind, Telemetry, attribute_keys, traced_operation,
};

use super::{CHILDREN, Discard, Pipeline, Stack, yielded};

pub(crate) struct Ours;

attribute_keys! {
    pub(crate) mod keys {
        /// The number of the child.
        NUMBER: "bench.number" => int,
        /// A text of twelve characters.
        TEXT: "bench.text" => string,
    }
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
#[inline(never)]
fn root(text: &str) -> i64 {
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
#[inline(never)]
fn child(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_in_task(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_in_task(n, text).await;
    }
    sum
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
async fn child_in_task(n: i64, text: &str) -> i64 {
    black_box(text);
    black_box(n)
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_yielding(text: &str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += child_yielding(n, text).await;
    }
    sum
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
async fn child_yielding(n: i64, text: &str) -> i64 {
    black_box(text);
    yielded().await;
    black_box(n)
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_spawning(text: &'static str) -> i64 {
    let mut sum = 0;
    for n in 0..CHILDREN {
        sum += phoenix_trace::spawn(child_in_task(n, text))
            .await
            .unwrap_or(0);
    }
    sum
}

impl Stack for Ours {
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

impl Ours {
    /// Everything is recorded, and this share of the traces goes to an exporter that does nothing.
    pub(crate) fn start(ratio: f64) -> Result<Box<dyn Pipeline>, String> {
        init(
            Config::default()
                .sampler(Sampler::ratio(ratio))
                .exporter(Discard),
        )
    }

    /// Everything is recorded and dropped, by the last of so many rules: for operations, kinds and routes that the workload does
    /// not have, and one for everything.
    pub(crate) fn start_with_rules(number: usize) -> Result<Box<dyn Pipeline>, String> {
        let rule = |number: usize| match number % 3 {
            0 => Rule::new().operation(format!("bench.Service/Method{number}")),
            1 => Rule::new().kind(SpanKind::Consumer),
            _ => Rule::new().route(format!("/bench/{number}/{{id}}")),
        };
        let rules = (1..number).map(|number| rule(number).always());
        let rules: SamplingRules = rules.chain([Rule::new().ratio(0.0)]).collect();
        init(Config::default().sampler(rules).exporter(Discard))
    }

    /// Everything is recorded and dropped, with OpenTelemetry's context attached elsewhere than by default.
    pub(crate) fn start_with(contexts: OtelContext) -> Result<Box<dyn Pipeline>, String> {
        let config = Config::default().sampler(Sampler::ratio(0.0));
        init(config.exporter(Discard).otel_context(contexts))
    }

    /// Everything is recorded and dropped, and how long it took is measured.
    pub(crate) fn start_measured() -> Result<Box<dyn Pipeline>, String> {
        // Nothing is written before the end.
        let config = Config::default()
            .sampler(Sampler::ratio(0.0))
            .exporter(Discard)
            .metric_interval(Duration::from_secs(3600));
        init(config.metrics_console())
    }

    /// Everything is sent to `endpoint`.
    pub(crate) fn start_otlp(endpoint: String) -> Result<Box<dyn Pipeline>, String> {
        init(
            Config::default()
                .sampler(Sampler::always_on())
                .otlp(Otlp::grpc().endpoint(endpoint)),
        )
    }
}

pub(super) fn init(config: Config) -> Result<Box<dyn Pipeline>, String> {
    let telemetry =
        phoenix_trace::init(config.no_subscriber()).map_err(|error| error.to_string())?;
    Ok(Box::new(telemetry))
}

impl Pipeline for Telemetry {
    fn flush(&self) {
        Telemetry::flush(self, Duration::from_secs(30));
    }
}
