//! What is made of an answer.

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use prost::Message as _;
use tonic::Code;

use super::*;
use crate::testing::{Fault, OtlpReceiver};

/// What each protocol makes of `fault`: gRPC first.
fn answers(fault: &Fault) -> [Answer; 2] {
    let receiver = OtlpReceiver::start().expect("started");
    receiver.respond_with(fault.clone());
    both(&receiver).map(sent)
}

fn kind(answer: &Answer) -> &'static str {
    match answer {
        Answer::Taken { .. } => "taken",
        Answer::Later { .. } => "later",
        Answer::Refused { .. } => "refused",
        Answer::TooLarge { .. } => "too large",
        Answer::Hopeless { .. } => "hopeless",
        Answer::Unknown { again: true, .. } => "unknown, again",
        Answer::Unknown { again: false, .. } => "unknown",
    }
}

fn why(answer: &Answer) -> &str {
    match answer {
        Answer::Taken { message, .. } => message,
        Answer::Later { why, .. }
        | Answer::Refused { why }
        | Answer::TooLarge { why }
        | Answer::Hopeless { why }
        | Answer::Unknown { why, .. } => why,
    }
}

fn after(answer: &Answer) -> Option<Duration> {
    match answer {
        Answer::Later { after, .. } => *after,
        _ => None,
    }
}

/// An answer with these headers and this body.
fn exactly(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Fault {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Fault::Answer {
        status,
        headers: headers.iter().map(owned).collect(),
        body: body.to_vec(),
    }
}

/// A gRPC answer without a message.
fn grpc(code: Code, message: &str) -> Fault {
    let code = i32::from(code).to_string();
    let headers = [
        ("content-type", "application/grpc"),
        ("grpc-status", &code),
        ("grpc-message", message),
    ];
    exactly(200, &headers, b"")
}

#[test]
fn each_grpc_code_has_its_consequence() {
    for (code, expected) in [
        (Code::Cancelled, "later"),
        (Code::Unknown, "refused"),
        (Code::InvalidArgument, "refused"),
        (Code::DeadlineExceeded, "later"),
        (Code::NotFound, "refused"),
        (Code::AlreadyExists, "refused"),
        (Code::PermissionDenied, "hopeless"),
        (Code::ResourceExhausted, "refused"),
        (Code::FailedPrecondition, "refused"),
        (Code::Aborted, "later"),
        (Code::OutOfRange, "later"),
        (Code::Unimplemented, "hopeless"),
        (Code::Internal, "refused"),
        (Code::Unavailable, "later"),
        (Code::DataLoss, "later"),
        (Code::Unauthenticated, "hopeless"),
    ] {
        let [answer, _] = answers(&Fault::Status(code));
        assert_eq!(kind(&answer), expected, "{code:?}");
        let name = crate::grpc_code::name(code);
        assert!(why(&answer).contains(name), "{answer:?}");
        assert!(why(&answer).contains("told to answer so"), "{answer:?}");
    }
}

#[test]
fn each_http_status_has_its_consequence() {
    for (status, expected) in [
        (301, "hopeless"),
        (400, "refused"),
        (401, "hopeless"),
        (403, "hopeless"),
        (404, "hopeless"),
        (405, "hopeless"),
        (408, "refused"),
        (413, "too large"),
        (415, "hopeless"),
        (422, "refused"),
        (429, "later"),
        (500, "refused"),
        (501, "hopeless"),
        (502, "later"),
        (503, "later"),
        (504, "later"),
    ] {
        let fault = Fault::Http {
            status,
            retry_after: None,
        };
        // A proxy answers so on either port.
        for answer in answers(&fault) {
            assert_eq!(kind(&answer), expected, "{status}");
            assert!(why(&answer).contains(&status.to_string()), "{answer:?}");
        }
    }
}

#[test]
fn what_a_receiver_says_of_a_failure_is_told() {
    let [_, answer] = answers(&Fault::Status(Code::InvalidArgument));
    assert!(why(&answer).ends_with("400 Bad Request: the receiver was told to answer so"));
    let fault = exactly(
        503,
        &[("content-type", "text/plain; charset=utf-8")],
        b"no\nupstream",
    );
    let [_, answer] = answers(&fault);
    assert!(
        why(&answer).ends_with("503 Service Unavailable: no upstream"),
        "{answer:?}"
    );
}

#[test]
fn what_cannot_be_helped_comes_with_a_remedy() {
    for (code, status, remedy) in [
        (Code::Unauthenticated, 401, "OTEL_EXPORTER_OTLP_HEADERS"),
        (Code::PermissionDenied, 403, "OTEL_EXPORTER_OTLP_HEADERS"),
        (Code::Unimplemented, 404, "port, path"),
    ] {
        let [over_grpc, _] = answers(&Fault::Status(code));
        let retry_after = None;
        let [_, over_http] = answers(&Fault::Http {
            status,
            retry_after,
        });
        for answer in [over_grpc, over_http] {
            assert!(why(&answer).contains(remedy), "{answer:?}");
        }
    }
}

#[test]
fn a_receiver_may_ask_for_a_pause() {
    let retry_after = Some(Duration::from_millis(1_500));
    let [grpc, http] = answers(&Fault::Throttle { retry_after });
    assert_eq!((kind(&grpc), after(&grpc)), ("later", retry_after));
    assert_eq!(
        (kind(&http), after(&http)),
        ("later", Some(Duration::from_secs(2)))
    );
    let [grpc, http] = answers(&Fault::Throttle { retry_after: None });
    assert_eq!((kind(&grpc), after(&grpc)), ("refused", None));
    assert_eq!((kind(&http), after(&http)), ("later", None));
}

#[test]
fn a_pause_may_be_asked_for_by_date() {
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(600));
    let [_, answer] = answers(&exactly(503, &[("retry-after", &date)], b""));
    let pause = after(&answer).expect("a pause");
    assert!(
        pause <= Duration::from_secs(600) && pause > Duration::from_secs(300),
        "{pause:?}"
    );
    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    let [_, answer] = answers(&exactly(503, &[("retry-after", past)], b""));
    assert_eq!(after(&answer), Some(Duration::ZERO));
    let [_, answer] = answers(&exactly(
        503,
        &[("retry-after", "18446744073709551615")],
        b"",
    ));
    assert_eq!(after(&answer), Some(Duration::from_secs(24 * 60 * 60)));
    let [_, answer] = answers(&exactly(503, &[("retry-after", "soon")], b""));
    assert_eq!((kind(&answer), after(&answer)), ("later", None));
}

