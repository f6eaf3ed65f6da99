//! What is kept for more than its head decision is told to the caller, which keeps its own part then: in services with a process's
//! worth of telemetry each.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use opentelemetry::Value;
use opentelemetry::trace::{SpanKind, TraceId};
use opentelemetry_sdk::trace::SpanData;
use phoenix_trace_runtime::sampling::{Rule, Sampler};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Edge, HttpClientLayer, HttpServerLayer};
use tonic_health::pb::HealthCheckRequest;
use tower::{Layer as _, Service as _, ServiceExt as _};

use super::services::{Link, Next, Service};
use super::{block_on, captured, header, send, serve};

/// HTTP, gRPC, HTTP, gRPC; the first is asked, the last may fail.
fn chain(ratio: f64) -> ([Service; 4], SocketAddr) {
    let link = |number, next| Link {
        number,
        next,
        way: |_| (),
    };
    let sampler = || Sampler::ratio(ratio);
    let (fourth, at) = Service::start(sampler(), move || link(3, Next::Nobody).serve_grpc());
    let (third, at) = Service::start(sampler(), move || async move {
        link(2, Next::grpc(at)).serve_http().await
    });
    let (second, at) = Service::start(sampler(), move || async move {
        link(1, Next::http(at)).serve_grpc().await
    });
    let (first, at) = Service::start(sampler(), move || async move {
        link(0, Next::grpc(at)).serve_http().await
    });
    ([first, second, third, fourth], at)
}

/// What request `number` asks for, by which trace: one half fails in the last service, of which one quarter is told to the
/// client, and one quarter each is swallowed by one of the others.
fn request(number: u64) -> (String, TraceId) {
    let what = match number % 8 {
        0 => "fails".to_owned(),
        swallows @ 1..4 => format!("fails-{}", swallows - 1),
        _ => "works".to_owned(),
    };
    let random = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (what, TraceId::from(1 << 64 | u128::from(random)))
}

async fn ask(client: &Client<HttpConnector, Body>, address: SocketAddr, number: u64) {
    let (what, trace) = request(number);
    let request = Request::get(format!("http://{address}/{what}"))
        .header("traceparent", format!("00-{trace}-00f067aa0ba902b7-00"))
        .body(Body::empty());
    let response = client.request(request.unwrap()).await.unwrap();
    let failed = response.status() == StatusCode::INTERNAL_SERVER_ERROR;
    assert_eq!(failed, what == "fails");
    response.into_body().collect().await.unwrap();
}

/// The traces of which a service has kept its part, by its own local root.
fn kept(spans: &[SpanData]) -> HashSet<TraceId> {
    let roots = spans
        .iter()
        .filter(|span| span.span_kind == SpanKind::Server);
    roots.map(|span| span.span_context.trace_id()).collect()
}

fn reasons(span: &SpanData) -> Vec<String> {
    let found = span.attributes.iter().find_map(|attribute| {
        let of_reason = attribute.key.as_str() == "phoenix.sampling.reason";
        match &attribute.value {
            Value::Array(opentelemetry::Array::String(words)) if of_reason => Some(words),
            _ => None,
        }
    });
    let words = found.into_iter().flatten();
    words.map(|word| word.as_str().to_owned()).collect()
}

#[test]
fn every_service_on_the_way_to_a_failure_keeps_its_part() {
    const REQUESTS: u64 = 10_000;
    let (services, address) = chain(0.01);
    block_on(async {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let requests = stream::iter(0..REQUESTS).map(|number| ask(&client, address, number));
        requests.buffer_unordered(32).for_each(async |()| ()).await;
    });
    let captures = services.map(Service::stop);
    let failed: HashSet<TraceId> = (0..REQUESTS)
        .map(request)
        .filter(|(what, _)| what.starts_with("fails"))
        .map(|(_, trace)| trace)
        .collect();
    assert_eq!(failed.len(), 5000);
    let spans = captures.each_ref().map(|capture| capture.exported());
    let kept = spans.each_ref().map(|spans| kept(spans));
    for kept in &kept {
        assert_eq!(failed.difference(kept).count(), 0, "kept without exception");
    }
    // Of the others each service keeps the same hundredth, of 5000.
    let sampled: HashSet<_> = kept[0].difference(&failed).copied().collect();
    assert!((30..=70).contains(&sampled.len()), "{}", sampled.len());
    for kept in &kept {
        let others: HashSet<_> = kept.difference(&failed).copied().collect();
        assert_eq!(others, sampled);
    }
    // Whoever was told so says so; who failed itself says that.
    let by_callee = captures.each_ref().map(|capture| {
        let stats = capture.stats();
        assert!(stats.balances() && stats.segments_open == 0, "{stats}");
        stats.segments_kept_by_callee
    });
    let of_a_swallowed_error = REQUESTS / 8;
    for (number, expected) in [2, 1, 0, 0].into_iter().enumerate() {
        let told = by_callee[number];
        let expected = expected * of_a_swallowed_error;
        // The head decision has kept some of them already.
        assert!(
            (expected * 97 / 100..=expected).contains(&told),
            "{number}: {told}"
        );
    }
    let of_the_first = spans[0]
        .iter()
        .filter(|span| span.span_kind == SpanKind::Server);
    for span in of_the_first {
        let trace = span.span_context.trace_id();
        let head = sampled_by_head(trace);
        let state = span.span_context.trace_state();
        match &reasons(span).iter().map(String::as_str).collect::<Vec<_>>()[..] {
            // How many such a segment stands for is not known.
            ["callee"] => assert_eq!(state.get("ot"), None, "{trace}"),
            ["error"] => assert_eq!(state.get("ot"), Some("th:0"), "{trace}"),
            ["head", ..] => assert!(head, "{trace}"),
            others => panic!("{others:?}"),
        }
    }
}

