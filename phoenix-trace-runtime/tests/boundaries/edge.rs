//! The public edge: what a client says of its trace is not believed, unless it may.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::routing::get;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::SpanId;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Edge, ForcedTracing, GrpcServerLayer, HttpClientLayer, HttpServerLayer, current_correlation_id,
};
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::{Layer as _, ServiceExt as _};

use super::{captured, header, listen, send, serve, work};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n";
/// All that anybody could ask for: the sampled flag, the highest randomness, and our own mark.
const STATE: &str = "tracestate: phoenix=forced,ot=th:0;rv:ffffffffffffff\r\n";
const SECRET: &[u8] = b"open sesame";
const ASKED: &str = "x-envoy-force-trace: 1\r\n";
const CREDENTIAL: &str = "x-phoenix-trace-credential: open sesame\r\n";

fn rarely() -> Capture {
    Capture::with_sampler(Sampler::ratio(0.0))
}

fn forced() -> Edge {
    Edge::new().forced_tracing(ForcedTracing::new(SECRET))
}

fn layer(edge: Edge) -> HttpServerLayer {
    HttpServerLayer::new().edge(edge).exclude("/healthz")
}

fn app(layer: HttpServerLayer) -> Router {
    let id = async || current_correlation_id().unwrap().to_string();
    Router::new()
        .route("/", get(id))
        .route("/healthz", get(id))
        .layer(layer)
}

async fn ask(address: SocketAddr, path: &str, fields: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}\r\n");
    send(address, &request).await
}

/// The response to one request to `path` with these header fields.
fn answer(capture: &Capture, layer: HttpServerLayer, path: &str, fields: &str) -> String {
    captured(capture, async {
        ask(serve(app(layer)).await, path, fields).await
    })
}

/// The tree of one request with these header fields.
fn tree(capture: &Capture, edge: Edge, fields: &str) -> String {
    answer(capture, layer(edge), "/", fields);
    capture.tree()
}

const NOT_KEPT: &str = "";
const FORCED: &str = "\
trace · test · 1 span · kept: forced
GET / · server · http.request.method=GET · http.route=/ · http.response.status_code=200
";

#[test]
fn nothing_that_a_client_sends_raises_what_is_kept() {
    let fields = [
        PARENT,
        STATE,
        "b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d\r\n",
        "x-b3-flags: 1\r\njaeger-debug-id: me\r\n",
        ASKED,
    ];
    let fields = fields.concat();
    for sampler in [Sampler::ratio(0.0), Sampler::ratio(0.0).parent_based()] {
        for edge in [Edge::new(), forced()] {
            let capture = Capture::with_sampler(sampler.clone());
            assert_eq!(tree(&capture, edge, &fields), NOT_KEPT, "{sampler}");
            assert_eq!(capture.stats().discarded, 1, "it was served and recorded");
        }
    }
}

#[test]
fn a_new_trace_is_linked_to_the_clients() {
    let capture = Capture::new();
    tree(&capture, Edge::new(), &format!("{PARENT}{STATE}"));
    let [span] = &capture.exported()[..] else {
        panic!("one span: {}", capture.tree());
    };
    assert_ne!(span.span_context.trace_id().to_string(), TRACE);
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    let [link] = &span.links.links[..] else {
        panic!("one link: {:?}", span.links);
    };
    let to = &link.span_context;
    let ids = (to.trace_id().to_string(), to.span_id().to_string());
    assert_eq!(ids, (TRACE.to_owned(), "00f067aa0ba902b7".to_owned()));
    assert!(to.is_remote() && to.is_sampled());

    let capture = Capture::new();
    tree(&capture, Edge::new(), "");
    assert_eq!(capture.exported()[0].links.links.len(), 0);
}

#[test]
fn a_correlation_id_passes_only_where_it_may_and_is_valid() {
    let given = "x-correlation-id: order-4711\r\n";
    let accepting = || Edge::new().accept_correlation_id();
    let check = |edge: Edge, path, fields: &str, accepted: bool| {
        let capture = Capture::new();
        let response = answer(&capture, layer(edge), path, fields);
        let id = header(&response, "x-correlation-id").unwrap();
        assert!(
            response.ends_with(id),
            "the handler has the same: {response}"
        );
        match accepted {
            true => assert_eq!(id, "order-4711"),
            false => assert_eq!(id.len(), 32, "a new one: {id}"),
        }
        // Where there is a span, a new one is the id of its trace.
        for span in capture.exported().iter().filter(|_| !accepted) {
            assert_eq!(id, span.span_context.trace_id().to_string());
        }
    };
    for path in ["/", "/healthz"] {
        check(Edge::new(), path, &format!("{PARENT}{given}"), false);
        check(accepting(), path, &format!("{PARENT}{given}"), true);
        check(accepting(), path, "x-correlation-id: a b\r\n", false);
        check(accepting(), path, &format!("{given}{given}"), false);
    }
}