#[test]
fn receivers_say_in_different_words_that_a_batch_is_too_large() {
    for (code, message) in [
        (
            Code::ResourceExhausted,
            "grpc: received message larger than max (4194305 vs. 4194304)",
        ),
        (
            Code::ResourceExhausted,
            "gRPC message exceeds maximum size 4194304: 4194305",
        ),
        (
            Code::OutOfRange,
            "Error, decoded message length too large: found 5 bytes",
        ),
    ] {
        let [answer, _] = answers(&grpc(code, message));
        assert_eq!(kind(&answer), "too large", "{message}");
    }
    let [answer, _] = answers(&grpc(Code::ResourceExhausted, "over quota"));
    assert_eq!(kind(&answer), "refused");
}

#[test]
fn a_partial_success_is_counted_and_told() {
    let answers = answers(&Fault::PartialSuccess {
        rejected: 2,
        message: "too old".to_owned(),
    });
    for answer in answers {
        assert!(
            matches!(&answer, Answer::Taken { rejected: 2, message } if message == "too old"),
            "{answer:?}"
        );
    }
}

#[test]
fn no_more_spans_are_rejected_than_there_were() {
    for (rejected, counted) in [(i64::MAX, 3), (-1, 0)] {
        let message = String::new();
        for answer in answers(&Fault::PartialSuccess { rejected, message }) {
            let found = match answer {
                Answer::Taken { rejected, .. } => rejected,
                answer => panic!("{answer:?}"),
            };
            assert_eq!(found, counted);
        }
    }
}

