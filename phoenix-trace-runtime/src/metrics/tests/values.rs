//! What the metrics say is what the account says.

use super::*;
use crate::pipeline::{DropReason, ExporterStats};
use crate::testing::Fault;

const PROCESSED: &str = "otel.sdk.processor.span.processed";
const EXPORTED: &str = "otel.sdk.exporter.span.exported";

/// What the points say of one exporter.
fn of_exporter(points: &[ReceivedPoint], kind: &str, number: usize, there: &ExporterStats) -> u64 {
    let (processor, exporter) = (
        format!("batching_span_processor/{number}"),
        format!("{kind}/{number}"),
    );
    let processor: &[_] = &[
        ("otel.component.type", "batching_span_processor"),
        ("otel.component.name", &processor),
    ];
    let exporter: &[_] = &[
        ("otel.component.type", kind),
        ("otel.component.name", &exporter),
    ];
    let failing = |name: &str, attributes: &[(&str, &str)], error: &str| {
        let attributes = [attributes, &[("error.type", error)]].concat();
        value(points, name, &attributes)
    };
    let exported = [
        value(points, EXPORTED, exporter),
        failing(EXPORTED, exporter, "rejected"),
        failing(EXPORTED, exporter, "failed"),
        failing(EXPORTED, exporter, "in_doubt"),
    ];
    let account = [
        there.acknowledged,
        there.rejected,
        there.failed,
        there.in_doubt,
    ];
    assert_eq!(exported, account, "{there}");
    let processed = value(points, PROCESSED, processor);
    assert_eq!(processed, exported.iter().sum::<u64>(), "{there}");
    let mut dropped = 0;
    for (reason, spans) in there.dropped {
        let told = failing(PROCESSED, processor, reason.as_str());
        assert_eq!(told, spans, "{reason:?}: {there}");
        dropped += told;
    }
    let waiting = value(points, "otel.sdk.processor.span.queue.size", processor);
    let sending = value(points, "otel.sdk.exporter.span.inflight", exporter);
    assert_eq!(waiting + sending, there.queued, "{there}");
    let capacity = value(points, "otel.sdk.processor.span.queue.capacity", processor);
    assert_eq!(capacity, 65_536);
    let offered = value(points, "phoenix.sdk.processor.span.offered", processor);
    assert_eq!(offered, there.offered, "{there}");
    assert_eq!(
        offered,
        processed + dropped + waiting + sending,
        "the law; {there}"
    );
    offered
}

/// Of the first exporter, what `Stats` says of it.
fn first(stats: &Stats) -> ExporterStats {
    let mut first = ExporterStats::clone(&stats.also[0]);
    first.offered = stats.kept();
    first.dropped = stats.dropped;
    first.acknowledged = stats.acknowledged;
    first.rejected = stats.rejected;
    first.failed = stats.failed;
    first.in_doubt = stats.in_doubt;
    first.queued = stats.queued;
    first
}

/// Everything that the points say, against an account with two exporters.
fn check(points: &[ReceivedPoint], stats: &Stats, kinds: [&str; 2]) {
    let result = |name| {
        value(
            points,
            "otel.sdk.span.started",
            &[("otel.span.sampling_result", name)],
        )
    };
    assert_eq!(result("RECORD_AND_SAMPLE"), stats.kept());
    assert_eq!(result("RECORD_ONLY"), stats.discarded);
    let plain = |name| value(points, name, &[]);
    let ended = plain("phoenix.sdk.span.ended");
    assert_eq!(ended, stats.ended);
    assert_eq!(plain("phoenix.sdk.span.open"), stats.open);
    assert_eq!(plain("phoenix.sdk.span.discarded"), stats.discarded);
    assert_eq!(plain("phoenix.sdk.span.late_errors"), stats.late_errors);
    assert_eq!(plain("phoenix.sdk.span.unrecorded"), stats.unrecorded);
    assert_eq!(plain("phoenix.sdk.segment.open"), stats.segments_open);
    let decided = |how| {
        value(
            points,
            "phoenix.sdk.segment.decided",
            &[("phoenix.segment.decision", how)],
        )
    };
    assert_eq!(decided("head"), stats.segments_kept_by_head);
    assert_eq!(decided("forced"), stats.segments_kept_by_force);
    assert_eq!(decided("callee"), stats.segments_kept_by_callee);
    assert_eq!(decided("error"), stats.segments_kept_by_error);
    assert_eq!(decided("discarded"), stats.segments_discarded);
    let offered = of_exporter(points, kinds[0], 0, &first(stats));
    assert_eq!(ended, stats.discarded + offered, "the law; {stats}");
    of_exporter(points, kinds[1], 1, &stats.also[0]);
}

