//! A capture whose metrics go to a receiver.

use std::time::Duration;

use phoenix_trace_runtime::testing::{Capture, MetricValue, OtlpReceiver, ReceivedPoint};
use phoenix_trace_runtime::{Config, Otlp};

pub(crate) struct Measured {
    pub(crate) capture: Capture,
    pub(crate) receiver: OtlpReceiver,
}

impl Measured {
    /// Nothing is sent before somebody asks for it.
    pub(crate) fn new(config: Config) -> Self {
        const NEVER: Duration = Duration::from_secs(3600);
        let receiver = OtlpReceiver::start().expect("two ports");
        let otlp = Otlp::grpc().endpoint(receiver.grpc_endpoint());
        let config = config
            .service("test")
            .metric_interval(NEVER)
            .metrics_otlp(otlp);
        Self {
            capture: Capture::with_config(config),
            receiver,
        }
    }

    /// The histograms by now.
    pub(crate) fn points(&self) -> Vec<ReceivedPoint> {
        // Whoever asks for the account waits for a flush.
        let _account = self.capture.stats();
        let mut points = self.receiver.points();
        points.retain(|point| matches!(point.value, MetricValue::Histogram { .. }));
        points
    }

    /// A line for each series, without its times; ports are those of the moment.
    pub(crate) fn series(&self) -> String {
        let mut lines: Vec<String> = self.points().iter().map(line).collect();
        lines.sort_unstable();
        lines.concat()
    }
}

/// How many values a series has.
pub(crate) fn count(point: &ReceivedPoint) -> u64 {
    match point.value {
        MetricValue::Histogram { count, .. } => count,
        _ => 0,
    }
}

fn line(point: &ReceivedPoint) -> String {
    let attributes = point
        .attributes
        .iter()
        .map(|(key, value)| match key.as_str() {
            "server.port" if value.to_string() != "50051" => format!(" {key}=*"),
            _ => format!(" {key}={value}"),
        });
    let attributes: String = attributes.collect();
    format!("{} {}{attributes}\n", point.name, count(point))
}
