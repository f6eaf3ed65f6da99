//! Logs at a collector: over real sockets, with the ids of the spans that it gets, and what becomes of them when it fails.

use std::time::Instant;

use super::*;
use crate::config::{Compression, Otlp};
use crate::record::entered::enter;
use crate::testing::{Fault, OtlpReceiver};
use crate::{LogsOfDropped, with_correlation_id};

const NEVER: Duration = Duration::from_secs(3600);

fn receiver() -> OtlpReceiver {
    OtlpReceiver::start().expect("two ports")
}

fn grpc(receiver: &OtlpReceiver) -> Otlp {
    Otlp::grpc().endpoint(receiver.grpc_endpoint())
}

fn http(receiver: &OtlpReceiver) -> Otlp {
    Otlp::http().endpoint(receiver.http_endpoint())
}

/// Sends nothing before somebody asks for it.
fn config(otlp: Otlp) -> Config {
    with(otlp, &[("OTEL_BLRP_SCHEDULE_DELAY", "3600000")])
}

fn with(otlp: Otlp, variables: &[(&str, &str)]) -> Config {
    let config = Config::from_vars(|name| {
        let found = variables.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    });
    config
        .service("logs-test")
        .sampler(Sampler::always_on())
        .export_delay(NEVER)
        .metric_interval(NEVER)
        .otlp(otlp.timeout(LONG))
}

fn log(rig: &Rig, number: u64) {
    rig.run(|| {
        let _root = enter(&SPAN, &[]);
        (0..number).for_each(|number| tracing::info!(target: "orders", number, "said"));
    });
}

fn check_arrives(otlp: impl Fn(&OtlpReceiver) -> Otlp) {
    let receiver = receiver();
    let rig = Rig::start(config(otlp(&receiver)));
    let id = "order-4711".parse().ok();
    rig.run(|| {
        with_correlation_id(id, || {
            let _root = enter(&SPAN, &[]);
            tracing::warn!(target: "orders", rows = 3, big = u64::MAX, "phoenix.correlation.id" = "forged", "placed");
        });
    });
    let stats = rig.shutdown();
    let logs = receiver.logs();
    let said: Vec<String> = logs.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "WARN orders: placed phoenix.correlation.id=order-4711 rows=3 big=18446744073709551615 \
          fields.phoenix.correlation.id=forged"
        ]
    );
    let span = &receiver.spans()[0].span;
    assert_eq!(
        (logs[0].trace_id, logs[0].span_id),
        (Some(span.trace_id), Some(span.span_id))
    );
    assert_eq!(logs[0].service().as_deref(), Some("logs-test"));
    let line = rig.line();
    assert_eq!(line["trace_id"], span.trace_id.to_string());
    assert_eq!(
        stats.logs.export.map(|export| export.acknowledged),
        Some(1),
        "{stats}"
    );
}

#[test]
fn they_arrive_over_grpc_with_the_ids_of_spans_and_lines() {
    check_arrives(grpc);
}

#[test]
fn they_arrive_over_http_compressed() {
    check_arrives(|receiver| http(receiver).compression(Compression::Gzip));
}

#[test]
fn a_full_batch_is_sent_at_once_and_the_rest_at_a_flush() {
    let receiver = receiver();
    let variables = [
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_MAX_EXPORT_BATCH_SIZE", "4"),
    ];
    let rig = Rig::start(with(grpc(&receiver), &variables));
    log(&rig, 6);
    let first = receiver.wait_for_logs_requests(LONG, 1).expect("a batch");
    assert_eq!(first[0].logs.len(), 4);
    rig.pipeline.flush(LONG);
    assert_eq!(receiver.logs().len(), 6);
    rig.stats();
}

