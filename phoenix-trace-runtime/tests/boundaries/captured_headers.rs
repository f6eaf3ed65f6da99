//! Header fields that are recorded because somebody named them.

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use axum::response::AppendHeaders;
use axum::routing::get;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, HttpClientLayer, HttpServerLayer, Sensitive};
use tower::{Layer as _, ServiceExt as _};

use super::{captured, serve};

const REQUEST: [&str; 5] = [
    "X-Tenant",
    "referer",
    "authorization",
    "x-empty",
    "x-missing",
];
const RESPONSE: [&str; 4] = ["x-tag", "location", "set-cookie", "x-missing"];

/// What both sides of one request recorded of header fields.
fn recorded(capture: &Capture, server: HttpServerLayer, client: HttpClientLayer) -> [String; 2] {
    captured(capture, async {
        let answer = async || {
            AppendHeaders([
                ("x-tag", "one"),
                ("x-tag", "https://me:pw@a.example/#sig=secret"),
                ("location", "https://me:pw@a.example/b?sig=secret&c=d"),
                ("set-cookie", "session=secret"),
            ])
        };
        let address = serve(Router::new().route("/", get(answer)).layer(server)).await;
        let request = Request::get(format!("http://{address}/"))
            .header("x-tenant", "a")
            .header("x-tenant", &b"caf\xc3\xa9 \xff"[..])
            .header(
                "referer",
                "https://me@a.example/?X-Amz-Signature=secret#top",
            )
            .header("authorization", "Bearer secret")
            .header("x-empty", "")
            .header("x-other", "not asked for");
        let hyper = Client::builder(TokioExecutor::new()).build_http();
        let request = request.body(Body::empty()).unwrap();
        client.layer(hyper).oneshot(request).await.unwrap();
    });
    [SpanKind::Server, SpanKind::Client].map(|kind| {
        let name = if kind == SpanKind::Server {
            "GET /"
        } else {
            "GET"
        };
        let all = super::attributes(capture, kind, name);
        let lines = all.lines().filter(|line| line.contains(".header."));
        lines.map(|line| format!("{line}\n")).collect()
    })
}

fn server() -> HttpServerLayer {
    HttpServerLayer::new()
        .capture_request_headers(REQUEST)
        .capture_response_headers(RESPONSE)
}

fn client() -> HttpClientLayer {
    HttpClientLayer::new()
        .capture_request_headers(REQUEST)
        .capture_response_headers(RESPONSE)
}

#[test]
fn all_values_of_a_field_stand_under_its_name() {
    let expected = "\
http.request.header.referer = [\"https://REDACTED:REDACTED@a.example/?X-Amz-Signature=REDACTED#top\"]
http.request.header.x-empty = [\"\"]
http.request.header.x-tenant = [\"a\",\"café \u{fffd}\"]
http.response.header.location = [\"https://REDACTED:REDACTED@a.example/b?sig=REDACTED&c=d\"]
http.response.header.x-tag = [\"one\",\"https://REDACTED:REDACTED@a.example/#sig=REDACTED\"]
";
    assert_eq!(
        recorded(&Capture::new(), server(), client()),
        [expected, expected]
    );
}

#[test]
fn none_is_recorded_unless_it_is_named() {
    let layers = (HttpServerLayer::new(), HttpClientLayer::new());
    assert_eq!(recorded(&Capture::new(), layers.0, layers.1), ["", ""]);
}

#[test]
fn credentials_are_hashed_where_sensitive_values_are() {
    let config = Config::default()
        .service("test")
        .sampler(Sampler::always_on())
        .sensitive(Sensitive::hash(b"sixteen bytes !!"));
    let capture = Capture::with_config(config);
    let layer = HttpServerLayer::new()
        .capture_request_headers(["authorization"])
        .capture_response_headers(["set-cookie"]);
    let [server, client] = recorded(&capture, layer, HttpClientLayer::new());
    assert_eq!(client, "");
    let lines: Vec<&str> = server.lines().collect();
    for (line, key) in lines.iter().zip([
        "http.request.header.authorization",
        "http.response.header.set-cookie",
    ]) {
        let hash = line.strip_prefix(&format!("{key} = [\"")).unwrap();
        assert_eq!(hash.len(), 34, "{line}");
    }
    assert!(lines.len() == 2 && !server.contains("secret"), "{server}");
}