/// Spans of every fate: kept, discarded, rejected, in doubt, and given up for want of room.
fn check_every_fate(otlp: Otlp, receiver: &OtlpReceiver, kind: &str) {
    let config = config(otlp)
        .sampler(Sampler::ratio(0.5))
        .max_spans_per_segment(2)
        .also_exporter(Drops);
    let rig = Rig::start(config);
    let kinds = [kind, std::any::type_name::<Drops>()];
    rig.record(100);
    rig.record_failures(10);
    receiver.respond_times(
        1,
        Fault::PartialSuccess {
            rejected: 7,
            message: "told to refuse some".to_owned(),
        },
    );
    let stats = rig.flush();
    check(&receiver.points(), &stats, kinds);
    rig.record(50);
    receiver.respond_with(Fault::Status(tonic::Code::Unauthenticated));
    let stats = rig.flush();
    check(&receiver.points(), &stats, kinds);
    let full = stats
        .dropped
        .iter()
        .find(|(reason, _)| *reason == DropReason::SegmentFull);
    assert!(full.is_some_and(|(_, spans)| *spans > 0), "{stats}");
    assert_eq!(stats.rejected, 7, "{stats}");
    assert!(stats.failed > 0 && stats.acknowledged > 0, "{stats}");
    assert!(
        stats.discarded > 0 && stats.segments_kept_by_error > 0,
        "{stats}"
    );
    assert_eq!(stats.also[0].rejected, 0, "{stats}");
}

#[test]
fn at_a_quiet_moment_the_metrics_are_the_account_over_grpc() {
    let receiver = receiver();
    check_every_fate(grpc(&receiver), &receiver, "otlp_grpc_span_exporter");
}

#[test]
fn at_a_quiet_moment_the_metrics_are_the_account_over_http() {
    let receiver = receiver();
    check_every_fate(http(&receiver), &receiver, "otlp_http_span_exporter");
}

#[test]
fn what_is_being_sent_and_what_waits_are_told_apart() {
    let (receiver, hangs) = (receiver(), receiver());
    hangs.respond_with(Fault::Hang);
    let config = config(grpc(&hangs))
        .metrics_otlp(grpc(&receiver))
        .metric_interval(Duration::from_millis(5));
    let rig = Rig::start(config);
    rig.record(200);
    let sent = hangs.wait_for_requests(LONG, 1).expect("a batch")[0].spans as u64;
    let now = |points: &[ReceivedPoint], name: &str| {
        let mut points = points.iter();
        points
            .find(|point| point.name == name)
            .and_then(ReceivedPoint::int)
    };
    let told = receiver.wait_for_points(LONG, |points| {
        now(points, "otel.sdk.exporter.span.inflight") == i64::try_from(sent).ok()
            && now(points, "otel.sdk.processor.span.queue.size") == i64::try_from(600 - sent).ok()
    });
    told.unwrap_or_else(|error| panic!("{error}"));
    rig.pipeline.shutdown(Duration::ZERO);
}

#[test]
fn they_say_where_an_exporter_exports_to_and_what_they_count() {
    let receiver = receiver();
    let rig = Rig::start(config(grpc(&receiver)).resource("service.namespace", "shop"));
    rig.record(1);
    rig.flush();
    let points = receiver.points();
    let exported = points
        .iter()
        .find(|point| point.name == EXPORTED)
        .expect("it is there");
    let attribute = |key| exported.attribute(key).map(ToString::to_string);
    assert_eq!(attribute("server.address").as_deref(), Some("127.0.0.1"));
    assert_eq!(
        attribute("server.port"),
        Some(receiver.grpc_port().to_string())
    );
    let of_the_account = |point: &&ReceivedPoint| point.unit != "s";
    for point in points.iter().filter(of_the_account) {
        let unit = if point.name.contains(".segment.") {
            "{segment}"
        } else if point.name.contains(".log.") {
            "{log_record}"
        } else {
            "{span}"
        };
        assert_eq!(point.unit, unit, "{}", point.name);
        let level = ["queue", "inflight", "open"]
            .iter()
            .any(|part| point.name.contains(part))
            && point.name != PROCESSED;
        assert_eq!(point.monotonic, !level, "{}", point.name);
        assert!(point.cumulative && !point.description.is_empty());
        assert_eq!(point.scope_name, "phoenix-trace");
        assert_eq!(point.scope_version, env!("CARGO_PKG_VERSION"));
    }
    let sorted = |mut resource: Vec<(String, _)>| {
        resource.sort_by(|(one, _), (other, _)| one.cmp(other));
        resource
    };
    let of_spans = sorted(receiver.spans()[0].resource.clone());
    assert!(of_spans.iter().any(|(key, _)| key == "service.namespace"));
    assert_eq!(sorted(exported.resource.clone()), of_spans);
}
