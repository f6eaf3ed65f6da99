//! What `GrpcClientLayer` makes of the answers that servers and proxies really give.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use bytes::Bytes;
use futures_util::stream;
use http_body_util::{BodyExt as _, Full, StreamBody, combinators::UnsyncBoxBody};
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::GrpcClientLayer;
use phoenix_trace_runtime::grpc::code_name;
use phoenix_trace_runtime::testing::Capture;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::retry::Policy;
use tower::{Layer as _, ServiceExt as _};

use super::{attributes, captured, listen};

type Answer = http::Response<UnsyncBoxBody<Bytes, Status>>;

fn head(fields: &[(&str, &str)]) -> http::response::Builder {
    let head = http::Response::builder().header("content-type", "application/grpc");
    fields
        .iter()
        .fold(head, |head, (name, value)| head.header(*name, *value))
}

fn empty(head: http::response::Builder) -> Answer {
    let nothing = Full::default().map_err(|never: Infallible| match never {});
    head.body(nothing.boxed_unsync()).unwrap()
}

/// A message, and then what comes after it.
fn message(after: impl Into<Option<Result<http::HeaderMap, Status>>>) -> Answer {
    use http_body::Frame;
    let message = Frame::data(Bytes::from_static(b"\0\0\0\0\x02\x08\x01"));
    let after = after.into().map(|after| after.map(Frame::trailers));
    let frames = std::iter::once(Ok(message)).chain(after);
    head(&[])
        .body(StreamBody::new(stream::iter(frames.collect::<Vec<_>>())).boxed_unsync())
        .unwrap()
}

/// A call that is answered so: the code that the caller gets, and the tree.
#[track_caller]
fn check(answer: impl FnOnce() -> Answer + Clone + Send + 'static, expected: Code, tree: &str) {
    let capture = Capture::new();
    let code = captured(&capture, async {
        let service = tower::service_fn(move |_: http::Request<Body>| {
            let answer = answer.clone();
            async move { Ok::<_, Infallible>(answer()) }
        });
        let mut client = HealthClient::new(GrpcClientLayer::new().layer(service));
        let result = client.check(HealthCheckRequest::default()).await;
        result.map_or_else(|status| status.code(), |_| Code::Ok)
    });
    assert_eq!(code, expected);
    assert_eq!(capture.tree(), tree);
}

