//! How long operations take, as metrics: each span that ended counts once, whatever becomes of it.

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use phoenix_trace_runtime::private::outcome;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::{Fault, MetricValue};
use phoenix_trace_runtime::{Config, MetricTemporality, Sensitive, spawn, with_traced_operation};

use crate::support::metrics::{Measured, count};
use crate::support::{enter, fallible, traced};

fn fail(name: &'static str) {
    let failing = enter(name);
    let failed = "x".parse::<u8>();
    failing.outcome(outcome!(&failed));
}

fn panics_as_told() {
    panic!("told to");
}

/// How many operations were measured.
fn all(measured: &Measured) -> u64 {
    measured.points().iter().map(count).sum()
}

#[test]
fn what_is_dropped_and_what_is_kept_is_measured_alike() {
    for ratio in [0.0, 0.1, 1.0] {
        let measured = Measured::new(Config::default().sampler(Sampler::ratio(ratio)));
        measured.capture.run(|| {
            for _ in 0..100 {
                let _root = enter("root");
                drop(enter("child"));
                drop(enter("child"));
            }
            let _root = enter("root");
            fail("child");
        });
        assert_eq!(
            measured.series(),
            "\
phoenix.operation.duration 1 error.type=ParseIntError phoenix.operation.name=child
phoenix.operation.duration 101 phoenix.operation.name=root
phoenix.operation.duration 200 phoenix.operation.name=child
",
            "{ratio}"
        );
    }
}

#[test]
fn a_name_that_is_known_at_run_time_names_its_series() {
    let measured = Measured::new(Config::default());
    measured.capture.run(|| {
        for name in ["load", "store", "load"] {
            with_traced_operation(name, (), || ());
        }
        let panics = || with_traced_operation("store", (), panics_as_told);
        assert!(std::panic::catch_unwind(panics).is_err());
    });
    assert_eq!(
        measured.series(),
        "\
phoenix.operation.duration 1 error.type=panic phoenix.operation.name=store
phoenix.operation.duration 1 phoenix.operation.name=store
phoenix.operation.duration 2 phoenix.operation.name=load
"
    );
}

#[test]
fn the_account_and_the_metrics_agree_when_threads_record_at_once() {
    let config = Config::default().sampler(Sampler::ratio(0.1));
    let measured = Measured::new(config.max_spans_per_segment(5));
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                measured.capture.run(|| {
                    for number in 0..500 {
                        let _root = enter("root");
                        for _ in 0..number % 10 {
                            drop(enter("child"));
                        }
                        if number % 100 == 0 {
                            fail("failing");
                        }
                    }
                });
            });
        }
    });
    // Half of the spans that there was no room for among them.
    let ended = measured.capture.stats().ended;
    assert_eq!(ended, 4 * (500 + 500 / 10 * 45 + 5));
    assert_eq!(all(&measured), ended);
}

#[test]
fn what_could_not_be_recorded_at_all_is_counted() {
    let measured = Measured::new(Config::default().max_spans_per_segment(2));
    measured.capture.run(|| {
        let _root = enter("root");
        for _ in 0..200 {
            fail("failing");
        }
    });
    let stats = measured.capture.stats();
    // A segment that is full has room for 128 failures more.
    assert_eq!((stats.ended, stats.unrecorded), (201, 71));
    assert_eq!(all(&measured), stats.ended - stats.unrecorded);
}

#[tokio::test]
async fn what_is_cut_and_what_comes_late_is_measured_once() {
    let config = Config::default().sampler(Sampler::ratio(0.0));
    let measured = Measured::new(config.cut_after(Duration::ZERO));
    let root = traced("root", async {
        for _ in 0..10 {
            traced("step", tokio::task::yield_now()).await;
        }
        let late = spawn(traced("late", tokio::task::yield_now()));
        let failing = fallible("failing", async {
            tokio::task::yield_now().await;
            "x".parse::<u8>()
        });
        assert!(failing.await.is_err());
        Some(late)
    });
    let late = measured.capture.future(root).await.expect("it was spawned");
    late.await.expect("no panic");
    measured.capture.shutdown();
    assert_eq!(
        measured.series(),
        "\
phoenix.operation.duration 1 error.type=ParseIntError phoenix.operation.name=failing
phoenix.operation.duration 1 phoenix.operation.name=late
phoenix.operation.duration 1 phoenix.operation.name=root
phoenix.operation.duration 10 phoenix.operation.name=step
"
    );
}

#[test]
fn beyond_the_most_series_all_others_are_one() {
    let measured = Measured::new(Config::default().metric_series(2));
    let names: Vec<String> = (0..50)
        .map(|number| format!("operation {number}"))
        .collect();
    let record = || {
        measured.capture.run(|| {
            for name in names.iter().chain(&names[..1]) {
                with_traced_operation(name, (), || ());
            }
        });
    };
    record();
    // Another thread meets them when there is no room any more.
    std::thread::scope(|scope| {
        scope.spawn(record);
    });
    assert_eq!(
        measured.series(),
        "\
phoenix.operation.duration 2 phoenix.operation.name=operation 1
phoenix.operation.duration 4 phoenix.operation.name=operation 0
phoenix.operation.duration 96 otel.metric.overflow=true
"
    );
}

