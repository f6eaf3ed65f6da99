//! Metrics as lines on standard error, one for each series.

use std::fmt::{self, Display, Write as _};
use std::io::Write as _;

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics};

use super::durations::{Snapshot, UNIT};

/// Writes them all at once. A closed standard error is no reason to fail.
pub(super) fn write(numbers: &ResourceMetrics, durations: &Snapshot) {
    let text = text(numbers, durations);
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

fn text(numbers: &ResourceMetrics, durations: &Snapshot) -> String {
    let mut text = String::new();
    for series in &durations.series {
        let value = format!("{} in {} values of", series.sum, series.count());
        let name = series.instrument().name;
        let _ = write_line(&mut text, name, UNIT, series.attributes().iter(), value);
    }
    let scopes = numbers.scope_metrics();
    for metric in scopes.flat_map(|scope| scope.metrics()) {
        // A string takes whatever is written to it.
        let _ = match metric.data() {
            AggregatedMetrics::F64(data) => write_metric(&mut text, metric, data),
            AggregatedMetrics::U64(data) => write_metric(&mut text, metric, data),
            AggregatedMetrics::I64(data) => write_metric(&mut text, metric, data),
        };
    }
    text
}

fn write_metric<T: Display + Copy>(
    text: &mut String,
    metric: &Metric,
    data: &MetricData<T>,
) -> fmt::Result {
    match data {
        MetricData::Gauge(gauge) => gauge
            .data_points()
            .try_for_each(|point| write_series(text, metric, point.attributes(), point.value())),
        MetricData::Sum(sum) => sum
            .data_points()
            .try_for_each(|point| write_series(text, metric, point.attributes(), point.value())),
        MetricData::Histogram(histogram) => histogram.data_points().try_for_each(|point| {
            let (sum, count) = (point.sum(), point.count());
            let value = format!("{sum} in {count} values of");
            write_series(text, metric, point.attributes(), value)
        }),
        MetricData::ExponentialHistogram(histogram) => {
            histogram.data_points().try_for_each(|point| {
                let (sum, count) = (point.sum(), point.count());
                let value = format!("{sum} in {count} values of");
                write_series(text, metric, point.attributes(), value)
            })
        }
    }
}

fn write_series<'a>(
    text: &mut String,
    metric: &Metric,
    attributes: impl Iterator<Item = &'a KeyValue>,
    value: impl Display,
) -> fmt::Result {
    write_line(text, metric.name(), metric.unit(), attributes, value)
}

fn write_line<'a>(
    text: &mut String,
    name: &str,
    unit: &str,
    attributes: impl Iterator<Item = &'a KeyValue>,
    value: impl Display,
) -> fmt::Result {
    write!(text, "{name} = {value} {unit}")?;
    for KeyValue { key, value, .. } in attributes {
        // Of a value that somebody else chose, nothing ends the line.
        write!(text, " {key}={}", value.as_str().escape_debug())?;
    }
    writeln!(text)
}

#[cfg(test)]
mod tests {
    use opentelemetry_sdk::Resource;

    use super::super::durations::tests::example;
    use super::super::provider::tests::readings;
    use super::*;

    #[test]
    fn each_series_is_a_line_that_its_attributes_do_not_break() {
        let readings = readings(Resource::builder_empty().build());
        let meter = readings.meter();
        let orders = meter
            .u64_counter("program.orders")
            .with_unit("{order}")
            .build();
        orders.add(3, &[KeyValue::new("kind", "large\nforged = 1")]);
        let durations = meter
            .f64_histogram("program.duration")
            .with_unit("s")
            .build();
        durations.record(0.5, &[]);
        durations.record(1.0, &[]);
        let mut numbers = ResourceMetrics::default();
        readings.collect(&mut numbers).expect("it is collected");
        let mut durations = readings.collect_durations();
        durations.series = vec![example("GET", "/users/{id}")];
        let text = text(&numbers, &durations);
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "http.server.request.duration = 0.75 in 3 values of s http.request.method=GET http.route=/users/{id}",
                "program.duration = 1.5 in 2 values of s",
                "program.orders = 3 {order} kind=large\\nforged = 1",
            ]
        );
    }
}
