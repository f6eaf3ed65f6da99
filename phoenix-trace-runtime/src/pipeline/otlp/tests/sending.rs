//! What a receiver gets.

use super::*;
use crate::config::Compression;
use crate::pipeline::otlp::transport::AGENT;
use crate::testing::{OtlpReceiver, ReceivedRequest};

#[test]
fn both_protocols_carry_the_same_spans() {
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        assert_taken(&sent(otlp));
    }
    let spans = receiver.take_spans();
    assert_eq!(spans.len(), 6);
    for (grpc, http) in spans[..3].iter().zip(&spans[3..]) {
        assert_eq!(grpc.span.span_id, http.span.span_id);
        assert_eq!(grpc.span.attributes, http.span.attributes);
        assert_eq!(grpc.resource.len(), 2);
        assert!(
            grpc.resource
                .iter()
                .all(|attribute| http.resource.contains(attribute))
        );
    }
    assert_eq!(spans[1].span.parent_span_id, Some(spans[0].span.span_id));
    assert_eq!(spans[1].scope_name, "phoenix-trace");
    assert_eq!(spans[1].scope_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(spans[1].flags, 0x103);
    assert_eq!(spans[1].trace_state, "ot=th:0");
}

#[test]
fn a_batch_without_spans_is_not_sent() {
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        let destination = destination(otlp);
        assert_taken(&runtime().block_on(destination.send(&[])));
    }
    assert_eq!(receiver.requests(), 0);
}

fn request(otlp: impl Fn(Otlp) -> Otlp) -> [ReceivedRequest; 2] {
    let receiver = OtlpReceiver::start().expect("started");
    both(&receiver).map(|protocol| {
        assert_taken(&sent(otlp(protocol)));
        receiver.request_log().pop().expect("a request")
    })
}

#[test]
fn requests_say_who_sends_them_and_belong_to_no_trace() {
    for request in request(|otlp| otlp) {
        assert_eq!(request.header("user-agent"), Some(AGENT));
        assert_eq!(request.header("traceparent"), None);
        assert_eq!(request.header("x-correlation-id"), None);
    }
}

#[test]
fn headers_go_with_every_request() {
    let headers = |otlp: Otlp| {
        otlp.header("Authorization", "Bearer of-good-news")
            .header("x-tenant", "a b")
            .header("x-tenant", "the last wins")
    };
    for request in request(headers) {
        assert_eq!(request.header("authorization"), Some("Bearer of-good-news"));
        assert_eq!(request.header("x-tenant"), Some("the last wins"));
    }
}

#[test]
fn compressed_batches_are_smaller_and_arrive() {
    for (compression, name) in [(Compression::Gzip, "gzip"), (Compression::Zstd, "zstd")] {
        let receiver = OtlpReceiver::start().expect("started");
        for (otlp, header) in both(&receiver)
            .into_iter()
            .zip(["grpc-encoding", "content-encoding"])
        {
            let strand = Story::plain(200).strand();
            let destination = destination(otlp.compression(compression));
            assert_taken(&runtime().block_on(destination.send(&[whole(&strand)])));
            assert_eq!(receiver.take_spans().len(), 201);
            let request = receiver.request_log().pop().expect("a request");
            assert_eq!(request.header(header), Some(name));
            if let Some(length) = request.header("content-length") {
                let length: usize = length.parse().expect("a number");
                assert!(length < 201 * 60, "{length} bytes for 201 spans");
            }
        }
    }
}

#[test]
fn one_buffer_serves_batch_after_batch() {
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        let destination = destination(otlp);
        runtime().block_on(async {
            for children in [300, 1, 40] {
                let strand = Story::plain(children).strand();
                assert_taken(&destination.send(&[whole(&strand)]).await);
                assert_eq!(receiver.take_spans().len(), children + 1);
            }
        });
    }
}

#[test]
fn what_is_larger_than_otlp_allows_is_not_sent() {
    use super::strands::{Set, Step};
    let mut steps = vec![Step::Start { site: 0, parent: 0 }];
    let text = "x".repeat(4_000);
    steps.extend((0..48).map(|key| Step::SetOnSpan(0, Set::Text(key, text.clone()))));
    let strand = Story::of(steps).strand();
    let batch = vec![whole(&strand); 64 * 1024 * 1024 / (40 * 4_000)];
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        let destination = destination(otlp);
        let answer = runtime().block_on(destination.send(&batch));
        assert!(matches!(answer, Answer::TooLarge { .. }), "{answer:?}");
        let answer = runtime().block_on(destination.send(&batch[..1]));
        assert_taken(&answer);
    }
    assert_eq!(receiver.requests(), 2, "only the small ones");
}
