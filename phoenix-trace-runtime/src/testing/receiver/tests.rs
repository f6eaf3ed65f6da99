//! The receiver against real clients: the exporter of OpenTelemetry, tonic's generated one, and HTTP/1.1 by hand.

mod faults;
mod stock;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, InstrumentationScope, KeyValue, any_value::Value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans};
use prost::Message;
use tonic::codec::CompressionEncoding;

use super::*;
use crate::waterfall::AttributeValue;

/// Far more than anything here takes; only a failing test waits for it.
const LONG: Duration = Duration::from_secs(20);

fn string(key: &str, value: &str) -> KeyValue {
    KeyValue {
        key: key.into(),
        value: Some(AnyValue {
            value: Some(Value::StringValue(value.into())),
        }),
        ..KeyValue::default()
    }
}

/// One span for each name, ids counted from 1.
fn export_of(names: &[&str]) -> ExportTraceServiceRequest {
    let spans = names.iter().zip(1_u64..).map(|(name, id)| otlp::Span {
        trace_id: vec![7; 16],
        span_id: id.to_be_bytes().to_vec(),
        parent_span_id: if id == 1 {
            vec![]
        } else {
            1_u64.to_be_bytes().to_vec()
        },
        name: (*name).into(),
        kind: otlp::span::SpanKind::Server.into(),
        start_time_unix_nano: 1_000,
        end_time_unix_nano: 3_000,
        flags: 0x301,
        trace_state: "ot=th:0".into(),
        attributes: vec![string("http.route", "/tasks")],
        links: vec![otlp::span::Link {
            trace_id: vec![9; 16],
            span_id: vec![9; 8],
            ..otlp::span::Link::default()
        }],
        status: Some(otlp::Status {
            code: otlp::status::StatusCode::Error.into(),
            message: "no capacity".into(),
        }),
        ..otlp::Span::default()
    });
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource {
                attributes: vec![string("service.name", "orchestrator")],
                ..Resource::default()
            }),
            scope_spans: vec![ScopeSpans {
                scope: Some(InstrumentationScope {
                    name: "phoenix-trace".into(),
                    version: "0.1.0".into(),
                    ..InstrumentationScope::default()
                }),
                spans: spans.collect(),
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        }],
    }
}

type Answer = Result<ExportTraceServiceResponse, tonic::Status>;

async fn send_grpc(endpoint: String, names: &[&str]) -> Answer {
    let mut client = TraceServiceClient::connect(endpoint)
        .await
        .expect("the port accepts");
    client
        .export(export_of(names))
        .await
        .map(tonic::Response::into_inner)
}

fn export_over_grpc(receiver: &OtlpReceiver, names: &[&str]) -> Answer {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(send_grpc(receiver.grpc_endpoint(), names))
}

/// What a raw HTTP exchange gave: the head as text, and the body. Empty when it was cut.
#[derive(Debug)]
struct Raw {
    head: String,
    body: Vec<u8>,
}