#[test]
fn what_is_named_as_sensitive_is_no_attribute_of_metrics() {
    let series = |config: Config| {
        let measured = Measured::new(config.sensitive_keys(["error.type"]));
        measured.capture.run(|| {
            fail("load");
            drop(enter("load"));
        });
        measured.series()
    };
    let key = b"a key of 18 bytes.";
    for hidden in [Sensitive::drop(), Sensitive::hash(key)] {
        assert_eq!(
            series(Config::default().sensitive(hidden)),
            "phoenix.operation.duration 2 phoenix.operation.name=load\n"
        );
    }
    assert_eq!(
        series(Config::default().sensitive(Sensitive::show())),
        "\
phoenix.operation.duration 1 error.type=ParseIntError phoenix.operation.name=load
phoenix.operation.duration 1 phoenix.operation.name=load
"
    );
}

#[test]
fn exemplars_are_spans_of_kept_traces_and_of_the_time_since_the_last() {
    let measured = Measured::new(Config::default().sampler(Sampler::ratio(0.5)));
    let record = || {
        measured.capture.run(|| {
            for _ in 0..100 {
                drop(enter("operation"));
            }
        });
    };
    record();
    let points = measured.points();
    let ids: HashSet<_> = measured
        .capture
        .exported()
        .iter()
        .map(|span| (span.span_context.trace_id(), span.span_context.span_id()))
        .collect();
    assert!(!ids.is_empty() && ids.len() < 100);
    let exemplars = &points[0].exemplars;
    assert!(!exemplars.is_empty() && exemplars.len() <= 15);
    for exemplar in exemplars {
        assert!(
            ids.contains(&(exemplar.trace_id, exemplar.span_id)),
            "{exemplar:?}"
        );
        assert!(Some(exemplar.time) >= points[0].start_time);
    }
    // Nothing was measured since.
    assert_eq!(measured.points()[0].exemplars, []);
    record();
    assert_ne!(measured.points()[0].exemplars, []);
}

#[test]
fn an_exemplar_is_newer_than_the_one_before_of_its_bucket() {
    let measured = Measured::new(Config::default());
    // The bucket and the time of each.
    let told = || -> Vec<(usize, SystemTime)> {
        let points = measured.points();
        let work = points
            .iter()
            .find(|point| point.attributes[0].1.to_string() == "work");
        let work = work.expect("it was measured");
        let MetricValue::Histogram { bounds, .. } = &work.value else {
            panic!("a histogram");
        };
        let bucket = |value: f64| bounds.partition_point(|bound| *bound < value);
        let exemplars = work.exemplars.iter();
        exemplars.map(|one| (bucket(one.value), one.time)).collect()
    };
    let first = measured.capture.run(|| {
        let _open = enter("open");
        // It ends first, and is decided last, with its segment.
        drop(enter("work"));
        std::thread::scope(|scope| {
            scope.spawn(|| measured.capture.run(|| drop(enter("work"))));
        });
        told()
    });
    assert_eq!(first.len(), 1);
    for (bucket, time) in told() {
        let newer = |(same, before): &(usize, SystemTime)| *same != bucket || time > *before;
        assert!(first.iter().all(newer), "{time:?} after {first:?}");
    }
}

#[test]
fn with_delta_each_number_is_told_once_and_none_is_lost() {
    let config = Config::default().metric_temporality(MetricTemporality::Delta);
    let measured = Measured::new(config);
    let record = |number| {
        measured.capture.run(|| {
            for _ in 0..number {
                drop(enter("operation"));
            }
        });
    };
    let told = || {
        let requests = measured.receiver.metrics_requests();
        let accepted = requests
            .iter()
            .filter(|request| request.answer == Fault::Ok);
        let points = accepted.flat_map(|request| &request.points);
        let points = points.filter(|point| point.name == "phoenix.operation.duration");
        let counts: Vec<u64> = points
            .inspect(|point| assert!(!point.cumulative))
            .map(count)
            .collect();
        counts
    };
    record(3);
    measured.points();
    record(2);
    measured.points();
    assert_eq!(told(), [3, 2]);
    // Nothing came since.
    measured.points();
    assert_eq!(told(), [3, 2]);
    measured
        .receiver
        .respond_to_metrics_with(Fault::Status(tonic::Code::InvalidArgument));
    record(4);
    measured.points();
    measured.receiver.respond_to_metrics_with(Fault::Ok);
    record(1);
    measured.points();
    assert_eq!(told(), [3, 2, 5]);
    let requests = measured.receiver.metrics_requests();
    let points = requests.iter().flat_map(|request| &request.points);
    let mut points = points.filter(|point| point.name == "phoenix.operation.duration");
    let (first, second) = (points.next().unwrap(), points.next().unwrap());
    assert_eq!(second.start_time, Some(first.time));
}

#[test]
fn totals_have_one_start_and_buckets_that_add_up() {
    let measured = Measured::new(Config::default());
    let record = || measured.capture.run(|| drop(enter("operation")));
    record();
    let first = measured.points().remove(0);
    record();
    let second = measured.points().remove(0);
    assert!(first.cumulative && second.cumulative);
    assert_eq!((&*first.unit, &*first.scope_name), ("s", "phoenix-trace"));
    assert!(first.start_time.is_some() && first.start_time == second.start_time);
    assert!(first.time <= second.time);
    let MetricValue::Histogram {
        count,
        sum,
        bounds,
        buckets,
    } = second.value
    else {
        panic!("a histogram");
    };
    assert_eq!((count, buckets.iter().sum::<u64>()), (2, 2));
    assert_eq!(buckets.len(), bounds.len() + 1);
    assert!(sum > 0.0);
}
