//! Metrics in families: all series of one name together, each under labels that no other has.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};

use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData, ResourceMetrics};

use super::names;
use crate::metrics::SCOPE;
use crate::metrics::durations::{Exemplar, SeriesNow, Snapshot, UNIT};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

#[derive(Debug)]
pub(super) struct Family {
    pub(super) kind: Kind,
    /// In words.
    pub(super) unit: String,
    pub(super) help: String,
    /// By their labels, as `key="value"` with commas between.
    pub(super) series: BTreeMap<String, Value>,
}

#[derive(Debug)]
pub(super) enum Value {
    Number(String),
    Histogram(Histogram),
}

#[derive(Debug)]
pub(super) struct Histogram {
    /// Of all buckets but the last.
    pub(super) bounds: Vec<f64>,
    pub(super) buckets: Vec<u64>,
    pub(super) sum: String,
    pub(super) exemplars: Vec<(f64, Exemplar)>,
}

/// All that is shown at one scrape.
#[derive(Debug, Default)]
pub(super) struct Families {
    /// The labels of `target_info`.
    pub(super) target: String,
    pub(super) by_name: BTreeMap<String, Family>,
    /// Metrics, or series of them, that are left out, since another of their name is of another kind or has their labels.
    pub(super) left_out: BTreeSet<String>,
}

/// How a metric is called.
struct About<'a> {
    name: &'a str,
    unit: &'a str,
    help: &'a str,
    kind: Kind,
}

impl Families {
    pub(super) fn of(numbers: &ResourceMetrics, durations: &Snapshot) -> Self {
        let mut families = Self {
            target: target(numbers.resource()),
            ..Self::default()
        };
        for series in &durations.series {
            families.add_durations(series);
        }
        for scope in numbers.scope_metrics() {
            for metric in scope.metrics() {
                match metric.data() {
                    AggregatedMetrics::F64(data) => {
                        families.add_metric(scope.scope(), metric, data)
                    }
                    AggregatedMetrics::U64(data) => {
                        families.add_metric(scope.scope(), metric, data)
                    }
                    AggregatedMetrics::I64(data) => {
                        families.add_metric(scope.scope(), metric, data)
                    }
                }
            }
        }
        families
    }

    fn add_durations(&mut self, series: &SeriesNow) {
        let instrument = series.instrument();
        let about = About {
            name: instrument.name,
            unit: UNIT,
            help: instrument.description,
            kind: Kind::Histogram,
        };
        let scope = InstrumentationScope::builder(SCOPE)
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let value = Value::Histogram(Histogram {
            bounds: instrument.bounds.to_vec(),
            buckets: series.buckets.clone(),
            sum: series.sum.to_string(),
            exemplars: series.exemplars.clone(),
        });
        self.add(&about, &scope, series.attributes().iter(), value);
    }

    fn add_metric<T: Display + Copy>(
        &mut self,
        scope: &InstrumentationScope,
        metric: &Metric,
        data: &MetricData<T>,
    ) {
        let mut about = About {
            name: metric.name(),
            unit: metric.unit(),
            help: metric.description(),
            kind: Kind::Gauge,
        };
        match data {
            MetricData::Gauge(gauge) => {
                for point in gauge.data_points() {
                    let value = Value::Number(number(point.value()));
                    self.add(&about, scope, point.attributes(), value);
                }
            }
            MetricData::Sum(sum) => {
                if sum.is_monotonic() {
                    about.kind = Kind::Counter;
                }
                for point in sum.data_points() {
                    let value = Value::Number(number(point.value()));
                    self.add(&about, scope, point.attributes(), value);
                }
            }
            MetricData::Histogram(histogram) => {
                about.kind = Kind::Histogram;
                for point in histogram.data_points() {
                    let value = Value::Histogram(Histogram {
                        bounds: point.bounds().collect(),
                        buckets: point.bucket_counts().collect(),
                        sum: number(point.sum()),
                        exemplars: Vec::new(),
                    });
                    self.add(&about, scope, point.attributes(), value);
                }
            }
            // The provider has no view that would make one, and the text formats cannot tell them.
            MetricData::ExponentialHistogram(_) => {}
        }
    }

    fn add<'a>(
        &mut self,
        about: &About<'_>,
        scope: &InstrumentationScope,
        attributes: impl Iterator<Item = &'a KeyValue>,
        value: Value,
    ) {
        let kind = about.kind;
        let (name, unit) = names::family(
            about.name,
            about.unit,
            kind == Kind::Counter,
            kind == Kind::Gauge,
        );
        let new = || Family {
            kind,
            unit,
            help: about.help.to_owned(),
            series: BTreeMap::new(),
        };
        let family = self.by_name.entry(name).or_insert_with(new);
        let labels = labels_of_point(scope, attributes, kind);
        if family.kind != kind || family.series.contains_key(&labels) {
            self.left_out.insert(about.name.to_owned());
            return;
        }
        family.series.insert(labels, value);
    }
}

fn target(resource: &Resource) -> String {
    let pairs = resource.iter();
    labels(pairs.map(|(key, value)| (names::label(key.as_str()), value.to_string())))
}

fn labels_of_point<'a>(
    scope: &InstrumentationScope,
    attributes: impl Iterator<Item = &'a KeyValue>,
    kind: Kind,
) -> String {
    let own = attributes.map(|pair| {
        let label = match names::label(pair.key.as_str()) {
            // That of a bucket.
            le if le == "le" && kind == Kind::Histogram => "exported_le".to_owned(),
            label => label,
        };
        (label, pair.value.to_string())
    });
    let mut of_scope = vec![("otel_scope_name".to_owned(), scope.name().to_owned())];
    let version = scope.version();
    of_scope.extend(version.map(|version| ("otel_scope_version".to_owned(), version.to_owned())));
    let url = scope.schema_url();
    of_scope.extend(url.map(|url| ("otel_scope_schema_url".to_owned(), url.to_owned())));
    let attributes = scope.attributes().map(|pair| {
        let label = names::label(&format!("otel_scope_{}", pair.key));
        (label, pair.value.to_string())
    });
    labels(own.chain(of_scope).chain(attributes))
}

/// Sorted. The values of keys that have become one label stand there together.
fn labels(pairs: impl Iterator<Item = (String, String)>) -> String {
    let mut by_label: BTreeMap<String, String> = BTreeMap::new();
    for (label, value) in pairs {
        match by_label.get_mut(&label) {
            Some(there) => {
                there.push(';');
                there.push_str(&value);
            }
            None => {
                by_label.insert(label, value);
            }
        }
    }
    let mut text = String::new();
    for (label, value) in by_label {
        let comma = if text.is_empty() { "" } else { "," };
        let value = escaped(&value, true);
        // A string takes whatever is written to it.
        let _ = write!(text, "{comma}{label}=\"{value}\"");
    }
    text
}

/// What has a meaning in the text formats, with a backslash before it.
pub(super) fn escaped(text: &str, quotes: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '"' if quotes => escaped.push_str("\\\""),
            other => escaped.push(other),
        }
    }
    escaped
}

fn number(value: impl Display) -> String {
    match value.to_string().as_str() {
        "inf" => "+Inf".to_owned(),
        "-inf" => "-Inf".to_owned(),
        other => other.to_owned(),
    }
}