#[test]
fn a_record_is_sent_when_its_delay_is_over() {
    let receiver = receiver();
    let rig = Rig::start(with(http(&receiver), &[("OTEL_BLRP_SCHEDULE_DELAY", "5")]));
    log(&rig, 1);
    let logs = receiver.wait_for_logs(LONG, |logs| logs.len() == 1);
    logs.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn a_collector_that_was_away_gets_them_when_it_is_back() {
    let receiver = receiver();
    receiver.respond_to_logs_with(Fault::Unavailable);
    let rig = Rig::start(with(grpc(&receiver), &[("OTEL_BLRP_SCHEDULE_DELAY", "1")]));
    log(&rig, 3);
    receiver.wait_for_logs_requests(LONG, 1).expect("one");
    receiver.respond_to_logs_with(Fault::Ok);
    rig.pipeline.flush(LONG);
    assert_eq!(receiver.logs().len(), 3);
    let export = rig.stats().logs.export.expect("an export");
    assert_eq!((export.acknowledged, export.queued), (3, 0), "{export:?}");
}

#[test]
fn what_a_collector_rejects_is_counted_and_not_sent_again() {
    let receiver = receiver();
    receiver.respond_to_logs_with(Fault::PartialSuccess {
        rejected: 2,
        message: "too old".to_owned(),
    });
    let rig = Rig::start(config(grpc(&receiver)));
    log(&rig, 5);
    rig.pipeline.flush(LONG);
    let export = rig.stats().logs.export.expect("an export");
    assert_eq!((export.acknowledged, export.rejected), (3, 2), "{export:?}");
    assert_eq!(receiver.logs_requests().len(), 1);
}

#[test]
fn a_collector_that_refuses_is_not_shown_each_record() {
    let receiver = receiver();
    receiver.respond_to_logs_with(Fault::Status(tonic::Code::InvalidArgument));
    let rig = Rig::start(config(grpc(&receiver)));
    log(&rig, 500);
    let stats = rig.shutdown();
    let export = stats.logs.export.expect("an export");
    assert_eq!(export.rejected, 500, "{export:?}");
    let requests = receiver.logs_requests().len();
    assert!((2..64).contains(&requests), "{requests}");
}

#[test]
fn a_collector_without_logs_is_left_alone_and_gets_its_spans() {
    let receiver = receiver();
    receiver.respond_to_logs_with(Fault::Status(tonic::Code::Unimplemented));
    let rig = Rig::start(config(grpc(&receiver)));
    for round in 1..4 {
        log(&rig, 2);
        rig.pipeline.flush(LONG);
        let stats = rig.stats();
        assert_eq!(stats.acknowledged, round, "{stats}");
        assert_eq!(
            stats.logs.export.map(|export| export.failed),
            Some(2 * round)
        );
    }
    assert_eq!(receiver.logs_requests().len(), 1);
}

#[test]
fn a_collector_that_does_not_answer_is_not_waited_for_beyond_the_deadline() {
    const DEADLINE: Duration = Duration::from_millis(100);
    let receiver = receiver();
    receiver.respond_to_logs_with(Fault::Hang);
    let rig = Rig::start(config(grpc(&receiver)));
    log(&rig, 3);
    let start = Instant::now();
    assert!(rig.pipeline.shutdown(DEADLINE), "the spans are sent");
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
    assert_eq!(rig.messages().len(), 3, "the lines are written");
    rig.stats();
}

#[test]
fn a_full_queue_drops_and_counts() {
    let receiver = receiver();
    let variables = [
        ("OTEL_BLRP_SCHEDULE_DELAY", "3600000"),
        ("OTEL_BLRP_MAX_QUEUE_SIZE", "10"),
    ];
    let rig = Rig::start(with(grpc(&receiver), &variables));
    log(&rig, 25);
    rig.run(|| tracing::error!("it failed"));
    let stats = rig.shutdown();
    let export = stats.logs.export.expect("an export");
    assert_eq!(
        (export.acknowledged, export.queue_full),
        (10, 16),
        "{stats}"
    );
    assert_eq!(receiver.logs()[0].message, "it failed");
}

#[test]
fn logs_of_dropped_traces_do_not_arrive_where_they_are_not_wanted() {
    let receiver = receiver();
    let config = config(grpc(&receiver))
        .sampler(Sampler::ratio(0.0))
        .logs_of_dropped(LogsOfDropped::None);
    let rig = Rig::start(config);
    log(&rig, 3);
    let stats = rig.shutdown();
    assert_eq!(
        (receiver.logs().len(), stats.logs.discarded),
        (0, 3),
        "{stats}"
    );
}

#[test]
fn the_account_is_exported_as_metrics() {
    let receiver = receiver();
    let rig = Rig::start(config(grpc(&receiver)));
    log(&rig, 3);
    rig.shutdown();
    let points = receiver.points();
    let value = |name: &str| {
        let is_it = |point: &&crate::testing::ReceivedPoint| {
            point.name == name && point.attribute("error.type").is_none()
        };
        points.iter().find(is_it).and_then(|point| point.int())
    };
    for name in [
        "otel.sdk.log.created",
        "otel.sdk.processor.log.processed",
        "otel.sdk.exporter.log.exported",
        "phoenix.sdk.log.lines",
    ] {
        assert_eq!(value(name), Some(3), "{name}");
    }
    let kind = points
        .iter()
        .find(|point| point.name == "otel.sdk.exporter.log.exported")
        .and_then(|point| point.attribute("otel.component.name").cloned());
    assert_eq!(
        kind.map(|kind| kind.to_string()).as_deref(),
        Some("otlp_grpc_log_exporter/0")
    );
}
