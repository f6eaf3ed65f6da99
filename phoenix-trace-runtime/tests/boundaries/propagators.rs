//! The configured formats, the name and the source of the correlation id: at every layer, in both directions.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use axum::routing::get;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Config, CorrelationSource, GrpcClientLayer, GrpcServerLayer, HttpClientLayer, HttpServerLayer,
    Propagator, TracingClientInterceptor, TracingInterceptor, current_correlation_id, current_span,
    extract, extract_correlation_id_from_request, inject, inject_correlation_id_to_request,
};
use tonic::service::Interceptor as _;
use tower::{Layer, Service, ServiceExt as _, service_fn};

use super::{captured, header, send, serve};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn config() -> Config {
    Config::default().service("test")
}

fn capture(formats: &[Propagator]) -> Capture {
    Capture::with_config(config().propagators(formats.iter().copied()))
}

/// A request with these header fields.
fn request(fields: &[(&'static str, String)]) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    for (name, value) in fields {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

/// What goes out of a service that got `request`: through its layer, to the other side of its client.
async fn through<SL, CL>(server: SL, client: CL, request: Request<Body>) -> HeaderMap
where
    CL: Layer<Sink> + Clone + Send + 'static,
    CL::Service: Service<Request<Body>, Error = Infallible> + Send,
    <CL::Service as Service<Request<Body>>>::Future: Send,
    SL: Layer<Handler<CL>>,
    SL::Service: Service<Request<Body>, Error = Infallible>,
{
    let sent = Arc::new(Mutex::new(HeaderMap::new()));
    let handler = Handler {
        client,
        sink: Sink(sent.clone()),
    };
    let answer = server.layer(handler).oneshot(request).await;
    drop(answer);
    let sent = sent.lock().unwrap();
    sent.clone()
}

/// Keeps the header fields of what it is sent.
#[derive(Clone)]
struct Sink(Arc<Mutex<HeaderMap>>);

impl Service<Request<Body>> for Sink {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        *self.0.lock().unwrap() = request.headers().clone();
        std::future::ready(Ok(Response::default()))
    }
}

/// Sends a request of its own for each that it gets.
struct Handler<CL> {
    client: CL,
    sink: Sink,
}

impl<CL> Service<Request<Body>> for Handler<CL>
where
    CL: Layer<Sink> + Clone + Send + 'static,
    CL::Service: Service<Request<Body>, Error = Infallible> + Send,
    <CL::Service as Service<Request<Body>>>::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        std::pin::Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        let client = self.client.clone().layer(self.sink.clone());
        Box::pin(async move {
            let _ = client.oneshot(Request::new(Body::empty())).await;
            Ok(Response::default())
        })
    }
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .map_or("", |value| value.to_str().unwrap())
}

#[test]
fn servers_read_and_clients_write_the_configured_formats() {
    let formats = [Propagator::B3Multi, Propagator::Jaeger];
    let incoming = || {
        request(&[
            ("b3", format!("{TRACE}-{SPAN}-d")),
            ("baggage", "a=1".into()),
        ])
    };
    let check = |sent: HeaderMap, capture: &Capture| {
        let span = capture
            .exported()
            .into_iter()
            .find(|span| span.span_kind == opentelemetry::trace::SpanKind::Client)
            .unwrap()
            .span_context
            .span_id()
            .to_string();
        assert_eq!(field(&sent, "x-b3-traceid"), TRACE);
        assert_eq!(field(&sent, "x-b3-spanid"), span);
        assert_eq!(field(&sent, "x-b3-flags"), "1", "debug is passed on");
        assert_eq!(field(&sent, "uber-trace-id"), format!("{TRACE}:{span}:0:3"));
        assert_eq!(field(&sent, "x-correlation-id"), TRACE);
        for absent in ["traceparent", "tracestate", "baggage", "b3"] {
            assert_eq!(field(&sent, absent), "", "{absent}");
        }
    };
    let http = capture(&formats);
    let sent = captured(
        &http,
        through(HttpServerLayer::new(), HttpClientLayer::new(), incoming()),
    );
    check(sent, &http);
    let grpc = capture(&formats);
    let sent = captured(
        &grpc,
        through(GrpcServerLayer::new(), GrpcClientLayer::new(), incoming()),
    );
    check(sent, &grpc);
}

#[test]
fn the_last_of_the_formats_that_finds_a_parent_wins() {
    let other = "11111111111111111111111111111111";
    let incoming = || {
        request(&[
            ("traceparent", format!("00-{TRACE}-{SPAN}-01")),
            ("b3", format!("{other}-{SPAN}-1")),
        ])
    };
    for (formats, trace) in [
        ([Propagator::TraceContext, Propagator::B3], other),
        ([Propagator::B3, Propagator::TraceContext], TRACE),
    ] {
        let sent = captured(
            &capture(&formats),
            through(HttpServerLayer::new(), HttpClientLayer::new(), incoming()),
        );
        assert_eq!(&field(&sent, "traceparent")[3..35], trace, "{formats:?}");
        assert_eq!(&field(&sent, "b3")[..32], trace, "{formats:?}");
    }
}

#[test]
fn with_no_format_only_the_correlation_id_travels() {
    let incoming = request(&[
        ("traceparent", format!("00-{TRACE}-{SPAN}-01")),
        ("baggage", "a=1".into()),
        ("x-correlation-id", "order-4711".into()),
    ]);
    let sent = captured(
        &capture(&[]),
        through(HttpServerLayer::new(), HttpClientLayer::new(), incoming),
    );
    let names: Vec<&str> = sent.keys().map(HeaderName::as_str).collect();
    assert_eq!(names, ["x-correlation-id"]);
    assert_eq!(field(&sent, "x-correlation-id"), "order-4711");
}