/// A gateway that passes all header fields on, and what the service behind it has seen of them.
fn through_a_proxy(capture: &Capture, edge: Edge, fields: &str) -> Vec<String> {
    let response = captured(capture, async {
        let seen = async |headers: HeaderMap| {
            work("look");
            let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
            names.sort_unstable();
            names.join(" ")
        };
        let inside = Router::new()
            .route("/", get(seen))
            .layer(HttpServerLayer::new());
        let inside = serve(inside).await;
        let pass_on = async move |mut request: Request| {
            *request.uri_mut() = format!("http://{inside}/").parse().unwrap();
            let client = Client::builder(TokioExecutor::new()).build_http::<Body>();
            let client = HttpClientLayer::new().layer(client);
            let response = client.oneshot(request).await.unwrap();
            response.into_body().collect().await.unwrap().to_bytes()
        };
        let gateway = Router::new().route("/", get(pass_on)).layer(layer(edge));
        ask(serve(gateway).await, "/", fields).await
    });
    let body = response.rsplit("\r\n\r\n").next().unwrap();
    body.split(' ').map(str::to_owned).collect()
}

const OF_ALL_FORMATS: &str = "\
baggage: tenant=victim\r
b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d\r
x-b3-traceid: 4bf92f3577b34da6a3ce929d0e0e4736\r
x-b3-sampled: 1\r
uber-trace-id: 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:3\r
uberctx-tenant: victim\r
jaeger-debug-id: me\r
jaeger-baggage: tenant=victim\r
grpc-trace-bin: AAAA\r
x-tenant: mine\r
";

#[test]
fn no_context_of_any_format_passes_a_proxy() {
    let capture = Capture::new();
    let fields = [PARENT, STATE, OF_ALL_FORMATS, ASKED, CREDENTIAL].concat();
    assert_eq!(
        through_a_proxy(&capture, forced().accept_correlation_id(), &fields),
        [
            "connection",
            "host",
            "traceparent",
            "tracestate",
            "x-correlation-id",
            "x-tenant"
        ]
    );
    let spans = capture.exported();
    assert!(
        spans
            .iter()
            .all(|span| span.span_context.trace_id().to_string() != TRACE)
    );
}

#[test]
fn with_the_credential_every_service_keeps_its_part() {
    let capture = rarely();
    through_a_proxy(&capture, forced(), &[ASKED, CREDENTIAL].concat());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 4 spans · kept: forced
GET / · server · http.request.method=GET · http.route=/ · http.response.status_code=200
└╴GET · client · http.request.method=GET · http.response.status_code=200
  └╴GET / · server · http.request.method=GET · http.route=/ · http.response.status_code=200
    └╴look
"
    );
    let stats = capture.stats();
    assert_eq!(stats.segments_kept_by_force, 2, "{stats}");
    for span in capture.exported() {
        // All that were asked for are kept: it stands for no other.
        let state = span.span_context.trace_state();
        assert_eq!(state.get("ot"), Some("th:0"), "{state:?}");
        assert!(span.span_context.is_sampled());
    }
}

#[test]
fn forcing_needs_to_be_asked_for_with_the_right_credential() {
    for (fields, expected) in [
        ([ASKED, CREDENTIAL].concat(), FORCED),
        (["b3: d\r\n", CREDENTIAL].concat(), FORCED),
        (["jaeger-debug-id: me\r\n", CREDENTIAL].concat(), FORCED),
        (
            ["jaeger-debug-id: me\r\n", PARENT, CREDENTIAL].concat(),
            NOT_KEPT,
        ),
        (CREDENTIAL.to_owned(), NOT_KEPT),
        (ASKED.to_owned(), NOT_KEPT),
        (
            [ASKED, "x-phoenix-trace-credential: sesame\r\n"].concat(),
            NOT_KEPT,
        ),
        (
            [ASKED, "x-phoenix-trace-credential:\r\n"].concat(),
            NOT_KEPT,
        ),
    ] {
        assert_eq!(tree(&rarely(), forced(), &fields), expected, "{fields}");
    }
    let asked = [ASKED, CREDENTIAL].concat();
    let nobody = Edge::new().forced_tracing(ForcedTracing::new(b""));
    assert_eq!(
        tree(
            &rarely(),
            nobody,
            &[ASKED, "x-phoenix-trace-credential:\r\n"].concat()
        ),
        NOT_KEPT
    );
    assert_eq!(tree(&rarely(), Edge::new(), &asked), NOT_KEPT);
    let off = Capture::with_sampler(Sampler::always_off());
    assert_eq!(tree(&off, forced(), &asked), NOT_KEPT);
}

