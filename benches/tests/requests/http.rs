//! Requests that an axum router serves.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http_body_util::BodyExt as _;
use opentelemetry::Context;
use opentelemetry::trace::{TraceContextExt as _, Tracer as _};
use phoenix_trace::{Edge, HttpServerLayer, set_correlation_id, spawn, traced_operation};
use tower::ServiceExt as _;

use super::{Kind, Piece, Then, give_up, kind};

pub(super) fn app(layer: HttpServerLayer) -> Router {
    Router::new()
        .route("/do/{what}", get(handle))
        .route("/healthz", get(|| async { "ok" }))
        .layer(layer)
}

async fn handle(Path(what): Path<String>) -> Response {
    let body = |then| Body::new(Piece::new(b"a piece", then)).into_response();
    match what.as_str() {
        "work" => work().await,
        "fail" => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "panic" => panic!("the handler is broken"),
        "hang" => std::future::pending().await,
        "stream" => return body(Then::Silence),
        "break" => return body(Then::Fault(Some(std::io::Error::other("broken")))),
        "spawn" => drop(spawn(late())),
        "abort" => spawn(std::future::pending::<()>()).abort(),
        "foreign" => foreign().await,
        _ => {}
    }
    body(Then::<std::io::Error>::End(None))
}

#[traced_operation(attributes("user.id" = "somebody"))]
async fn work() {
    tokio::task::yield_now().await;
    let rename = async { set_correlation_id("order-4711".parse().expect("an id")) };
    let _ = spawn(rename).await;
}

/// Ends after the request.
#[traced_operation]
async fn late() {
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
}

/// Spans and contexts of the OpenTelemetry API, one of which goes on in a task that knows nothing of ours.
async fn foreign() {
    let span = opentelemetry::global::tracer("other").start("other");
    let context = Context::current_with_span(span);
    let attached = context.clone().attach();
    late_elsewhere();
    drop(attached);
    let other = tokio::spawn(async move {
        let _attached = context.attach();
        late_elsewhere();
    });
    let _ = other.await;
}

#[traced_operation]
fn late_elsewhere() {}

fn request(path: &str) -> Request {
    Request::get(path).body(Body::empty()).expect("a request")
}

/// One of which nothing is as in the others, and nothing is to be believed.
fn hostile(number: usize) -> Request {
    let id = format!("{:032x}", number + 1);
    Request::builder()
        .method(format!("M{number}").as_str())
        .uri(format!("/{number}?sig={number}"))
        .header("traceparent", format!("00-{id}-{number:016x}-01"))
        .header(
            "tracestate",
            format!("a{number}=b,ot=th:0;rv:{number:014x}"),
        )
        .header("baggage", format!("user{number}=alice,b=%GG"))
        .header("x-correlation-id", format!("order={number}"))
        .header(
            "server-timing",
            format!("trace;desc=00-{id}-{number:016x}-01"),
        )
        .header("user-agent", format!("agent {number}"))
        .header("host", format!("host-{number}:{number}"))
        .body(Body::empty())
        .expect("a request")
}

pub(super) fn kinds() -> Vec<Kind> {
    let inside = app(HttpServerLayer::new().exclude("/healthz"));
    let edge = app(HttpServerLayer::new().edge(Edge::new().accept_correlation_id()));
    let read = |name, what: &'static str| {
        let app = inside.clone();
        kind(name, move |_| {
            let answer = app.clone().oneshot(request(what));
            async { drop(answer.await.expect("an answer").into_body().collect().await) }
        })
    };
    let given_up = inside.clone();
    let dropped = inside.clone();
    let unread = inside.clone();
    let panics = inside.clone();
    let outside = inside.clone();
    vec![
        read("answered", "/do/work"),
        read("failed", "/do/fail"),
        read("a body that breaks", "/do/break"),
        read("with a task that ends later", "/do/spawn"),
        read("with a task that is aborted", "/do/abort"),
        read("with spans of OpenTelemetry", "/do/foreign"),
        read("excluded", "/healthz"),
        read("without a route", "/nowhere"),
        kind("given up", move |_| {
            give_up(given_up.clone().oneshot(request("/do/hang")))
        }),
        kind("a body given up", move |_| {
            let answer = dropped.clone().oneshot(request("/do/stream"));
            async {
                let mut body = answer.await.expect("an answer").into_body();
                let _ = body.frame().await;
                give_up(body.frame()).await;
            }
        }),
        kind("a body that nobody looks at", move |_| {
            let answer = unread.clone().oneshot(request("/do/work"));
            async { drop(answer.await) }
        }),
        kind("a panic", move |_| {
            let answer = tokio::spawn(panics.clone().oneshot(request("/do/panic")));
            async { assert!(answer.await.is_err()) }
        }),
        kind("hostile", move |number| {
            let answer = outside.clone().oneshot(hostile(number));
            async { drop(answer.await.expect("an answer").into_body().collect().await) }
        }),
        kind("hostile, at the edge", move |number| {
            let answer = edge.clone().oneshot(hostile(number));
            async { drop(answer.await.expect("an answer").into_body().collect().await) }
        }),
    ]
}
