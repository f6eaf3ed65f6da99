//! Several exporters at once: what one of them has read is nothing to the others.

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics};

use super::super::durations::Snapshot;
use super::super::provider::Readings;
use super::super::provider::tests::several;
use super::*;
use crate::config::MetricTemporality::{Cumulative, Delta};

/// How many spans the one series has, whether it has exemplars, and since when.
fn shown(snapshot: &Snapshot) -> (u64, bool, u64) {
    let [series] = &snapshot.series[..] else {
        return (0, false, snapshot.start);
    };
    (series.count(), !series.exemplars.is_empty(), snapshot.start)
}

#[test]
fn each_reader_has_totals_or_what_came_since_it_had_them_last() {
    let readers = several(
        Resource::builder_empty().build(),
        &[Delta, Cumulative, Delta],
    );
    let [delta, totals, slow] = readers.try_into().expect("three");
    let config = Config::default()
        .no_exporter()
        .sampler(Sampler::always_on());
    let rig = Rig::start(config);
    rig.pipeline.measure_into(delta.durations());
    let read = |readings: &Readings| readings.collect_durations();

    rig.record(1);
    let first = read(&delta);
    let (spans, exemplars, start) = shown(&first);
    assert_eq!((spans, exemplars), (3, true));
    assert_eq!(shown(&read(&totals)), (3, true, start));
    // What is recorded before it is known to have arrived is in the next, with its exemplar.
    rig.record(1);
    assert_eq!(shown(&read(&totals)), (6, true, start));
    delta.taken();
    let second = read(&delta);
    assert_eq!(shown(&second), (3, true, first.time));
    delta.taken();
    assert_eq!(shown(&read(&delta)), (0, false, second.time));
    // What has not arrived is in the next one, too.
    assert_eq!(shown(&read(&slow)), (6, true, start));
    rig.record(1);
    assert_eq!(shown(&read(&slow)), (9, true, start));
    assert_eq!(shown(&read(&totals)), (9, true, start));
}

#[test]
fn each_reader_has_the_numbers_of_meters_for_itself() {
    let readers = several(Resource::builder_empty().build(), &[Delta, Cumulative]);
    let [delta, totals] = readers.try_into().expect("two");
    let orders = delta.meter().u64_counter("program.orders").build();
    let read = |readings: &Readings| {
        let mut numbers = ResourceMetrics::default();
        readings.collect(&mut numbers).expect("it is collected");
        let metrics = numbers.scope_metrics().flat_map(|scope| scope.metrics());
        let sums = metrics.map(|metric| match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => {
                sum.data_points().map(|point| point.value()).sum()
            }
            _ => 0,
        });
        sums.sum::<u64>()
    };
    orders.add(3, &[]);
    assert_eq!((read(&delta), read(&totals)), (3, 3));
    orders.add(4, &[]);
    assert_eq!((read(&delta), read(&totals)), (4, 7));
}