fn sampled_by_head(trace: TraceId) -> bool {
    let low = u128::from_be_bytes(trace.to_bytes()) & ((1 << 56) - 1);
    low as f64 >= 0.99 * (1_u64 << 56) as f64
}

/// What a server answers to one request in a trace, as it comes over the wire.
fn answer(capture: &Capture, app: Router, layer: HttpServerLayer) -> String {
    captured(capture, async {
        let address = serve(app.layer(layer)).await;
        send(address, &format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-00\r\n\r\n")).await
    })
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn rarely() -> Capture {
    Capture::with_sampler(Sampler::ratio(0.0))
}

fn timing(response: &str) -> Vec<&str> {
    let lines = response.lines().take_while(|line| !line.is_empty());
    lines
        .filter_map(|line| line.strip_prefix("server-timing: "))
        .collect()
}

fn failing() -> Router {
    let fail = async || {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            [("server-timing", "db;dur=53")],
        )
    };
    Router::new().route("/", get(fail))
}

#[test]
fn a_failure_is_told_beside_what_else_is() {
    let capture = rarely();
    let response = answer(&capture, failing(), HttpServerLayer::new());
    let root = capture.exported()[0].span_context.span_id();
    let told = format!("trace;desc=00-{TRACE}-{root}-01");
    assert_eq!(timing(&response), ["db;dur=53", &told]);
}

#[test]
fn a_head_decision_is_told_to_nobody() {
    let app = || Router::new().route("/", get(async || "well"));
    let response = answer(&Capture::new(), app(), HttpServerLayer::new());
    assert_eq!(timing(&response), [""; 0]);
    let off = Capture::with_sampler(Sampler::always_off());
    let response = answer(&off, failing(), HttpServerLayer::new());
    assert_eq!(timing(&response), ["db;dur=53"]);
}

#[test]
fn a_public_edge_tells_nobody_and_passes_nothing_on() {
    let edge = || HttpServerLayer::new().edge(Edge::new());
    let response = answer(&rarely(), failing(), edge());
    assert_eq!(timing(&response), ["db;dur=53"]);
    let behind = format!("trace;desc=00-{TRACE}-00f067aa0ba902b7-01, cache;desc=hit");
    let proxy = async move || [("server-timing", behind)];
    let response = answer(&rarely(), Router::new().route("/", get(proxy)), edge());
    assert_eq!(timing(&response), ["cache;desc=hit"]);
    assert_eq!(header(&response, "x-service-name"), None);
}

/// Is the part of a client kept, when a server answers with these fields? `{trace}` stands for its trace.
fn is_kept(client: HttpClientLayer, fields: &'static [&'static str]) -> bool {
    let capture = rarely();
    captured(&capture, async {
        let say = async |request: Request| {
            let parent = request.headers().get("traceparent").map(|parent| {
                let parent = parent.to_str().unwrap();
                parent.split('-').nth(1).unwrap().to_owned()
            });
            let trace = parent.unwrap_or_default();
            let fields = fields.iter().map(|field| {
                let value = field.replace("{trace}", &trace);
                let name = axum::http::HeaderName::from_static("server-timing");
                (name, value.parse::<axum::http::HeaderValue>().unwrap())
            });
            let mut response = axum::response::Response::new(Body::empty());
            for (name, value) in fields {
                response.headers_mut().append(name, value);
            }
            response
        };
        let address = serve(Router::new().route("/", get(say))).await;
        let http = Client::builder(TokioExecutor::new()).build_http();
        let request = Request::get(format!("http://{address}/")).body(Body::empty());
        let mut client = client.layer(http);
        let response = client.ready().await.unwrap().call(request.unwrap()).await;
        response.unwrap().into_body().collect().await.unwrap();
    });
    let stats = capture.stats();
    assert_eq!(
        stats.segments_kept_by_callee + stats.segments_discarded,
        1,
        "{stats}"
    );
    stats.segments_kept_by_callee == 1
}

