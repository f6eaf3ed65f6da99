//! Who answers tells its name, and the span of who asked has it as `service.peer.name`.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Config, Edge, Hosts, HttpCall, HttpClientLayer, HttpServerLayer, trace_http_response,
};
use tower::{Layer as _, ServiceExt as _};

use super::{attributes, captured, header, send, serve};

const NAME: HeaderName = HeaderName::from_static("x-service-name");

/// The lines of the client's span that tell who has answered.
fn peer(client: HttpClientLayer, app: Router) -> Vec<String> {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve(app).await;
        let http = Client::builder(TokioExecutor::new()).build_http();
        let request = Request::get(format!("http://{address}/")).body(Body::empty());
        let response = client.layer(http).oneshot(request.unwrap()).await;
        response.unwrap().into_body().collect().await.unwrap();
    });
    let attributes = attributes(&capture, SpanKind::Client, "GET");
    let lines = attributes.lines().map(str::to_owned);
    lines.filter(|line| line.contains("peer")).collect()
}

fn app() -> Router {
    Router::new().route("/", get(async || "an answer"))
}

/// A server that tells whatever it likes.
fn stranger(name: &'static [u8]) -> Router {
    let name = HeaderValue::from_bytes(name).unwrap();
    let answer = async move || ([(NAME, name)], "an answer");
    Router::new().route("/", get(answer))
}

#[test]
fn a_service_is_named_by_itself() {
    let named = peer(HttpClientLayer::new(), app().layer(HttpServerLayer::new()));
    assert_eq!(named, ["service.peer.name = test"]);
}

#[test]
fn a_server_without_a_name_has_none() {
    assert!(peer(HttpClientLayer::new(), app()).is_empty());
}

#[test]
fn at_the_public_edge_no_service_tells_its_name() {
    let response = |layer: HttpServerLayer| {
        captured(&Capture::new(), async {
            let address = serve(app().layer(layer)).await;
            send(
                address,
                "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
            )
            .await
        })
    };
    let inside = response(HttpServerLayer::new());
    assert_eq!(header(&inside, NAME.as_str()), Some("test"));
    let edge = response(HttpServerLayer::new().edge(Edge::new()));
    assert_eq!(header(&edge, NAME.as_str()), None);
}

#[test]
fn the_public_edge_passes_no_name_on() {
    let behind = stranger(b"billing").layer(HttpServerLayer::new().edge(Edge::new()));
    let response = captured(&Capture::new(), async {
        let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        send(serve(behind).await, request).await
    });
    assert_eq!(header(&response, NAME.as_str()), None);
}

#[test]
fn a_service_without_a_name_passes_none_on() {
    let unnamed = Config::default().service("n".repeat(256));
    let behind = stranger(b"billing").layer(HttpServerLayer::new());
    let response = captured(&Capture::with_config(unnamed), async {
        let request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
        send(serve(behind).await, request).await
    });
    assert_eq!(header(&response, NAME.as_str()), None);
}

#[test]
fn a_name_that_is_none_is_not_believed() {
    const LONG: &[u8] = &[b'n'; 256];
    for name in [b"" as &[u8], b"\xff", LONG] {
        assert!(peer(HttpClientLayer::new(), stranger(name)).is_empty());
    }
    let longest = &LONG[1..];
    assert_eq!(peer(HttpClientLayer::new(), stranger(longest)).len(), 1);
}

#[test]
fn hosts_that_context_does_not_go_to_are_not_believed() {
    let elsewhere = HttpClientLayer::new().propagate_to(["*.internal"]);
    assert!(peer(elsewhere, stranger(b"billing")).is_empty());
    let ours = HttpClientLayer::new().propagate_to(["127.0.0.1"]);
    assert_eq!(
        peer(ours, stranger(b"billing")),
        ["service.peer.name = billing"]
    );
}

#[test]
fn a_client_that_no_layer_fits_learns_it_from_the_fields() {
    let peer = |hosts: &[&str]| {
        let (capture, hosts) = (Capture::new(), Hosts::new(hosts));
        captured(&capture, async {
            let address = serve(stranger(b"billing")).await;
            let url = format!("http://{address}/");
            let http = Client::builder(TokioExecutor::new()).build_http();
            let call = HttpCall::new("GET", &url).propagate_to(&hosts);
            let send = |_| {
                let request = Request::get(&url).body(Body::empty());
                http.request(request.unwrap())
            };
            let answer = call.exchange(send, |answer| Some((answer.status(), answer.headers())));
            answer.await.unwrap();
        });
        attributes(&capture, SpanKind::Client, "GET")
    };
    let ours = peer(&["127.0.0.1"]);
    assert!(ours.contains("service.peer.name = billing"), "{ours}");
    assert!(ours.contains("http.response.status_code = 200"), "{ours}");
    let others = peer(&["*.internal"]);
    assert!(!others.contains("service.peer.name"), "{others}");
}

#[test]
fn so_does_a_function_around_any_client() {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve(app().layer(HttpServerLayer::new())).await;
        let url = format!("http://{address}/");
        let http = Client::builder(TokioExecutor::new()).build_http();
        let send = || http.request(Request::get(&url).body(Body::empty()).unwrap());
        let answer = trace_http_response("GET", &url, send, |answer| {
            Some((answer.status(), answer.headers()))
        });
        answer.await.unwrap();
    });
    let attributes = attributes(&capture, SpanKind::Client, "GET");
    let named = attributes.contains("service.peer.name = test");
    assert!(named, "{attributes}");
}
