//! Calls that are not answered before their deadline: errors on both sides, whoever gives them up then.

use std::convert::Infallible;
use std::future::{Future, pending, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use bytes::Bytes;
use futures_util::stream;
use phoenix_trace_runtime::grpc::service::{Method, streaming, unary};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Edge, GrpcClientLayer, GrpcServerLayer, HttpServerLayer};
use tokio::net::TcpStream;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::service::Routes;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tower::{Layer as _, Service, ServiceExt as _, service_fn};

use super::{captured, listen};

/// What is kept of a call of which no head decision keeps any.
fn kept<F: Future>(call: F) -> String {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    captured(&capture, call);
    assert_eq!(capture.stats().ended, 1);
    capture.tree()
}

/// Waits for nobody.
async fn give_up<T>(call: impl Future<Output = T>) -> Option<T> {
    tokio::select! {
        biased;
        answer = call => Some(answer),
        () = ready(()) => None,
    }
}

#[derive(Clone, Copy)]
enum Answer {
    Never,
    Begins,
}

/// A call with this `grpc-timeout` to a server behind a layer, which then gives it up.
async fn served<S, B>(server: S, timeout: &'static str, answer: Answer)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
{
    let request = Request::post("/a.B/Get")
        .header("content-type", "application/grpc")
        .header("grpc-timeout", timeout)
        .extension(answer);
    drop(give_up(server.oneshot(request.body(Body::empty()).unwrap())).await);
}

async fn handler(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    match request.extensions().get() {
        Some(Answer::Begins) => {
            let body = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
            let head = Response::builder().header("content-type", "application/grpc");
            Ok(head.body(body).unwrap())
        }
        _ => pending().await,
    }
}

fn missed(name: &str) -> String {
    format!(
        "\
trace · test · 1 span · 1 error · kept: error
{name} · server · ✗ DEADLINE_EXCEEDED: the deadline has passed · rpc.response.status_code=DEADLINE_EXCEEDED · phoenix.cancelled=true
"
    )
}

#[test]
fn a_server_that_takes_too_long() {
    for (timeout, of_no_name, of_method) in [
        ("1n", missed("grpc"), missed("a.B/Get")),
        ("1H", String::new(), String::new()),
        ("soon", String::new(), String::new()),
    ] {
        let http = || HttpServerLayer::new().layer(service_fn(handler));
        let grpc = || GrpcServerLayer::new().layer(service_fn(handler));
        assert_eq!(kept(served(http(), timeout, Answer::Never)), of_no_name);
        assert_eq!(kept(served(grpc(), timeout, Answer::Never)), of_no_name);
        assert_eq!(kept(served(http(), timeout, Answer::Begins)), of_method);
        assert_eq!(kept(served(grpc(), timeout, Answer::Begins)), of_method);
    }
}

/// At an edge nobody outside has anything kept by a deadline that cannot be met.
#[test]
fn a_deadline_that_is_not_believed() {
    let edge = || GrpcServerLayer::new().edge(Edge::new());
    let soon = Duration::from_nanos(1);
    for (layer, timeout, expected) in [
        (edge(), "1n", String::new()),
        (edge().timeout(soon), "1H", missed("grpc")),
    ] {
        let server = layer.layer(service_fn(handler));
        assert_eq!(kept(served(server, timeout, Answer::Never)), expected);
    }
    let http = HttpServerLayer::new().edge(Edge::new());
    let server = http.layer(service_fn(handler));
    assert_eq!(kept(served(server, "1n", Answer::Never)), "");

    let capture = Capture::with_sampler(Sampler::ratio(1.0));
    let server = edge().layer(service_fn(handler));
    captured(&capture, served(server, "1n", Answer::Never));
    assert_eq!(
        capture.tree(),
        missed("grpc").replace("kept: error", "kept: head")
    );
}

/// tonic has a timeout of its own around the layers, of which those learn by being dropped.
#[test]
fn a_server_that_gives_up_by_itself() {
    async fn call(server: Server, layer: GrpcServerLayer, timeout: Option<&str>) {
        let (listener, address) = listen().await;
        let routes = Routes::from(Router::new().fallback(pending::<()>));
        let server = { server }.layer(layer).add_routes(routes);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let stream = TcpStream::connect(address).await.unwrap();
        let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::post("http://a/a.B/Get").header("content-type", "application/grpc");
        let request = match timeout {
            Some(timeout) => request.header("grpc-timeout", timeout),
            None => request,
        };
        let (response, _) = client
            .send_request(request.body(()).unwrap(), true)
            .unwrap();
        let code = response.await.unwrap().headers()["grpc-status"].clone();
        assert_eq!(code, "1", "CANCELLED is what tonic makes of it");
    }
    const SOON: Duration = Duration::from_millis(1);
    let (server, layer) = (Server::builder, GrpcServerLayer::new);
    let by_caller = call(server(), layer(), Some("1m"));
    assert_eq!(kept(by_caller), missed("grpc"));
    let by_itself = call(server().timeout(SOON), layer().timeout(SOON), None);
    assert_eq!(kept(by_itself), missed("grpc"));
    // Which deadline it was makes no difference.
    let both = call(server().timeout(SOON), layer().timeout(SOON), Some("1H"));
    assert_eq!(kept(both), missed("grpc"));
}

/// The same without a layer: what `#[traced_grpc_service]` makes of it.
#[test]
fn a_method_that_takes_too_long() {
    static GET: Method = Method::new("a.B", "Get", "get");
    let request = |timeout: &str| {
        let mut request = tonic::Request::new(());
        let timeout = timeout.parse().unwrap();
        request.metadata_mut().insert("grpc-timeout", timeout);
        request
    };
    type Items = stream::Pending<Result<(), Status>>;
    for (timeout, expected) in [("1n", missed("a.B/Get")), ("1H", String::new())] {
        let never = |_| pending::<Result<tonic::Response<()>, Status>>();
        assert_eq!(
            kept(give_up(unary(&GET, request(timeout), never))),
            expected
        );
        let never = |_| pending::<Result<tonic::Response<Items>, Status>>();
        let call = streaming(&GET, request(timeout), never);
        assert_eq!(kept(give_up(call)), expected);
        let begins = async |_| Ok::<_, Status>(tonic::Response::new(stream::pending()));
        let call = async {
            let answer: Result<tonic::Response<_>, _> =
                streaming::<_, (), Items, _, _>(&GET, request(timeout), begins).await;
            drop(answer);
        };
        assert_eq!(kept(call), expected);
    }
}

const LATE: &str = "\
trace · test · 1 span · 1 error · kept: error
grpc.health.v1.Health/Check · client · ✗ DEADLINE_EXCEEDED: Timeout expired · rpc.response.status_code=DEADLINE_EXCEEDED
";

/// A call over a channel to a server that never answers.
async fn unanswered(channel: impl FnOnce(Endpoint) -> Endpoint, timeout: Option<Duration>) -> Code {
    let (_listener, address) = listen().await;
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    let channel = channel(endpoint).connect_lazy();
    let mut client = HealthClient::new(GrpcClientLayer::new().layer(channel));
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    if let Some(timeout) = timeout {
        request.set_timeout(timeout);
    }
    client.check(request).await.unwrap_err().code()
}

#[test]
fn a_call_that_takes_too_long() {
    const SOON: Duration = Duration::from_millis(10);
    let by_request = async {
        let code = unanswered(|channel| channel, Some(SOON)).await;
        assert_eq!(code, Code::Cancelled, "what tonic makes of it");
    };
    assert_eq!(kept(by_request), LATE);
    assert_eq!(
        kept(unanswered(|channel| channel.timeout(SOON), None)),
        LATE
    );
}

/// A call with so much time, which is answered so, or given up by its caller.
async fn called(timeout: Duration, answer: Option<Status>) {
    let service = service_fn(move |_: http::Request<tonic::body::Body>| {
        let answer = answer.clone();
        async move {
            match answer {
                Some(status) => Ok::<_, Infallible>(status.into_http::<tonic::body::Body>()),
                None => pending().await,
            }
        }
    });
    let mut client = HealthClient::new(GrpcClientLayer::new().layer(service));
    let mut request = tonic::Request::new(HealthCheckRequest::default());
    request.set_timeout(timeout);
    drop(give_up(client.check(request)).await);
}

#[test]
fn whoever_says_that_it_was_cancelled() {
    let (short, long) = (Duration::from_nanos(1), Duration::from_secs(3600));
    let cancelled = || Some(Status::cancelled("Timeout expired"));
    assert_eq!(kept(called(short, cancelled())), LATE);
    assert_eq!(kept(called(long, cancelled())), "");
    assert_eq!(
        kept(called(short, None)),
        missed("grpc.health.v1.Health/Check").replace("server", "client")
    );
    assert_eq!(kept(called(long, None)), "");
}
