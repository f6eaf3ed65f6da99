//! OTLP metrics in, plain points out.

use std::time::{Duration, SystemTime};

use opentelemetry::{SpanId, TraceId};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Metric, NumberDataPoint, exemplar, metric, number_data_point,
};

use super::received::attributes;
use crate::waterfall::AttributeValue;

/// One number, or one histogram, of one series of a metric.
///
/// ```
/// use phoenix_trace::testing::{MetricValue, OtlpReceiver};
///
/// let receiver = OtlpReceiver::start()?;
/// // ... the code under test exports to `receiver.grpc_endpoint()` ...
/// for point in receiver.points() {
///     println!("{} {:?} = {:?}", point.name, point.attributes, point.value);
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedPoint {
    /// The name of the metric.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// What it says of itself.
    pub description: String,
    /// The attributes of the series, sorted by their keys.
    pub attributes: Vec<(String, AttributeValue)>,
    /// The value.
    pub value: MetricValue,
    /// Is it a total since the start of the process? Else it is what came since the last point, or a gauge.
    pub cumulative: bool,
    /// May it only grow?
    pub monotonic: bool,
    /// Since when it was measured, if that is told.
    pub start_time: Option<SystemTime>,
    /// When it was collected.
    pub time: SystemTime,
    /// Spans that stand for what was measured.
    pub exemplars: Vec<ReceivedExemplar>,
    /// The attributes of the resource.
    pub resource: Vec<(String, AttributeValue)>,
    /// The name of the instrumentation scope.
    pub scope_name: String,
    /// The version of the instrumentation scope.
    pub scope_version: String,
}

/// A span that stands for values like its own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedExemplar {
    /// Its trace.
    pub trace_id: TraceId,
    /// The span.
    pub span_id: SpanId,
    /// The value.
    pub value: f64,
    /// When it was measured.
    pub time: SystemTime,
}

/// The value of a point.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MetricValue {
    /// An integer: of a counter, an up-down counter or a gauge.
    Int(i64),
    /// A number with a fraction, of the same.
    Double(f64),
    /// The distribution of many values.
    Histogram {
        /// How many values there were.
        count: u64,
        /// Their sum.
        sum: f64,
        /// The upper bounds of all buckets but the last.
        bounds: Vec<f64>,
        /// How many values each bucket has.
        buckets: Vec<u64>,
    },
}

impl ReceivedPoint {
    /// An attribute of the series.
    ///
    /// ```
    /// use phoenix_trace::testing::ReceivedPoint;
    ///
    /// fn went_well(point: &ReceivedPoint) -> bool {
    ///     point.attribute("error.type").is_none()
    /// }
    /// ```
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        let mut pairs = self.attributes.iter();
        pairs
            .find(|(there, _)| there == key)
            .map(|(_, value)| value)
    }

    /// The value, if it is an integer.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self.value {
            MetricValue::Int(value) => Some(value),
            _ => None,
        }
    }

    /// Do both belong to one series?
    pub(super) fn is_of(&self, other: &Self) -> bool {
        self.name == other.name
            && self.attributes == other.attributes
            && self.resource == other.resource
            && self.scope_name == other.scope_name
    }
}

/// All points of a request, in its order. Exponential histograms and summaries are left out.
pub(super) fn points_of(request: &ExportMetricsServiceRequest) -> Vec<ReceivedPoint> {
    let mut points = Vec::new();
    for group in &request.resource_metrics {
        let resource = group.resource.as_ref().map(|r| attributes(&r.attributes));
        let resource = resource.unwrap_or_default();
        for scope in &group.scope_metrics {
            let about = scope.scope.clone().unwrap_or_default();
            for metric in &scope.metrics {
                let blank = ReceivedPoint {
                    name: metric.name.clone(),
                    unit: metric.unit.clone(),
                    description: metric.description.clone(),
                    attributes: Vec::new(),
                    value: MetricValue::Int(0),
                    cumulative: false,
                    monotonic: false,
                    start_time: None,
                    time: SystemTime::UNIX_EPOCH,
                    exemplars: Vec::new(),
                    resource: resource.clone(),
                    scope_name: about.name.clone(),
                    scope_version: about.version.clone(),
                };
                points.extend(of_metric(metric, &blank));
            }
        }
    }
    points
}

fn of_metric(metric: &Metric, blank: &ReceivedPoint) -> Vec<ReceivedPoint> {
    const CUMULATIVE: i32 = AggregationTemporality::Cumulative as i32;
    let numbers = |points: &[NumberDataPoint], cumulative, monotonic| {
        let point = |point: &NumberDataPoint| ReceivedPoint {
            value: match point.value {
                Some(number_data_point::Value::AsDouble(value)) => MetricValue::Double(value),
                Some(number_data_point::Value::AsInt(value)) => MetricValue::Int(value),
                None => MetricValue::Int(0),
            },
            cumulative,
            monotonic,
            start_time: (point.start_time_unix_nano > 0).then(|| time(point.start_time_unix_nano)),
            time: time(point.time_unix_nano),
            exemplars: point.exemplars.iter().filter_map(exemplar).collect(),
            ..with(&point.attributes, blank)
        };
        points.iter().map(point).collect()
    };
    match &metric.data {
        Some(metric::Data::Gauge(gauge)) => numbers(&gauge.data_points, false, false),
        Some(metric::Data::Sum(sum)) => {
            let cumulative = sum.aggregation_temporality == CUMULATIVE;
            numbers(&sum.data_points, cumulative, sum.is_monotonic)
        }
        Some(metric::Data::Histogram(histogram)) => {
            let cumulative = histogram.aggregation_temporality == CUMULATIVE;
            let points = histogram.data_points.iter().map(|point| ReceivedPoint {
                value: MetricValue::Histogram {
                    count: point.count,
                    sum: point.sum.unwrap_or_default(),
                    bounds: point.explicit_bounds.clone(),
                    buckets: point.bucket_counts.clone(),
                },
                cumulative,
                start_time: (point.start_time_unix_nano > 0)
                    .then(|| time(point.start_time_unix_nano)),
                time: time(point.time_unix_nano),
                exemplars: point.exemplars.iter().filter_map(exemplar).collect(),
                ..with(&point.attributes, blank)
            });
            points.collect()
        }
        _ => Vec::new(),
    }
}

fn time(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

/// One that names a span.
fn exemplar(exemplar: &Exemplar) -> Option<ReceivedExemplar> {
    let trace_id = exemplar.trace_id.as_slice().try_into().ok()?;
    let span_id = exemplar.span_id.as_slice().try_into().ok()?;
    Some(ReceivedExemplar {
        trace_id: TraceId::from_bytes(trace_id),
        span_id: SpanId::from_bytes(span_id),
        value: match exemplar.value? {
            exemplar::Value::AsDouble(value) => value,
            exemplar::Value::AsInt(value) => value as f64,
        },
        time: time(exemplar.time_unix_nano),
    })
}

fn with(pairs: &[KeyValue], blank: &ReceivedPoint) -> ReceivedPoint {
    let mut attributes = attributes(pairs);
    attributes.sort_by(|(one, _), (other, _)| one.cmp(other));
    ReceivedPoint {
        attributes,
        ..blank.clone()
    }
}