#[test]
fn what_a_receiver_says_is_cut_and_the_remedy_is_not() {
    let long = "x".repeat(10_000);
    let text = [("content-type", "text/plain")];
    let [_, over_http] = answers(&exactly(401, &text, long.as_bytes()));
    let [over_grpc, _] = answers(&grpc(Code::Unauthenticated, &long));
    for answer in [over_grpc, over_http] {
        assert!(why(&answer).len() < 1_000, "{answer:?}");
        assert!(
            why(&answer).contains("OTEL_EXPORTER_OTLP_HEADERS"),
            "{answer:?}"
        );
    }
}

#[test]
fn redirects_are_not_followed() {
    let elsewhere = OtlpReceiver::start().expect("started");
    let location = elsewhere
        .http_endpoint()
        .replace("http://", "http://user:secret@")
        + "/v1/traces?token=secret";
    for status in [301, 302, 303, 307, 308] {
        for answer in answers(&exactly(status, &[("location", &location)], b"")) {
            assert_eq!(kind(&answer), "hopeless", "{status}");
            let shown = elsewhere.http_endpoint().replace("//", "//…@") + "/v1/traces;";
            assert!(why(&answer).contains(&shown), "{answer:?}");
            assert!(!why(&answer).contains("secret"), "{answer:?}");
        }
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[test]
fn an_answer_is_read_up_to_its_bound() {
    let long = vec![0; 5 * 1024 * 1024];
    let [over_grpc, _] = answers(&exactly(
        200,
        &[("content-type", "application/grpc")],
        &long,
    ));
    let protobuf = [("content-type", "application/x-protobuf")];
    let [_, over_http] = answers(&exactly(200, &protobuf, &long));
    for answer in [over_grpc, over_http] {
        assert_eq!(kind(&answer), "unknown", "{answer:?}");
        assert!(why(&answer).contains("more than 4 MiB"), "{answer:?}");
    }
    // Of a failure the status is enough.
    let [_, answer] = answers(&exactly(503, &protobuf, &long));
    assert_eq!(kind(&answer), "later", "{answer:?}");
}

#[test]
fn a_success_that_cannot_be_read_is_not_sent_again() {
    let html = [("content-type", "text/html")];
    let [over_grpc, over_http] = answers(&exactly(200, &html, b"<html>Sign in</html>"));
    assert_eq!(kind(&over_http), "unknown");
    assert!(why(&over_http).contains("text/html"), "{over_http:?}");
    assert_eq!(kind(&over_grpc), "hopeless");
    assert!(
        why(&over_grpc).contains("does not speak gRPC"),
        "{over_grpc:?}"
    );
    let protobuf = [("content-type", "application/x-protobuf")];
    let [_, answer] = answers(&exactly(200, &protobuf, b"\xff\xff"));
    assert_eq!(kind(&answer), "unknown");
    let [answer, _] = answers(&grpc(Code::Ok, ""));
    assert_eq!(kind(&answer), "unknown");
    let [_, answer] = answers(&exactly(202, &[], b""));
    assert_eq!(kind(&answer), "taken");
}

#[test]
fn details_that_are_no_details_are_harmless() {
    let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
    let no_retry = engine.encode(tonic_types::Status::default().encode_to_vec());
    for details in ["no base64", "AAAA", "", &no_retry] {
        let headers = [
            ("content-type", "application/grpc"),
            ("grpc-status", "8"),
            ("grpc-message", "%ff%zz"),
            ("grpc-status-details-bin", details),
        ];
        let [answer, _] = answers(&exactly(200, &headers, b""));
        assert_eq!(
            (kind(&answer), after(&answer)),
            ("refused", None),
            "{details}"
        );
    }
    for code in ["", "99", "-1", "OK"] {
        let headers = [("content-type", "application/grpc"), ("grpc-status", code)];
        let [answer, _] = answers(&exactly(200, &headers, b""));
        assert_eq!(kind(&answer), "refused", "{code}");
    }
}

#[test]
fn a_connection_that_breaks_when_the_spans_are_on_their_way_may_be_tried_again() {
    for answer in answers(&Fault::CloseConnection) {
        assert_eq!(kind(&answer), "unknown, again", "{answer:?}");
    }
}
