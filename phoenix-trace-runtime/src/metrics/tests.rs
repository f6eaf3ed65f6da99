//! The numbers that a receiver has against the account, over real sockets, and receivers that do not take them.

mod readers;
mod receivers;
mod schedule;
mod values;

use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use crate::bootstrap;
use crate::config::{Config, Otlp};
use crate::outcome::{Failure, Outcome};
use crate::pipeline::{Pipeline, Stats};
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;
use crate::testing::{OtlpReceiver, ReceivedPoint};

/// Far more than anything here takes; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(20);

/// A pipeline that exports to a receiver. Nothing is sent before somebody asks for it.
struct Rig {
    pipeline: Arc<Pipeline>,
}

impl Rig {
    fn start(config: Config) -> Self {
        assert_eq!(config.problems(), []);
        Self {
            pipeline: bootstrap::start(config).expect("a thread"),
        }
    }

    /// Records `segments` of three spans each.
    fn record(&self, segments: usize) {
        self.segments(segments, false);
    }

    /// The same; something fails in each.
    fn record_failures(&self, segments: usize) {
        self.segments(segments, true);
    }

    fn segments(&self, number: usize, fail: bool) {
        static SITE: Site = Site::new("span", SpanKind::Internal, "");
        let _scoped = Scoped::enter(self.pipeline.clone());
        for _ in 0..number {
            let root = enter(&SITE, &[]);
            drop(enter(&SITE, &[]));
            drop(enter(&SITE, &[]));
            if fail {
                root.outcome(Outcome::Err(Failure::new("told to fail")));
            }
        }
    }

    fn flush(&self) -> Stats {
        self.pipeline.flush(LONG);
        self.stats()
    }

    fn stats(&self) -> Stats {
        let stats = self.pipeline.stats();
        assert!(stats.balances(), "{stats}");
        stats
    }

    fn shutdown(&self) -> Stats {
        self.pipeline.shutdown(LONG);
        self.stats()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.pipeline.shutdown(LONG);
    }
}

fn config(otlp: Otlp) -> Config {
    const NEVER: Duration = Duration::from_secs(3600);
    Config::default()
        .service("metrics-test")
        .sampler(Sampler::always_on())
        .export_delay(NEVER)
        .metric_interval(NEVER)
        .otlp(otlp.timeout(LONG))
}

fn grpc(receiver: &OtlpReceiver) -> Otlp {
    Otlp::grpc().endpoint(receiver.grpc_endpoint())
}

fn http(receiver: &OtlpReceiver) -> Otlp {
    Otlp::http().endpoint(receiver.http_endpoint())
}

fn receiver() -> OtlpReceiver {
    OtlpReceiver::start().expect("two ports")
}

/// An exporter of the program's that cannot export.
#[derive(Debug)]
struct Drops;

impl SpanExporter for Drops {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// The value of the one series of this name that has these attributes, and no `error.type` but one that is among them.
#[track_caller]
fn value(points: &[ReceivedPoint], name: &str, attributes: &[(&str, &str)]) -> u64 {
    let is = |point: &&ReceivedPoint| {
        let error = attributes.iter().any(|(key, _)| *key == "error.type");
        let has = |(key, value): &(&str, &str)| {
            point
                .attribute(key)
                .is_some_and(|there| there.to_string() == *value)
        };
        point.name == name
            && attributes.iter().all(has)
            && (error || point.attribute("error.type").is_none())
    };
    let found: Vec<&ReceivedPoint> = points.iter().filter(is).collect();
    assert_eq!(found.len(), 1, "{name} {attributes:?} in {points:#?}");
    let value = found[0].int().expect("an integer");
    u64::try_from(value).expect("no less than zero")
}