#[test]
fn trailers_only() {
    let answer = || {
        empty(head(&[
            ("grpc-status", "5"),
            ("grpc-message", "no%20such%20thing"),
        ]))
    };
    check(answer, Code::NotFound, "\
trace · test · 1 span · 1 error · kept: head
grpc.health.v1.Health/Check · client · ✗ NOT_FOUND: no such thing · rpc.response.status_code=NOT_FOUND
");
}

#[test]
fn trailers_after_a_message() {
    let trailers = |code: &str| {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("grpc-status", code.parse().unwrap());
        trailers
    };
    check(
        move || message(Ok(trailers("0"))),
        Code::Ok,
        "\
trace · test · 1 span · kept: head
grpc.health.v1.Health/Check · client · rpc.response.status_code=OK
",
    );
    check(
        move || message(Ok(trailers("13"))),
        Code::Internal,
        "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ INTERNAL · rpc.response.status_code=INTERNAL
",
    );
    check(
        move || message(Ok(trailers("nonsense"))),
        Code::Unknown,
        "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNKNOWN · rpc.response.status_code=UNKNOWN
",
    );
}

#[test]
fn a_missing_status_is_not_ok() {
    check(|| message(None), Code::Unknown, "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNKNOWN: the response has no grpc-status · rpc.response.status_code=UNKNOWN
");
    check(|| message(Ok(http::HeaderMap::new())), Code::Unknown, "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNKNOWN: the response has no grpc-status · rpc.response.status_code=UNKNOWN
");
}

#[test]
fn a_proxy_that_speaks_no_grpc() {
    check(|| empty(head(&[]).status(503)), Code::Unavailable, "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNAVAILABLE: HTTP status 503 Service Unavailable · rpc.response.status_code=UNAVAILABLE
");
    check(|| empty(head(&[]).status(401)), Code::Unauthenticated, "\
trace · test · 1 span · 1 error · kept: head
grpc.health.v1.Health/Check · client · ✗ UNAUTHENTICATED: HTTP status 401 Unauthorized · rpc.response.status_code=UNAUTHENTICATED
");
}

#[test]
fn a_connection_that_breaks() {
    let reset = || Status::unavailable("connection reset");
    check(move || message(Err(reset())), Code::Unavailable, "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNAVAILABLE: connection reset · rpc.response.status_code=UNAVAILABLE
");
}

/// The codes that a caller and the span get when the server resets the stream.
fn reset(reason: h2::Reason) -> (Code, String) {
    let capture = Capture::new();
    let code = captured(&capture, async {
        let (listener, address) = listen().await;
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            while let Some(Ok((_, mut response))) = connection.accept().await {
                response.send_reset(reason);
            }
        });
        let channel = tonic::transport::Endpoint::from_shared(format!("http://{address}"));
        let channel = channel.unwrap().connect().await.unwrap();
        let mut client = HealthClient::new(GrpcClientLayer::new().layer(channel));
        let status = client.check(HealthCheckRequest::default()).await;
        status.unwrap_err().code()
    });
    let name = "grpc.health.v1.Health/Check";
    let attributes = attributes(&capture, SpanKind::Client, name);
    let told = attributes
        .lines()
        .find_map(|line| line.strip_prefix("rpc.response.status_code = "));
    (code, told.unwrap_or_default().to_owned())
}

#[test]
fn a_stream_that_is_reset_before_its_head() {
    for (reason, code) in [
        (h2::Reason::REFUSED_STREAM, Code::Unavailable),
        (h2::Reason::CANCEL, Code::Cancelled),
        (h2::Reason::INTERNAL_ERROR, Code::Internal),
        (h2::Reason::ENHANCE_YOUR_CALM, Code::ResourceExhausted),
        (h2::Reason::INADEQUATE_SECURITY, Code::PermissionDenied),
    ] {
        assert_eq!(reset(reason), (code, code_name(code).to_owned()));
    }
}

#[test]
fn a_server_that_is_not_there() {
    let capture = Capture::new();
    captured(&capture, async {
        let channel = tonic::transport::Channel::from_static("http://127.0.0.1:1").connect_lazy();
        let mut client = HealthClient::new(GrpcClientLayer::new().layer(channel));
        let status = client
            .check(HealthCheckRequest::default())
            .await
            .unwrap_err();
        assert_eq!(status.code(), Code::Unavailable);
    });
    assert_eq!(capture.tree(), "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNAVAILABLE: tcp connect error: Connection refused (os error 111) · rpc.response.status_code=UNAVAILABLE
");
}

#[test]
fn errors_in_boxes_are_read_like_others() {
    let capture = Capture::new();
    let code = captured(&capture, async {
        let channel = tonic::transport::Channel::from_static("http://127.0.0.1:1").connect_lazy();
        let late = tower::timeout::Timeout::new(channel, std::time::Duration::from_secs(20));
        let layer = GrpcClientLayer::new().boxed_errors();
        let mut client = HealthClient::new(layer.layer(late));
        let result = client.check(HealthCheckRequest::default()).await;
        result.unwrap_err().code()
    });
    assert_eq!(code, Code::Unavailable);
    assert_eq!(capture.tree(), "\
trace · test · 1 span · 1 error · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNAVAILABLE: tcp connect error: Connection refused (os error 111) · rpc.response.status_code=UNAVAILABLE
");
}

/// Tries again until it is answered well.
#[derive(Clone)]
struct Again;

impl Policy<http::Request<Body>, Answer, Infallible> for Again {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut http::Request<Body>,
        result: &mut Result<Answer, Infallible>,
    ) -> Option<Ready<()>> {
        let well = matches!(result, Ok(response) if response.headers()["grpc-status"] == "0");
        (!well).then(|| ready(()))
    }

    fn clone_request(&mut self, request: &http::Request<Body>) -> Option<http::Request<Body>> {
        let mut copy = http::Request::new(Body::default());
        copy.headers_mut().clone_from(request.headers());
        Some(copy)
    }
}

#[test]
fn one_span_for_all_attempts() {
    let capture = Capture::new();
    let (tell, told) = std::sync::mpsc::channel();
    captured(&capture, async {
        let attempts = Arc::new(AtomicU8::new(0));
        let service = tower::service_fn(move |request: http::Request<Body>| {
            tell.send(request.headers()["traceparent"].clone()).unwrap();
            let code = match attempts.fetch_add(1, Ordering::Relaxed) {
                0 | 1 => "14",
                _ => "0",
            };
            async move { Ok::<_, Infallible>(empty(head(&[("grpc-status", code)]))) }
        });
        let service = tower::ServiceBuilder::new()
            .layer(GrpcClientLayer::new())
            .retry(Again)
            .service(service);
        let request = http::Request::post("/grpc.health.v1.Health/Check");
        let request = request.body(Body::default()).unwrap();
        service.oneshot(request).await.unwrap();
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
grpc.health.v1.Health/Check · client · rpc.response.status_code=OK
"
    );
    let sent: Vec<_> = told.iter().collect();
    assert!(
        sent.len() == 3 && sent.iter().all(|parent| *parent == sent[0]),
        "{sent:?}"
    );
}

/// What the server is told of the context, and what the client's span tells of the server.
fn told(layer: GrpcClientLayer) -> (bool, bool) {
    let capture = Capture::new();
    let (tell, told) = std::sync::mpsc::channel();
    captured(&capture, async {
        let service = tower::service_fn(move |request: http::Request<Body>| {
            let _ = tell.send(request.headers().contains_key("traceparent"));
            let named = head(&[("grpc-status", "0"), ("x-service-name", "billing")]);
            async move { Ok::<_, Infallible>(empty(named)) }
        });
        let mut client = HealthClient::new(layer.layer(service));
        let _ = client.check(HealthCheckRequest::default()).await;
    });
    let attributes = attributes(&capture, SpanKind::Client, "grpc.health.v1.Health/Check");
    let named = attributes.contains("service.peer.name = billing");
    (told.recv().unwrap(), named)
}

#[test]
fn hosts_that_are_not_listed_are_told_nothing_and_not_believed() {
    let server = || GrpcClientLayer::new().server("billing.internal:50051");
    assert_eq!(told(server()), (true, true));
    assert_eq!(told(server().propagate_to(["*.internal"])), (true, true));
    assert_eq!(
        told(server().propagate_to(["billing.internal:50051"])),
        (true, true)
    );
    assert_eq!(
        told(server().propagate_to(["billing.internal:80"])),
        (false, false)
    );
    assert_eq!(told(server().propagate_to(["*.example"])), (false, false));
    let unknown = GrpcClientLayer::new().propagate_to(["*.internal"]);
    assert_eq!(told(unknown), (false, false));
}
