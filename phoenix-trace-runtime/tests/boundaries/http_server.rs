//! `HttpServerLayer` around an axum router.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpServerLayer, current_correlation_id, set_correlation_id};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use super::{attributes, captured, header, send, serve, work};

fn app() -> Router {
    let users = Router::new().route("/users/{id}", get(|| async { work("load user") }));
    Router::new()
        .route("/healthz", get(|| async { "ok" }))
        .route("/busy", get(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/teapot", get(|| async { StatusCode::IM_A_TEAPOT }))
        .route("/panic", get(fails))
        .route("/stream", get(|| async { Body::from_stream(numbers()) }))
        .route("/sized", get(sized))
        .route("/bad-body", get(async || Body::from_stream(panics())))
        .route("/broken", get(|| async { Body::from_stream(broken()) }))
        .route(
            "/id",
            get(|| async { current_correlation_id().unwrap().to_string() }),
        )
        .route(
            "/rename",
            get(|| async { set_correlation_id("renamed".parse().unwrap()) }),
        )
        .nest("/v1", users)
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(HttpServerLayer::new().exclude("/healthz"))
}

/// Says how long its body is; whoever has sent that much does not ask for its end.
async fn sized() -> axum::response::Response {
    let response = axum::response::Response::builder().header("content-length", "3");
    response.body(Body::from_stream(numbers())).unwrap()
}

fn panics() -> impl futures_util::Stream<Item = Result<Bytes, Infallible>> {
    stream::iter([0, 1]).then(async |number| {
        assert_eq!(number, 0, "the stream is broken");
        tokio::task::yield_now().await;
        Ok(Bytes::from("half of it"))
    })
}

async fn fails() -> StatusCode {
    panic!("the handler is broken")
}

fn numbers() -> impl futures_util::Stream<Item = Result<String, Infallible>> {
    stream::iter(1..=3).then(|number| async move {
        tokio::task::yield_now().await;
        work("make a number");
        Ok(number.to_string())
    })
}

fn broken() -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    let disk = std::io::Error::other("the disk is gone");
    stream::iter([Ok(Bytes::from("half of it")), Err(disk)])
}

/// The tree of one request, and the response.
fn exchange(capture: &Capture, request: &str) -> (String, String) {
    let response = captured(capture, async {
        let address = serve(app()).await;
        send(
            address,
            &format!("{request}host: shop.example:8080\r\nconnection: close\r\n\r\n"),
        )
        .await
    });
    (capture.tree(), response)
}

#[track_caller]
fn check(request: &str, status: &str, expected: &str) {
    let (tree, response) = exchange(&Capture::new(), request);
    assert_eq!(tree, expected, "{response}");
    assert!(
        response.starts_with(&format!("HTTP/1.1 {status}")),
        "{response}"
    );
}

/// Nobody outside names a span, or has it kept as an error, by the claim that a request is a call.
#[test]
fn what_gets_a_plain_answer_is_no_call() {
    let plain = "GET /teapot · server · http.request.method=GET · http.route=/teapot";
    for (request, expected) in [
        (
            "POST /teapot",
            "grpc · server · http.response.status_code=405",
        ),
        (
            "POST /nowhere",
            "grpc · server · http.response.status_code=404",
        ),
        // A call is a POST.
        (
            "GET /teapot",
            &format!("{plain} · http.response.status_code=418"),
        ),
    ] {
        let request = format!(
            "{request} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/grpc\r\n\r\n"
        );
        let capture = Capture::new();
        captured(&capture, async { send(serve(app()).await, &request).await });
        let tree = capture.tree();
        let span = tree.lines().nth(1);
        assert_eq!(span, Some(expected), "{tree}");
    }
}

#[test]
fn a_request_below_its_route() {
    check("GET /v1/users/17?verbose HTTP/1.1\r\n", "200", "\
trace · test · 2 spans · kept: head
GET /v1/users/{id} · server · http.request.method=GET · http.route=/v1/users/{id} · http.response.status_code=200
└╴load user
");
}

#[test]
fn attributes_follow_the_conventions() {
    let capture = Capture::new();
    let request = "GET /v1/users/17?a=1&sig=secret HTTP/1.1\r\nuser-agent: test/1\r\n";
    exchange(&capture, request);
    assert_eq!(
        attributes(&capture, SpanKind::Server, "GET /v1/users/{id}"),
        "\
http.request.method = GET
http.response.status_code = 200
http.route = /v1/users/{id}
network.protocol.version = 1.1
phoenix.sampling.reason = [\"head\"]
server.address = shop.example
server.port = 8080
url.path = /v1/users/17
url.query = a=1&sig=REDACTED
url.scheme = http
user_agent.original = test/1"
    );
}

/// A router that is nested sees but the rest of the path.
#[test]
fn a_layer_of_a_nested_router_tells_the_whole_path() {
    let capture = Capture::new();
    let users = Router::new().route("/users/{id}", get(|| async {}));
    let app = Router::new().nest("/v1", users.layer(HttpServerLayer::new()));
    captured(&capture, async {
        let request = "GET /v1/users/17?a=1 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        send(serve(app).await, request).await
    });
    let written = attributes(&capture, SpanKind::Server, "GET /v1/users/{id}");
    assert!(written.contains("url.path = /v1/users/17\n"), "{written}");
}

#[test]
fn server_errors_are_errors() {
    check("GET /busy HTTP/1.1\r\n", "503", "\
trace · test · 1 span · 1 error · kept: head, error
GET /busy · server · ✗ 503 · http.request.method=GET · http.route=/busy · http.response.status_code=503
");
}

#[test]
fn client_errors_are_not() {
    check(
        "GET /teapot HTTP/1.1\r\n",
        "418",
        "\
trace · test · 1 span · kept: head
GET /teapot · server · http.request.method=GET · http.route=/teapot · http.response.status_code=418
",
    );
}

#[test]
fn a_path_without_a_route_is_no_name() {
    check(
        "GET /etc/passwd HTTP/1.1\r\n",
        "404",
        "\
trace · test · 1 span · kept: head
GET · server · http.request.method=GET · http.response.status_code=404
",
    );
}

#[test]
fn a_method_that_the_route_has_not() {
    check("DELETE /v1/users/17 HTTP/1.1\r\n", "405", "\
trace · test · 1 span · kept: head
DELETE /v1/users/{id} · server · http.request.method=DELETE · http.route=/v1/users/{id} · http.response.status_code=405
");
}

#[test]
fn an_unknown_method_is_no_name() {
    let capture = Capture::new();
    let (tree, _) = exchange(&capture, "BREW /v1/users/17 HTTP/1.1\r\n");
    assert_eq!(tree, "\
trace · test · 1 span · kept: head
HTTP /v1/users/{id} · server · http.request.method=_OTHER · http.route=/v1/users/{id} · http.response.status_code=405
");
    let written = attributes(&capture, SpanKind::Server, "HTTP /v1/users/{id}");
    assert!(
        written.contains("http.request.method_original = BREW"),
        "{written}"
    );
}

#[test]
fn a_method_is_known_where_it_is_said_to_be() {
    let capture = Capture::new();
    let layer = HttpServerLayer::new().known_methods(["BREW"]);
    captured(&capture, async {
        let address = serve(Router::new().layer(layer)).await;
        for method in ["BREW", "GET"] {
            let request = format!("{method} / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            send(address, &request).await;
        }
    });
    let names: Vec<_> = capture
        .exported()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["BREW", "HTTP"]);
}

#[test]
fn head_has_no_body() {
    check("HEAD /stream HTTP/1.1\r\n", "200", "\
trace · test · 1 span · kept: head
HEAD /stream · server · http.request.method=HEAD · http.route=/stream · http.response.status_code=200
");
}

#[test]
fn a_stream_lasts_to_its_end() {
    check(
        "GET /stream HTTP/1.1\r\n",
        "200",
        "\
trace · test · 4 spans · kept: head
GET /stream · server · http.request.method=GET · http.route=/stream · http.response.status_code=200
├╴make a number
├╴make a number
└╴make a number
",
    );
}

#[test]
fn a_stream_of_known_length_lasts_to_its_last_byte() {
    check(
        "GET /sized HTTP/1.1\r\n",
        "200",
        "\
trace · test · 4 spans · kept: head
GET /sized · server · http.request.method=GET · http.route=/sized · http.response.status_code=200
├╴make a number
├╴make a number
└╴make a number
",
    );
}

#[test]
fn a_body_that_breaks() {
    let (tree, _) = exchange(&Capture::new(), "GET /broken HTTP/1.1\r\n");
    assert_eq!(tree, "\
trace · test · 1 span · 1 error · kept: head, error
GET /broken · server · ✗ Error: the disk is gone · http.request.method=GET · http.route=/broken · http.response.status_code=200
");
}

#[test]
fn a_panic_in_the_handler() {
    let (tree, _) = exchange(&Capture::new(), "GET /panic HTTP/1.1\r\n");
    assert_eq!(
        tree,
        "\
trace · test · 1 span · 1 error · kept: head, error
GET /panic · server · ✗ panic: the handler is broken · http.request.method=GET · http.route=/panic
"
    );
}

#[test]
fn a_panic_in_the_body() {
    let (tree, _) = exchange(&Capture::new(), "GET /bad-body HTTP/1.1\r\n");
    assert!(
        tree.starts_with(
            "\
trace · test · 1 span · 1 error · kept: head, error
GET /bad-body · server · ✗ panic: "
        ),
        "{tree}"
    );
    assert!(tree.contains("the stream is broken"), "{tree}");
}

#[test]
fn an_excluded_route_makes_no_span_and_answers_its_id() {
    let capture = Capture::new();
    let (tree, response) = exchange(
        &capture,
        "GET /healthz HTTP/1.1\r\nx-correlation-id: probe-1\r\n",
    );
    assert_eq!(tree, "");
    assert_eq!(header(&response, "x-correlation-id"), Some("probe-1"));
    let (_, response) = exchange(&capture, "GET /healthz HTTP/1.1\r\n");
    assert_eq!(
        header(&response, "x-correlation-id").map(str::len),
        Some(32)
    );
    assert_eq!(capture.stats().ended, 0);
}

#[test]
fn the_callers_trace_goes_on() {
    let capture = Capture::new();
    let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    exchange(
        &capture,
        &format!("GET /teapot HTTP/1.1\r\ntraceparent: {parent}\r\n"),
    );
    let spans = capture.exported();
    let ids = format!(
        "{}-{}",
        spans[0].span_context.trace_id(),
        spans[0].parent_span_id
    );
    assert!(
        parent.contains(&ids) && spans[0].parent_span_is_remote,
        "{ids}"
    );
}

#[test]
fn hostile_context_is_answered_and_replaced() {
    let capture = Capture::new();
    let long = "x".repeat(16 * 1024);
    for id in ["a=1 tenant=victim", "caf\u{e9}", "{red}", "", &long] {
        for parent in [
            "00-0-0-0",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            id,
        ] {
            let request =
                format!("GET /id HTTP/1.1\r\ntraceparent: {parent}\r\nx-correlation-id: {id}\r\n");
            let (_, response) = exchange(&capture, &request);
            let answered = header(&response, "x-correlation-id").unwrap().to_owned();
            assert_eq!(answered.len(), 32, "{response}");
            assert!(response.ends_with(&answered), "{response}");
        }
    }
    let spans = capture.exported();
    assert!(
        spans
            .iter()
            .all(|span| span.parent_span_id == opentelemetry::SpanId::INVALID)
    );
}

#[test]
fn the_correlation_id_is_answered_whatever_the_status() {
    let capture = Capture::new();
    for (path, expected) in [
        ("/id", "order-4711"),
        ("/busy", "order-4711"),
        ("/nowhere", "order-4711"),
        ("/rename", "renamed"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nx-correlation-id: order-4711\r\n");
        let (_, response) = exchange(&capture, &request);
        assert_eq!(
            header(&response, "x-correlation-id"),
            Some(expected),
            "{path}"
        );
    }
}

/// Tells when it is dropped.
struct Tell(Option<oneshot::Sender<()>>);

impl Tell {
    fn channel() -> (Arc<Mutex<Option<Self>>>, oneshot::Receiver<()>) {
        let (sender, receiver) = oneshot::channel();
        (Arc::new(Mutex::new(Some(Self(Some(sender))))), receiver)
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        let _ = self.0.take().map(|tell| tell.send(()));
    }
}

/// A body that sends one piece, and then waits until it is dropped.
fn endless(tell: Option<Tell>) -> Body {
    Body::from_stream(stream::unfold((tell, 0), |(tell, sent)| async move {
        if sent > 0 {
            std::future::pending::<()>().await;
        }
        Some((Ok::<_, Infallible>("piece"), (tell, sent + 1)))
    }))
}

/// The tree of a request whose client hangs up when it has read this much, the handler having taken `tell`.
fn hang_up(
    app: Router,
    tell: &Mutex<Option<Tell>>,
    gone: oneshot::Receiver<()>,
    read: usize,
) -> String {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve(app.layer(HttpServerLayer::new())).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
        stream.write_all(request).await.unwrap();
        while tell.lock().unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        stream.read_exact(&mut vec![0; read]).await.unwrap();
        drop(stream);
        gone.await.unwrap();
    });
    capture.tree()
}

#[test]
fn a_client_that_hangs_up_in_the_body() {
    let (tell, gone) = Tell::channel();
    let taken = tell.clone();
    let handler = async move || endless(taken.lock().unwrap().take());
    let app = Router::new().route("/", get(handler));
    assert_eq!(hang_up(app, &tell, gone, 20), "\
trace · test · 1 span · kept: head
GET / · server · http.request.method=GET · http.route=/ · http.response.status_code=200 · phoenix.cancelled=true
");
}

#[test]
fn a_client_that_hangs_up_in_its_own_body() {
    let capture = Capture::new();
    captured(&capture, async {
        let (tell, gone) = Tell::channel();
        let taken = tell.clone();
        let handler = async move |body: Body| {
            let _tell = taken.lock().unwrap().take();
            axum::body::to_bytes(body, 100)
                .await
                .map_err(|_| StatusCode::BAD_REQUEST)
        };
        let app = Router::new().route("/", post(handler));
        let address = serve(app.layer(HttpServerLayer::new())).await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf";
        stream.write_all(request).await.unwrap();
        while tell.lock().unwrap().is_some() {
            tokio::task::yield_now().await;
        }
        drop(stream);
        gone.await.unwrap();
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
POST / · server · http.request.method=POST · http.route=/ · http.response.status_code=400
"
    );
}

#[test]
fn a_client_that_hangs_up_before_the_response() {
    let (tell, gone) = Tell::channel();
    let taken = tell.clone();
    let handler = async move || {
        let _tell = taken.lock().unwrap().take();
        std::future::pending::<()>().await;
    };
    let app = Router::new().route("/", get(handler));
    assert_eq!(
        hang_up(app, &tell, gone, 0),
        "\
trace · test · 1 span · kept: head
GET / · server · http.request.method=GET · http.route=/ · phoenix.cancelled=true
"
    );
}