#[test]
fn interceptors_and_functions_use_them_too() {
    captured(&capture(&[Propagator::B3]), async {
        let mut incoming = tonic::Request::new(());
        let b3 = format!("{TRACE}-{SPAN}-1");
        incoming.metadata_mut().insert("b3", b3.parse().unwrap());
        assert_eq!(
            extract(incoming.metadata()).parent.unwrap().trace_id(),
            opentelemetry::TraceId::from_hex(TRACE).unwrap()
        );
        let id = extract_correlation_id_from_request(incoming.metadata().as_ref());
        assert_eq!(id.unwrap().as_str(), TRACE);
        let incoming = TracingInterceptor.call(incoming).unwrap();
        let remote = incoming
            .extensions()
            .get::<phoenix_trace_runtime::RemoteContext>()
            .unwrap();
        let sent = remote.run(|| {
            TracingClientInterceptor
                .call(tonic::Request::new(()))
                .unwrap()
        });
        assert_eq!(sent.metadata().get("b3").unwrap(), &*b3);
        let mut headers = HeaderMap::new();
        let mut list = Vec::<(String, String)>::new();
        remote.run(|| {
            inject_correlation_id_to_request(&mut headers);
            inject(&mut list);
        });
        assert_eq!(field(&headers, "b3"), b3);
        let list: Vec<&str> = list.iter().map(|(name, _)| &**name).collect();
        assert_eq!(list, ["b3", "x-correlation-id"]);
    });
}

#[test]
fn the_correlation_id_has_the_configured_name_and_is_on_every_response() {
    let config = config().correlation_header(HeaderName::from_static("x-request-id"));
    let capture = Capture::with_config(config);
    let answers = captured(&capture, async {
        let handler = async || {
            let mut headers = HeaderMap::new();
            inject_correlation_id_to_request(&mut headers);
            headers["x-request-id"].to_str().unwrap().to_owned()
        };
        let app = Router::new()
            .route("/", get(handler))
            .route("/fails", get(async || StatusCode::INTERNAL_SERVER_ERROR))
            .layer(HttpServerLayer::new());
        let address = serve(app).await;
        let mut answers = Vec::new();
        for path in ["/", "/fails", "/missing"] {
            let request = format!(
                "GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-request-id: order-4711\r\nx-correlation-id: ignored\r\n\r\n"
            );
            answers.push(send(address, &request).await);
        }
        answers
    });
    for (answer, status) in answers.iter().zip(["200", "500", "404"]) {
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}")),
            "{answer}"
        );
        assert_eq!(header(answer, "x-request-id"), Some("order-4711"));
        assert_eq!(header(answer, "x-correlation-id"), None);
    }
    assert!(answers[0].ends_with("\r\norder-4711"), "{}", answers[0]);
}

#[test]
fn the_trace_id_wins_where_the_configuration_says_so() {
    let config = config().correlation_source(CorrelationSource::TraceId);
    let sent = |fields: &[(&'static str, String)]| {
        captured(
            &Capture::with_config(Config::default().correlation_source(CorrelationSource::TraceId)),
            through(
                HttpServerLayer::new(),
                HttpClientLayer::new(),
                request(fields),
            ),
        )
    };
    let own = ("x-correlation-id", "order-4711".to_owned());
    let parent = ("traceparent", format!("00-{TRACE}-{SPAN}-01"));
    assert_eq!(
        field(&sent(&[own.clone(), parent.clone()]), "x-correlation-id"),
        TRACE
    );
    assert_eq!(
        field(&sent(std::slice::from_ref(&own)), "x-correlation-id"),
        "order-4711"
    );
    // The function says what the layer says.
    captured(&Capture::with_config(config), async {
        let both = request(&[own, parent]);
        let id = extract_correlation_id_from_request(both.headers());
        assert_eq!(id.unwrap().as_str(), TRACE);
    });
}

#[test]
fn an_id_that_is_not_valid_is_replaced_and_counted() {
    let capture = Capture::new();
    captured(&capture, async {
        let server = HttpServerLayer::new().layer(service_fn(async |_: Request<Body>| {
            let trace = current_span().trace_id().to_string();
            assert_eq!(current_correlation_id().unwrap().as_str(), trace);
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }));
        for ids in [
            &["a=1 tenant=victim"][..],
            &["one", "two"],
            &["\u{1b}[2J"],
            &[""],
        ] {
            let mut request = request(&[]);
            for id in ids {
                let value = axum::http::HeaderValue::from_bytes(id.as_bytes());
                if let Ok(value) = value {
                    request.headers_mut().append("x-correlation-id", value);
                }
            }
            let answer = server.clone().oneshot(request).await.unwrap();
            assert_eq!(field(answer.headers(), "x-correlation-id").len(), 32);
        }
    });
    let stats = capture.stats();
    // The escape is no header value, so that there is nothing to replace.
    assert_eq!(stats.correlations_replaced, 3, "{stats}");
}

#[test]
fn outside_of_any_request_a_new_id_goes_out_unless_there_is_one() {
    let mut headers = HeaderMap::new();
    inject_correlation_id_to_request(&mut headers);
    let first = field(&headers, "x-correlation-id").to_owned();
    assert_eq!((headers.len(), first.len()), (1, 32));
    inject_correlation_id_to_request(&mut headers);
    assert_eq!(field(&headers, "x-correlation-id"), first, "it is kept");
    headers.insert("x-correlation-id", "not valid".parse().unwrap());
    inject_correlation_id_to_request(&mut headers);
    assert_eq!(field(&headers, "x-correlation-id").len(), 32);
}