#[test]
fn forcing_has_a_rate_limit_that_wrong_credentials_do_not_use_up() {
    let forced = ForcedTracing::new(SECRET).at_most(2, Duration::from_secs(3600));
    let layer = layer(Edge::new().forced_tracing(forced));
    let capture = rarely();
    captured(&capture, async {
        let address = serve(app(layer)).await;
        for _ in 0..5 {
            ask(
                address,
                "/",
                &[ASKED, "x-phoenix-trace-credential: no\r\n"].concat(),
            )
            .await;
        }
        for _ in 0..5 {
            ask(address, "/", &[ASKED, CREDENTIAL].concat()).await;
        }
    });
    assert_eq!(capture.tree(), format!("{FORCED}\n{FORCED}"));
    assert_eq!(capture.stats().discarded, 8);
}

#[test]
fn a_forced_error_says_both() {
    let capture = rarely();
    captured(&capture, async {
        let fails = async || axum::http::StatusCode::BAD_GATEWAY;
        let app = Router::new().route("/", get(fails)).layer(layer(forced()));
        ask(serve(app).await, "/", &[ASKED, CREDENTIAL].concat()).await;
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: forced, error
GET / · server · ✗ 502 · http.request.method=GET · http.route=/ · http.response.status_code=502
"
    );
}

/// Calls the health service of a gRPC server with this metadata, and gives the correlation id that was answered.
fn call(
    capture: &Capture,
    server: impl AsyncFnOnce() -> SocketAddr,
    metadata: &[(&'static str, &str)],
) -> String {
    captured(capture, async {
        let address = server().await;
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let mut client = HealthClient::new(endpoint.connect().await.unwrap());
        let service = String::new();
        let mut request = tonic::Request::new(HealthCheckRequest { service });
        for (name, value) in metadata {
            request.metadata_mut().insert(*name, value.parse().unwrap());
        }
        let response = client.check(request).await.unwrap();
        let id = response.metadata().get("x-correlation-id").unwrap();
        id.to_str().unwrap().to_owned()
    })
}

async fn grpc_server() -> SocketAddr {
    let (listener, address) = listen().await;
    let (_, health) = tonic_health::server::health_reporter();
    let server = Server::builder()
        .layer(GrpcServerLayer::new().edge(forced()))
        .add_service(health);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

/// Where one port speaks both, the layer of HTTP is the edge.
async fn mixed_server() -> SocketAddr {
    let (_, health) = tonic_health::server::health_reporter();
    let app = tonic::service::Routes::new(health).into_axum_router();
    serve(app.layer(layer(forced()))).await
}

#[test]
fn grpc_calls_are_believed_as_little() {
    let forged = [
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("tracestate", "phoenix=forced,ot=rv:ffffffffffffff"),
        ("x-correlation-id", "order-4711"),
        ("x-envoy-force-trace", "1"),
    ];
    let asked = [
        ("x-envoy-force-trace", "1"),
        ("x-phoenix-trace-credential", "open sesame"),
    ];
    let forced = "\
trace · test · 1 span · kept: forced
grpc.health.v1.Health/Check · server · rpc.response.status_code=OK
";
    for mixed in [false, true] {
        let server = async || {
            if mixed {
                mixed_server().await
            } else {
                grpc_server().await
            }
        };
        let capture = rarely();
        assert_eq!(call(&capture, server, &forged).len(), 32);
        assert_eq!(
            (capture.tree().as_str(), capture.stats().discarded),
            ("", 1)
        );

        let capture = Capture::new();
        call(&capture, server, &forged);
        let span = &capture.exported()[0];
        assert_ne!(span.span_context.trace_id().to_string(), TRACE);
        let links = &span.links.links;
        assert_eq!(links[0].span_context.trace_id().to_string(), TRACE);

        let capture = rarely();
        call(&capture, server, &asked);
        assert_eq!(capture.tree(), forced);
    }
}

/// Inside of a trusted network a trace that was forced stays so: the contrast to all of the above.
#[test]
fn without_an_edge_callers_are_believed() {
    let capture = rarely();
    answer(
        &capture,
        HttpServerLayer::new(),
        "/",
        &[PARENT, STATE].concat(),
    );
    assert_eq!(
        capture.tree(),
        FORCED.replace("server ·", "server · (parent missing) ·")
    );
    assert_eq!(
        capture.exported()[0].span_context.trace_id().to_string(),
        TRACE
    );
}