#[test]
fn only_the_same_trace_and_only_those_who_are_ours_are_believed() {
    const TOLD: &str = "trace;desc=00-{trace}-00f067aa0ba902b7-01";
    let anybody = HttpClientLayer::new;
    assert!(is_kept(anybody(), &[TOLD]));
    assert!(is_kept(anybody(), &["db;dur=53", "cache, ", TOLD]));
    assert!(!is_kept(
        anybody(),
        &["trace;desc=00-{trace}-00f067aa0ba902b7-00"]
    ));
    assert!(!is_kept(
        anybody(),
        &["trace;desc=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]
    ));
    // No more than eight fields are read.
    let behind = &["a", "a", "a", "a", "a", "a", "a", "a", TOLD];
    assert!(!is_kept(anybody(), behind));
    let ours = anybody().propagate_to(["127.0.0.1"]);
    assert!(is_kept(ours, &[TOLD]));
    let elsewhere = anybody().propagate_to(["*.internal"]);
    assert!(!is_kept(elsewhere, &[TOLD]));
}

/// What a caller, which samples no trace, and the service that it calls over HTTP or gRPC make of one call.
fn trees(http: bool, sampler: Sampler, way: fn(&mut HeaderMap)) -> [String; 2] {
    let (number, next) = (1, Next::Nobody);
    let link = Link { number, next, way };
    let (callee, at) = Service::start(sampler, move || async move {
        match http {
            true => link.serve_http().await,
            false => link.serve_grpc().await,
        }
    });
    let (tell, told) = mpsc::channel();
    let (caller, _) = Service::start(Sampler::ratio(0.0), move || async move {
        let next = match http {
            true => Next::http(at),
            false => Next::grpc(at),
        };
        tell.send(next.is_well("works").await).unwrap();
        at
    });
    assert_eq!(told.recv(), Ok(true));
    [caller, callee].map(|service| service.stop().tree())
}

/// Over HTTP and over gRPC the callee keeps its part for `reason`, and so the caller its own.
fn check_told(reason: &str, sampler: impl Fn() -> Sampler, way: fn(&mut HeaderMap)) {
    let [caller, callee] = trees(true, sampler(), way);
    assert_eq!(
        caller,
        "\
trace · test · 1 span · kept: callee
GET · client · http.request.method=GET · http.response.status_code=200
"
    );
    assert_eq!(
        callee,
        format!(
            "\
trace · test · 1 span · kept: {reason}
GET /{{what}} · server · (parent missing) · http.request.method=GET · http.route=/{{what}} · http.response.status_code=200
"
        )
    );
    let [caller, callee] = trees(false, sampler(), way);
    assert_eq!(
        caller,
        "\
trace · test · 1 span · kept: callee
grpc.health.v1.Health/Check · client · rpc.response.status_code=OK
"
    );
    assert_eq!(
        callee,
        format!(
            "\
trace · test · 1 span · kept: {reason}
grpc.health.v1.Health/Check · server · (parent missing) · rpc.response.status_code=OK
"
        )
    );
}

#[test]
fn slowness_is_told() {
    // All that takes any time is slow.
    let rule = || Rule::new().ratio(0.0).slower_than(Duration::ZERO).into();
    check_told("slow", rule, |_| ());
}

#[test]
fn so_is_force() {
    // Somebody between the two asks for the trace; of this the caller learns by the answer alone.
    check_told(
        "forced",
        || Sampler::ratio(0.0),
        |fields| {
            fields.insert("tracestate", "phoenix=forced".parse().unwrap());
        },
    );
}

/// One stream through two services of gRPC: `next` asks the last, which fails, and is told in trailers.
#[test]
fn a_stream_tells_it_in_its_trailers() {
    let sampler = || Sampler::ratio(0.0);
    let link = |number, next| Link {
        number,
        next,
        way: |_| (),
    };
    let (last, at) = Service::start(sampler(), move || link(1, Next::Nobody).serve_grpc());
    let (first, at) = Service::start(sampler(), move || async move {
        link(0, Next::grpc(at)).serve_grpc().await
    });
    let (client, done) = mpsc::channel();
    let (caller, _) = Service::start(sampler(), move || async move {
        let Next::Grpc(mut next) = Next::grpc(at) else {
            unreachable!()
        };
        let service = "fails-0".to_owned();
        let answers = next.watch(HealthCheckRequest { service }).await;
        let answers: Vec<_> = answers.unwrap().into_inner().collect().await;
        client.send(answers.iter().all(Result::is_ok)).unwrap();
        at
    });
    assert_eq!(done.recv(), Ok(true), "the error was swallowed");
    let reason = |service: Service| service.stop().tree().lines().next().map(str::to_owned);
    let told = |reason: &str| Some(reason.to_owned());
    assert_eq!(reason(caller), told("trace · test · 1 span · kept: callee"));
    assert_eq!(
        reason(first),
        told("trace · test · 2 spans · 1 error · kept: error")
    );
    assert_eq!(
        reason(last),
        told("trace · test · 1 span · 1 error · kept: error")
    );
}
