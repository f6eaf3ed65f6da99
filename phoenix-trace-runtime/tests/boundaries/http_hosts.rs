//! To which hosts a client's context goes.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Hosts, HttpCall, HttpClientLayer};
use tower::{Layer as _, ServiceExt as _};

use super::{captured, serve};

/// The context that has come with a request.
async fn seen(headers: HeaderMap) -> String {
    let fields = ["traceparent", "tracestate", "x-correlation-id", "baggage"];
    let there = fields
        .into_iter()
        .filter(|name| headers.contains_key(*name));
    there.collect::<Vec<_>>().join(" ")
}

/// What a client behind `layer` tells a server on this machine.
fn told(layer: HttpClientLayer) -> String {
    let capture = Capture::new();
    let told = captured(&capture, async {
        let address = serve(Router::new().route("/", get(seen))).await;
        let client = layer.layer(Client::builder(TokioExecutor::new()).build_http());
        let request = Request::get(format!("http://{address}/"));
        let response = client.oneshot(request.body(Body::empty()).unwrap()).await;
        let body = response.unwrap().into_body().collect().await.unwrap();
        String::from_utf8(body.to_bytes().into()).unwrap()
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
GET · client · http.request.method=GET · http.response.status_code=200
",
        "its span it has in any case"
    );
    told
}

const CONTEXT: &str = "traceparent tracestate x-correlation-id";

#[test]
fn a_layer_without_a_list_tells_everybody() {
    assert_eq!(told(HttpClientLayer::new()), CONTEXT);
}

#[test]
fn a_layer_with_a_list_tells_those_in_it() {
    let to = |hosts: &[&str]| told(HttpClientLayer::new().propagate_to(hosts));
    assert_eq!(to(&["users.internal", "127.0.0.1"]), CONTEXT);
    assert_eq!(to(&["*.0.0.1"]), CONTEXT);
    assert_eq!(to(&["users.internal", "*.27.0.0.1"]), "");
    assert_eq!(to(&[]), "");
    let twice = HttpClientLayer::new().propagate_to(["a.example"]);
    assert_eq!(told(twice.propagate_to(["127.0.0.1"])), CONTEXT);
}

#[test]
fn a_call_tells_those_in_its_list() {
    let capture = Capture::new();
    captured(&capture, async {
        let send = async |headers: HeaderMap| Ok::<_, std::io::Error>(seen(headers).await);
        let hosts = Hosts::new(["*.internal"]);
        let ours = HttpCall::new("GET", "http://users.internal:8080/users/17")
            .template("/users/{id}")
            .propagate_to(&hosts);
        let status = |_: &String| Some(StatusCode::OK);
        assert_eq!(ours.send(send, status).await.unwrap(), CONTEXT);
        for url in [
            "http://internal/",
            "http://users.internal@a.example/",
            "/",
            "no url",
        ] {
            let other = HttpCall::new("GET", url).propagate_to(&hosts);
            assert_eq!(other.send(send, status).await.unwrap(), "", "{url}");
        }
        let any = HttpCall::new("PUT", "http://a.example/").resend_count(2);
        assert_eq!(any.send(send, status).await.unwrap(), CONTEXT);
    });
    let tree = capture.tree();
    let first = "\
trace · test · 1 span · kept: head
GET /users/{id} · client · http.request.method=GET · http.response.status_code=200
";
    let last = "\
trace · test · 1 span · kept: head
PUT · client · http.request.method=PUT · http.request.resend_count=2 · http.response.status_code=200
";
    assert!(tree.starts_with(first) && tree.ends_with(last), "{tree}");
}
