//! `HttpClientLayer` around hyper's client, and the function for other clients.

use std::future::Future;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use axum::routing::get;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::http::{ClientSide, HttpClient, ResponseBody};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Hosts, HttpCall, HttpClientLayer, HttpServerLayer, UrlTemplate,
    inject_correlation_id_to_request, trace_http_client, trace_http_response,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tower::timeout::Timeout;
use tower::{Layer as _, ServiceExt as _};

use super::{attributes, captured, header, listen, send, serve, work};

fn client() -> HttpClient<Client<HttpConnector, Body>> {
    let client = Client::builder(TokioExecutor::new()).build_http();
    HttpClientLayer::new().layer(client)
}

type ClientBody = ResponseBody<hyper::body::Incoming, ClientSide>;

fn request(uri: String) -> Request<Body> {
    Request::get(uri).body(Body::empty()).unwrap()
}

/// Answers with the status in the path.
fn backend() -> Router {
    let answer = async |axum::extract::Path(code): axum::extract::Path<u16>| {
        (StatusCode::from_u16(code).unwrap(), "some text")
    };
    Router::new().route("/{code}", get(answer))
}

/// The tree of one request to the backend whose whole body is read.
fn status(capture: &Capture, code: u16) -> String {
    captured(capture, async {
        let backend = serve(backend()).await;
        let response = client()
            .oneshot(request(format!("http://{backend}/{code}")))
            .await;
        response.unwrap().into_body().collect().await.unwrap();
    });
    capture.tree()
}

#[test]
fn a_request_through_two_services_is_one_trace() {
    let capture = Capture::new();
    let response = captured(&capture, async {
        let seen = async |headers: HeaderMap| {
            work("load user");
            let id = headers["x-correlation-id"].to_str().unwrap();
            format!("{id} {}", headers.contains_key("traceparent"))
        };
        let layer = HttpServerLayer::new();
        let backend = serve(
            Router::new()
                .route("/users/{id}", get(seen))
                .layer(layer.clone()),
        )
        .await;
        let front = async move || {
            let mut request = request(format!("http://{backend}/users/17"));
            request
                .extensions_mut()
                .insert(UrlTemplate::from("/users/{id}"));
            let response = client().oneshot(request).await.unwrap();
            let body = response.into_body().collect().await.unwrap().to_bytes();
            work("render");
            body
        };
        let front = serve(Router::new().route("/front", get(front)).layer(layer)).await;
        let request = "GET /front HTTP/1.1\r\nhost: a\r\nx-correlation-id: order-4711\r\nconnection: close\r\n\r\n";
        send(front, request).await
    });
    assert!(response.ends_with("order-4711 true"), "{response}");
    assert_eq!(header(&response, "x-correlation-id"), Some("order-4711"));
    assert_eq!(capture.tree(), "\
trace · test · 5 spans · kept: head
GET /front · server · http.request.method=GET · http.route=/front · http.response.status_code=200
├╴GET /users/{id} · client · http.request.method=GET · http.response.status_code=200
│ └╴GET /users/{id} · server · http.request.method=GET · http.route=/users/{id} · http.response.status_code=200
│   └╴load user
└╴render
");
}

#[test]
fn both_kinds_of_error_statuses_are_errors() {
    assert_eq!(
        status(&Capture::new(), 404),
        "\
trace · test · 1 span · 1 error · kept: head
GET · client · ✗ 404 · http.request.method=GET · http.response.status_code=404
"
    );
    assert_eq!(
        status(&Capture::new(), 503),
        "\
trace · test · 1 span · 1 error · kept: head, error
GET · client · ✗ 503 · http.request.method=GET · http.response.status_code=503
"
    );
}

#[test]
fn only_the_servers_faults_keep_the_segment() {
    let rarely = || Capture::with_sampler(Sampler::ratio(0.0));
    assert_eq!(status(&rarely(), 200), "");
    assert_eq!(status(&rarely(), 404), "");
    assert_eq!(
        status(&rarely(), 503),
        "\
trace · test · 1 span · 1 error · kept: error
GET · client · ✗ 503 · http.request.method=GET · http.response.status_code=503
"
    );
}

#[test]
fn urls_are_recorded_without_secrets() {
    let capture = Capture::new();
    let backend = captured(&capture, async {
        let backend = serve(backend()).await;
        let uri = format!("http://user:password@{backend}/200?a=1&X-Amz-Signature=abc");
        client().oneshot(request(uri)).await.unwrap();
        backend
    });
    let written =
        attributes(&capture, SpanKind::Client, "GET").replace(&backend.port().to_string(), "PORT");
    assert_eq!(
        written,
        "\
http.request.method = GET
http.response.status_code = 200
network.protocol.version = 1.1
phoenix.sampling.reason = [\"head\"]
server.address = 127.0.0.1
server.port = PORT
url.full = http://REDACTED:REDACTED@127.0.0.1:PORT/200?a=1&X-Amz-Signature=REDACTED"
    );
}

#[test]
fn a_server_that_is_not_there() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let failed = captured(&capture, async {
        let (listener, address) = listen().await;
        drop(listener);
        client()
            .oneshot(request(format!("http://{address}/")))
            .await
    });
    assert!(failed.is_err());
    assert_eq!(capture.tree(), "\
trace · test · 1 span · 1 error · kept: error
GET · client · ✗ ConnectionRefused: client error (Connect): tcp connect error: Connection refused (os error 111) · http.request.method=GET
");
}

/// Answers with these bytes, and then closes the connection when told to.
async fn answering(
    bytes: &'static str,
) -> (std::net::SocketAddr, tokio::sync::oneshot::Sender<()>) {
    let (listener, address) = listen().await;
    let (close, closed) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        let _ = closed.await;
    });
    (address, close)
}

