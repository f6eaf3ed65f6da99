//! When metrics are sent.

use super::*;
use crate::testing::Fault;

#[test]
fn they_are_sent_at_an_interval() {
    let receiver = receiver();
    let rig = Rig::start(config(http(&receiver)).metric_interval(Duration::from_millis(5)));
    receiver.wait_for_metrics_requests(LONG, 1).expect("one");
    rig.record(4);
    let told = receiver.wait_for_points(LONG, |points| {
        let ended = points
            .iter()
            .find(|point| point.name == "phoenix.sdk.span.ended");
        ended.and_then(ReceivedPoint::int) == Some(12)
    });
    told.unwrap_or_else(|error| panic!("{error}"));
}

fn check_the_end(otlp: Otlp, receiver: &OtlpReceiver) {
    let rig = Rig::start(config(otlp));
    rig.record(4);
    let stats = rig.shutdown();
    assert_eq!(stats.acknowledged, 12, "{stats}");
    let requests = receiver.metrics_requests();
    assert_eq!(requests.len(), 1, "nothing was sent before the end");
    let points = receiver.points();
    let exported = "otel.sdk.exporter.span.exported";
    assert_eq!(
        value(&points, exported, &[]),
        12,
        "the last numbers are final"
    );
}

#[test]
fn at_the_end_the_final_numbers_are_sent() {
    let receiver = receiver();
    check_the_end(grpc(&receiver), &receiver);
}

#[test]
fn at_the_end_the_final_numbers_are_sent_over_http() {
    let receiver = receiver();
    check_the_end(http(&receiver), &receiver);
}

#[test]
fn an_export_under_way_does_not_keep_the_end_from_its_numbers() {
    let (receiver, hangs) = (receiver(), receiver());
    hangs.respond_to_metrics_with(Fault::Hang);
    let config = config(grpc(&receiver))
        .metrics_otlp(grpc(&hangs).timeout(Duration::ZERO))
        .metric_timeout(Duration::from_secs(3600))
        .metric_interval(Duration::from_millis(1));
    let rig = Rig::start(config);
    hangs
        .wait_for_metrics_requests(LONG, 1)
        .expect("one that is not answered");
    hangs.respond_to_metrics_with(Fault::Ok);
    rig.record(1);
    let stats = rig.shutdown();
    assert_eq!(
        value(&hangs.points(), "phoenix.sdk.span.ended", &[]),
        stats.ended
    );
}

#[test]
fn without_metrics_nothing_is_sent_and_nothing_is_started() {
    let receiver = receiver();
    let rig = Rig::start(config(grpc(&receiver)).no_metrics());
    rig.record(1);
    rig.flush();
    rig.shutdown();
    assert_eq!(
        (receiver.requests(), receiver.metrics_requests().len()),
        (1, 0)
    );
    for config in [
        Config::default(),
        Config::default().no_exporter(),
        Config::default().exporter(Drops),
    ] {
        assert!(config.metrics_export(&mut Vec::new()).is_empty());
    }
}