impl Raw {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or("no status")
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

fn post(receiver: &OtlpReceiver, target: &str, headers: &str, body: &[u8]) -> Raw {
    let mut stream = TcpStream::connect(("127.0.0.1", receiver.http_port())).expect("a connection");
    stream.set_read_timeout(Some(LONG)).expect("a timeout");
    let length = body.len();
    let head = format!(
        "POST {target} HTTP/1.1\r\nhost: collector\r\nconnection: close\r\n\
         content-length: {length}\r\n{headers}\r\n"
    );
    stream
        .write_all(head.as_bytes())
        .expect("the head is taken");
    stream.write_all(body).expect("the body is taken");
    let mut answer = Vec::new();
    // A reset in place of an orderly end is a closed connection as well.
    let _ = stream.read_to_end(&mut answer);
    let split = answer
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .map_or(0, |at| at + 4);
    let body = answer.split_off(split);
    Raw {
        head: String::from_utf8(answer).expect("a head in ASCII"),
        body,
    }
}

fn export_over_http(receiver: &OtlpReceiver, names: &[&str]) -> Raw {
    let body = export_of(names).encode_to_vec();
    post(
        receiver,
        "/v1/traces",
        "content-type: application/x-protobuf\r\n",
        &body,
    )
}

fn names(spans: &[ReceivedSpan]) -> Vec<&str> {
    spans
        .iter()
        .map(|received| received.span.name.as_str())
        .collect()
}

#[test]
fn a_span_arrives_whole_over_both_protocols() {
    let receiver = OtlpReceiver::start().expect("started");
    export_over_grpc(&receiver, &["a", "b"]).expect("accepted");
    assert_eq!(export_over_http(&receiver, &["a", "b"]).status(), "200");

    let spans = receiver
        .wait_for(LONG, |spans| spans.len() == 4)
        .expect("four spans");
    assert_eq!(spans[..2], spans[2..], "both protocols carry the same");
    let child = &spans[1];
    assert_eq!(child.span.name, "b");
    assert_eq!(child.span.service, "orchestrator");
    assert_eq!(child.span.trace_id.to_string(), "07".repeat(16));
    assert_eq!(child.span.parent_span_id, Some(spans[0].span.span_id));
    assert_eq!(spans[0].span.parent_span_id, None);
    assert_eq!(child.span.duration_nanos(), 2_000);
    assert_eq!(
        child.span.status,
        opentelemetry::trace::Status::error("no capacity")
    );
    let attributes = [("http.route".to_owned(), AttributeValue::from("/tasks"))];
    assert_eq!(child.span.attributes, attributes);
    assert!(child.span.sampled);
    assert_eq!(child.parent_is_remote(), Some(true));
    assert_eq!(child.trace_state, "ot=th:0");
    assert_eq!(
        (&*child.scope_name, &*child.scope_version),
        ("phoenix-trace", "0.1.0")
    );
    assert_eq!(child.links[0].trace_id.to_string(), "09".repeat(16));
    assert_eq!(child.resource[0].0, "service.name");
}

#[test]
fn taken_spans_are_gone_and_requests_are_remembered() {
    let receiver = OtlpReceiver::start().expect("started");
    assert_eq!(export_over_http(&receiver, &["a"]).status(), "200");
    assert_eq!(names(&receiver.take_spans()), ["a"]);
    assert_eq!(receiver.spans(), []);
    assert_eq!(receiver.requests(), 1);
    let log = receiver.request_log();
    assert_eq!(log[0].header("host"), Some("collector"));
    assert_eq!(
        (log[0].protocol, log[0].spans, &log[0].answer),
        (Protocol::Http, 1, &Fault::Ok)
    );
}

#[test]
fn gzip_is_understood_on_both_ports() {
    let receiver = OtlpReceiver::start().expect("started");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(&export_of(&["http"]).encode_to_vec())
        .expect("compressed");
    let body = encoder.finish().expect("compressed");
    let headers = "content-type: application/x-protobuf\r\ncontent-encoding: gzip\r\n";
    assert_eq!(
        post(&receiver, "/v1/traces", headers, &body).status(),
        "200"
    );

    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let client = TraceServiceClient::connect(receiver.grpc_endpoint())
            .await
            .expect("connected");
        let mut client = client.send_compressed(CompressionEncoding::Gzip);
        client.export(export_of(&["grpc"])).await.expect("accepted");
    });
    assert_eq!(names(&receiver.spans()), ["http", "grpc"]);
}

#[test]
fn what_is_no_otlp_is_refused_and_not_counted() {
    let receiver = OtlpReceiver::start().expect("started");
    let protobuf = "content-type: application/x-protobuf\r\n";
    let gzip = format!("{protobuf}content-encoding: gzip\r\n");
    let check = |target, headers, body: &[u8], expected| {
        assert_eq!(
            post(&receiver, target, headers, body).status(),
            expected,
            "{target} {headers}"
        );
    };
    check("/v1/profiles", protobuf, b"", "404");
    check(
        "/v1/traces",
        "content-type: application/json\r\n",
        b"{}",
        "415",
    );
    check("/v1/traces", protobuf, b"\xff\xff", "400");
    check("/v1/traces", &gzip, b"not gzip", "400");
    assert_eq!(receiver.requests(), 0);
}

