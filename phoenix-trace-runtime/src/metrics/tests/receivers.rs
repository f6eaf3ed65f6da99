//! Receivers that do not take metrics, and what is sent to those that do.

use std::time::Instant;

use super::*;
use crate::config::Compression;
use crate::testing::Fault;

/// A receiver that takes no metrics is asked once, and gets its spans.
fn check_left_alone(otlp: Otlp, receiver: &OtlpReceiver, answer: Fault) {
    receiver.respond_to_metrics_with(answer);
    let rig = Rig::start(config(otlp).metric_interval(Duration::from_millis(1)));
    receiver.wait_for_metrics_requests(LONG, 1).expect("one");
    for spans in 1..4 {
        rig.record(1);
        assert_eq!(rig.flush().acknowledged, 3 * spans);
    }
    let stats = rig.shutdown();
    assert_eq!(stats.acknowledged, 9, "{stats}");
    assert_eq!(receiver.metrics_requests().len(), 1);
}

#[test]
fn a_receiver_without_metrics_is_left_alone_over_grpc() {
    let receiver = receiver();
    let answer = Fault::Status(tonic::Code::Unimplemented);
    check_left_alone(grpc(&receiver), &receiver, answer);
}

#[test]
fn a_receiver_without_metrics_is_left_alone_over_http() {
    let receiver = receiver();
    let answer = Fault::Http {
        status: 404,
        retry_after: None,
    };
    check_left_alone(http(&receiver), &receiver, answer);
}

#[test]
fn a_receiver_that_was_away_gets_the_numbers_when_it_is_back() {
    let receiver = receiver();
    receiver.respond_to_metrics_with(Fault::Unavailable);
    let rig = Rig::start(config(grpc(&receiver)).metric_interval(Duration::from_millis(1)));
    receiver.wait_for_metrics_requests(LONG, 1).expect("one");
    rig.record(1);
    receiver.respond_to_metrics_with(Fault::Ok);
    let stats = rig.flush();
    assert_eq!(
        value(&receiver.points(), "phoenix.sdk.span.ended", &[]),
        stats.ended
    );
}

#[test]
fn a_receiver_that_does_not_answer_metrics_is_not_waited_for_beyond_the_deadline() {
    const DEADLINE: Duration = Duration::from_millis(100);
    let receiver = receiver();
    receiver.respond_to_metrics_with(Fault::Hang);
    let rig = Rig::start(config(grpc(&receiver)));
    rig.record(1);
    let start = Instant::now();
    rig.pipeline.flush(DEADLINE);
    assert!(rig.pipeline.shutdown(DEADLINE), "the spans are sent");
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
    assert_eq!(rig.stats().acknowledged, 3);
}

#[test]
fn a_receiver_that_is_gone_is_not_waited_for_at_the_end() {
    let receiver = receiver();
    let config = config(grpc(&receiver));
    drop(receiver);
    let rig = Rig::start(config);
    let start = Instant::now();
    rig.shutdown();
    assert!(start.elapsed() < LONG / 2, "{:?}", start.elapsed());
}

#[test]
fn they_are_sent_as_traces_are() {
    let receiver = receiver();
    for otlp in [grpc(&receiver), http(&receiver)] {
        for compression in [Compression::None, Compression::Gzip, Compression::Zstd] {
            let otlp = otlp.clone().header("x-token", "secret");
            let rig = Rig::start(config(otlp.compression(compression)));
            rig.record(1);
            rig.shutdown();
        }
    }
    let requests = receiver.metrics_requests();
    assert_eq!(requests.len(), 6);
    let has = |headers: &[(String, String)], name: &str, value: &str| {
        headers.iter().any(|(n, v)| n == name && v == value)
    };
    for request in &requests {
        assert!(has(&request.headers, "x-token", "secret"), "{request:?}");
        assert!(!request.points.is_empty(), "{request:?}");
    }
    assert!(has(&requests[1].headers, "grpc-encoding", "gzip"));
    assert!(has(&requests[5].headers, "content-encoding", "zstd"));
}
