//! Servers and clients of HTTP.

use std::convert::Infallible;

use axum::routing::get;
use http::{Request, Response};
use opentelemetry_instrumentation_tower::http::server;
use phoenix_trace::interop::TracerProvider;
use phoenix_trace::testing::Capture;
use phoenix_trace::{TracingBridge, traced_operation};
use tokio::net::TcpListener;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_http::trace::{DefaultMakeSpan, TraceLayer};
use tracing::Level;
use tracing::instrument::WithSubscriber as _;

use super::subscriber;

#[traced_operation]
async fn handle() {
    tokio::task::yield_now().await;
    look_up().await;
}

#[tracing::instrument]
async fn look_up() {
    tokio::task::yield_now().await;
    read().await;
}

#[traced_operation]
async fn read() {
    tokio::task::yield_now().await;
}

async fn answer(_: Request<String>) -> Result<Response<String>, Infallible> {
    handle().await;
    Ok(Response::new(String::new()))
}

fn request(uri: &str) -> Request<String> {
    let mut request = Request::new(String::new());
    *request.uri_mut() = uri.parse().expect("a uri");
    request
}

#[tokio::test]
async fn the_trace_layer_of_tower_http_is_around_annotated_handlers() {
    let capture = Capture::new();
    let layer =
        TraceLayer::new_for_http().make_span_with(DefaultMakeSpan::new().level(Level::INFO));
    let service = layer.layer(service_fn(answer));
    let served = async {
        service
            .oneshot(request("/orders"))
            .await
            .expect("it answers")
    };
    let served = capture.future(served);
    drop(
        served
            .with_subscriber(subscriber(TracingBridge::new()))
            .await,
    );
    capture.query().assert_tree(
        "trace · test · 4 spans · kept: head\n\
         request\n\
         └╴handle\n\
         \u{20} └╴look_up\n\
         \u{20}   └╴read\n",
    );
}

#[tokio::test]
async fn the_layer_of_opentelemetry_for_tower_is_around_annotated_handlers() {
    // It holds nothing: spans go to whatever captures them where they are made.
    opentelemetry::global::set_tracer_provider(TracerProvider::new());
    let capture = Capture::new();
    let layer = server::Layer::new();
    let service = layer.layer(service_fn(answer));
    let served = async {
        service
            .oneshot(request("/orders"))
            .await
            .expect("it answers")
    };
    let served = capture.future(served);
    drop(
        served
            .with_subscriber(subscriber(TracingBridge::new()))
            .await,
    );
    let spans = capture.query();
    spans.assert_below("read", "look_up");
    spans.assert_below("look_up", "handle");
    spans.assert_below("handle", "GET");
    assert_eq!(spans.len(), 4, "{spans:?}");
}

#[traced_operation]
async fn ask(client: reqwest_middleware::ClientWithMiddleware, url: String) -> u16 {
    let response = client.get(url).send().await.expect("it answers");
    response.status().as_u16()
}

#[tokio::test]
async fn the_spans_of_reqwest_tracing_are_below_their_caller() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/orders", listener.local_addr().expect("bound"));
    let app = axum::Router::new().route("/orders", get(|| async { "none" }));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(reqwest_tracing::TracingMiddleware::default())
        .build();

    let capture = Capture::new();
    let asked = capture.future(ask(client, url));
    let status = asked
        .with_subscriber(subscriber(TracingBridge::new()))
        .await;
    assert_eq!(status, 200);
    let spans = capture.query();
    let call = spans.of_kind(opentelemetry::trace::SpanKind::Client).one();
    assert_eq!(spans.parent_of(&call).expect("a parent").name, "ask");
    assert_eq!(
        call.attribute("http.response.status_code")
            .map(ToString::to_string)
            .as_deref(),
        Some("200")
    );
}