#[test]
fn a_wait_ends_when_the_spans_arrive() {
    let receiver = OtlpReceiver::start().expect("started");
    std::thread::scope(|scope| {
        scope.spawn(|| export_over_http(&receiver, &["a"]));
        let spans = receiver
            .wait_for(LONG, |spans| !spans.is_empty())
            .expect("one span");
        assert_eq!(names(&spans), ["a"]);
    });
}

#[test]
fn a_wait_that_times_out_tells_what_there_was() {
    let receiver = OtlpReceiver::start().expect("started");
    export_over_http(&receiver, &["a", "b"]);
    let wait = Duration::from_millis(1);
    let timeout = receiver
        .wait_for(wait, |spans| spans.len() == 3)
        .expect_err("only two spans");
    let message = r#"the awaited spans did not arrive within 1ms; received 2: "a", "b""#;
    assert_eq!(timeout.to_string(), message);
    assert_eq!(names(&timeout.spans), ["a", "b"]);
}

#[test]
fn a_predicate_that_panics_leaves_the_receiver_usable() {
    let receiver = OtlpReceiver::start().expect("started");
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _ = receiver.wait_for(LONG, |_| panic!("an assertion of the test"));
    }));
    assert!(panicked.is_err());
    assert_eq!(export_over_http(&receiver, &["a"]).status(), "200");
    assert_eq!(names(&receiver.spans()), ["a"]);
}

#[test]
fn it_serves_inside_a_given_runtime() {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let receiver = OtlpReceiver::start_on(runtime.handle()).expect("started");
    runtime.block_on(async {
        let endpoint = receiver.grpc_endpoint();
        let export = tokio::spawn(async move { send_grpc(endpoint, &["a"]).await });
        let spans = receiver
            .wait_for_async(LONG, |spans| !spans.is_empty())
            .await;
        assert_eq!(names(&spans.expect("one span")), ["a"]);
        export.await.expect("joined").expect("accepted");
        let short = Duration::from_millis(1);
        receiver
            .wait_for_async(short, |spans| spans.len() > 1)
            .await
            .expect_err("only one span");
        assert_eq!(
            receiver
                .wait_for_requests_async(LONG, 1)
                .await
                .expect("one")
                .len(),
            1
        );
    });
}

#[test]
fn subscribers_have_run_when_the_spans_can_be_seen() {
    let receiver = OtlpReceiver::start().expect("started");
    let batches = Arc::new(Mutex::new(Vec::new()));
    let forward = Arc::clone(&batches);
    receiver.on_batch(move |request| forward.lock().expect("no panic").push(request.clone()));
    receiver.respond_times(1, Fault::Unavailable);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            export_over_http(&receiver, &["refused"]);
            export_over_http(&receiver, &["a"]);
        });
        receiver
            .wait_for(LONG, |spans| !spans.is_empty())
            .expect("one span");
        assert_eq!(*batches.lock().expect("no panic"), [export_of(&["a"])]);
    });
}

#[test]
fn dropping_closes_ports_and_connections_and_a_new_one_takes_its_place() {
    let receiver = OtlpReceiver::start().expect("started");
    let (grpc, http) = (receiver.grpc_port(), receiver.http_port());
    let mut idle = TcpStream::connect(("127.0.0.1", http)).expect("a connection");
    idle.set_read_timeout(Some(LONG)).expect("a timeout");
    let start = Instant::now();
    drop(receiver);
    assert!(
        !matches!(idle.read(&mut [0]), Ok(1..)),
        "the connection is closed"
    );
    assert!(start.elapsed() < LONG);
    TcpStream::connect(("127.0.0.1", grpc)).expect_err("the port is closed");

    let receiver = OtlpReceiver::start_on_ports(grpc, http).expect("started again");
    export_over_grpc(&receiver, &["a"]).expect("accepted");
    assert_eq!(names(&receiver.spans()), ["a"]);
}