const HALF: &str = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf";

#[test]
fn a_body_that_breaks() {
    let capture = Capture::new();
    captured(&capture, async {
        let (address, close) = answering(HALF).await;
        let response = client()
            .oneshot(request(format!("http://{address}/")))
            .await
            .unwrap();
        close.send(()).unwrap();
        response.into_body().collect().await.unwrap_err();
    });
    assert_eq!(capture.tree(), "\
trace · test · 1 span · 1 error · kept: head, error
GET · client · ✗ Error: error reading a body from connection · http.request.method=GET · http.response.status_code=200
");
}

#[test]
fn a_body_given_up_midway() {
    let capture = Capture::new();
    captured(&capture, async {
        let (address, _close) = answering(HALF).await;
        let response = client()
            .oneshot(request(format!("http://{address}/")))
            .await
            .unwrap();
        response.into_body().frame().await.unwrap().unwrap();
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
GET · client · http.request.method=GET · http.response.status_code=200 · phoenix.cancelled=true
"
    );
}

/// The tree of a request to a server that sends a request to another: what it does with the response.
fn passed_on<F, B>(
    answer: impl Fn(Response<ClientBody>) -> F + Clone + Send + Sync + 'static,
) -> String
where
    F: Future<Output = B> + Send,
    B: axum::response::IntoResponse,
{
    let capture = Capture::new();
    captured(&capture, async {
        let backend = serve(backend()).await;
        let front = async move || {
            let response = client()
                .oneshot(request(format!("http://{backend}/200")))
                .await;
            answer(response.unwrap()).await
        };
        let front = Router::new()
            .route("/front", get(front))
            .layer(HttpServerLayer::new());
        let request = "GET /front HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        let response = send(serve(front).await, request).await;
        assert!(response.ends_with("some text"), "{response}");
    });
    capture.tree()
}

#[test]
fn a_body_that_is_handed_through() {
    assert_eq!(
        passed_on(async |response| response.map(Body::new)),
        "\
trace · test · 2 spans · kept: head
GET /front · server · http.request.method=GET · http.route=/front · http.response.status_code=200
└╴GET · client · http.request.method=GET · http.response.status_code=200
"
    );
}

#[test]
fn a_body_that_is_read_in_a_task_without_context() {
    let read = async |response: Response<ClientBody>| {
        let body = tokio::spawn(response.into_body().collect()).await.unwrap();
        body.unwrap().to_bytes()
    };
    assert_eq!(
        passed_on(read),
        "\
trace · test · 2 spans · kept: head
GET /front · server · http.request.method=GET · http.route=/front · http.response.status_code=200
└╴GET · client · http.request.method=GET · http.response.status_code=200
"
    );
}

#[test]
fn a_body_that_nobody_wanted() {
    let capture = Capture::new();
    captured(&capture, async {
        let (address, _close) = answering(HALF).await;
        let response = client()
            .oneshot(request(format!("http://{address}/")))
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
GET · client · http.request.method=GET · http.response.status_code=200
"
    );
}

#[test]
fn a_request_given_up_before_its_response() {
    let capture = Capture::new();
    captured(&capture, async {
        let (listener, address) = listen().await;
        let response = client().oneshot(request(format!("http://{address}/")));
        tokio::select! {
            biased;
            _ = response => {}
            _ = listener.accept() => {}
        }
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
GET · client · http.request.method=GET · phoenix.cancelled=true
"
    );
}

#[test]
fn a_function_for_other_clients() {
    let capture = Capture::new();
    let url = "http://other.example/users/17";
    captured(&capture, async {
        let sent = async || {
            let mut headers = HeaderMap::new();
            inject_correlation_id_to_request(&mut headers);
            tokio::task::yield_now().await;
            work("send");
            Ok::<_, std::io::Error>(headers)
        };
        let headers = trace_http_client("GET", url, sent).await.unwrap();
        let span = format!("{}", capture.exported()[0].span_context.span_id());
        let parent = headers["traceparent"].to_str().unwrap();
        assert!(parent.contains(&span), "{parent} {span}");

        let refused = async || {
            Err::<(), _>(std::io::Error::other(
                "refused (http://u:p@other.example/?sig=1)",
            ))
        };
        trace_http_client("PUT", url, refused).await.unwrap_err();

        let missing = async || {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = StatusCode::NOT_FOUND;
            Ok::<_, std::io::Error>(response)
        };
        trace_http_response("POST", url, missing, |response: &Response<Bytes>| {
            Some((response.status(), response.headers()))
        })
        .await
        .unwrap();
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 2 spans · kept: head
GET · client · http.request.method=GET
└╴send

trace · test · 1 span · 1 error · kept: head, error
PUT · client · ✗ Error: refused (http://REDACTED:REDACTED@other.example/?sig=REDACTED) · http.request.method=PUT

trace · test · 1 span · 1 error · kept: head
POST · client · ✗ 404 · http.request.method=POST · http.response.status_code=404
"
    );
}

#[test]
fn errors_in_boxes_are_read_like_others() {
    let capture = Capture::new();
    captured(&capture, async {
        let http = Client::builder(TokioExecutor::new()).build_http::<Body>();
        let client = HttpClientLayer::new()
            .boxed_errors()
            .layer(Timeout::new(http, Duration::from_secs(20)));
        let request = Request::get("http://127.0.0.1:1/").body(Body::empty());
        let error: tower::BoxError = client.oneshot(request.unwrap()).await.unwrap_err();
        assert!(error.is::<hyper_util::client::legacy::Error>());
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
GET · client · ✗ ConnectionRefused: client error (Connect): tcp connect error: Connection refused (os error 111) · http.request.method=GET
"
    );
}

/// What clients encode before they send it.
#[test]
fn a_url_that_is_not_encoded() {
    let check = |url: &str, expected: &str| {
        let capture = Capture::new();
        let hosts = Hosts::new(["users.internal"]);
        let call = HttpCall::new("GET", url).propagate_to(&hosts);
        let sent = captured(&capture, async {
            let send = async |headers: HeaderMap| Ok::<_, std::io::Error>(headers);
            call.send(send, |_| None).await.unwrap()
        });
        let all = attributes(&capture, SpanKind::Client, "GET");
        let told = |line: &&str| line.starts_with("server.") || line.starts_with("url.");
        let told: Vec<&str> = all.lines().filter(told).collect();
        assert_eq!(told.join("\n"), expected);
        sent.contains_key("traceparent")
    };
    let url = "https://me:pw@users.internal/a file?q=\u{e9}&sig=secret";
    let expected = "\
server.address = users.internal
server.port = 443
url.full = https://REDACTED:REDACTED@users.internal/a file?q=\u{e9}&sig=REDACTED";
    assert!(check(url, expected));
    // Where clients may read another host than we do, there is none.
    let url = "http://other.example\\@users.internal/a file";
    let expected = "url.full = http://REDACTED:REDACTED@users.internal/a file";
    assert!(!check(url, expected));
}
