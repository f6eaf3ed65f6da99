//! All numbers as one request: those of the SDK's meters, and the durations in the scope of the toolkit.

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Exemplar, Histogram, HistogramDataPoint, Metric, ScopeMetrics,
    exemplar, metric,
};
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use prost::Message as _;

use super::SCOPE;
use super::durations::{SeriesNow, Snapshot, UNIT};

/// An encoded `ExportMetricsServiceRequest`.
pub(super) fn encode(numbers: &ResourceMetrics, durations: &Snapshot) -> Vec<u8> {
    let mut request = ExportMetricsServiceRequest::from(numbers);
    let metrics = metrics_of(durations);
    if let Some(resource) = request.resource_metrics.first_mut()
        && !metrics.is_empty()
    {
        let ours = |scope: &InstrumentationScope| scope.name == SCOPE;
        let mut scopes = resource.scope_metrics.iter_mut();
        match scopes.find(|there| there.scope.as_ref().is_some_and(ours)) {
            Some(there) => there.metrics.extend(metrics),
            None => resource.scope_metrics.push(ScopeMetrics {
                scope: Some(InstrumentationScope {
                    name: SCOPE.to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    ..InstrumentationScope::default()
                }),
                metrics,
                ..ScopeMetrics::default()
            }),
        }
    }
    request.encode_to_vec()
}

fn metrics_of(durations: &Snapshot) -> Vec<Metric> {
    let of_one =
        |one: &SeriesNow, other: &SeriesNow| std::ptr::eq(one.instrument(), other.instrument());
    let temporality = match durations.delta {
        true => AggregationTemporality::Delta,
        false => AggregationTemporality::Cumulative,
    };
    let groups = durations.series.chunk_by(of_one);
    let metric = |series: &[SeriesNow]| {
        let instrument = series.first()?.instrument();
        let points = series.iter().map(|series| point(series, durations));
        Some(Metric {
            name: instrument.name.to_owned(),
            description: instrument.description.to_owned(),
            unit: UNIT.to_owned(),
            data: Some(metric::Data::Histogram(Histogram {
                data_points: points.collect(),
                aggregation_temporality: temporality.into(),
            })),
            ..Metric::default()
        })
    };
    groups.filter_map(metric).collect()
}

fn point(series: &SeriesNow, durations: &Snapshot) -> HistogramDataPoint {
    let exemplars = series.exemplars.iter().map(|(value, exemplar)| Exemplar {
        time_unix_nano: exemplar.at,
        trace_id: exemplar.trace_id.to_be_bytes().to_vec(),
        span_id: exemplar.span_id.to_be_bytes().to_vec(),
        value: Some(exemplar::Value::AsDouble(*value)),
        ..Exemplar::default()
    });
    HistogramDataPoint {
        attributes: series.attributes().iter().map(Into::into).collect(),
        start_time_unix_nano: durations.start,
        time_unix_nano: durations.time,
        count: series.count(),
        sum: Some(series.sum),
        bucket_counts: series.buckets.clone(),
        explicit_bounds: series.instrument().bounds.to_vec(),
        exemplars: exemplars.collect(),
        flags: 0,
        min: Some(series.min),
        max: Some(series.max),
    }
}
