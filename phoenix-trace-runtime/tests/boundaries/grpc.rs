//! `GrpcServerLayer` and `GrpcClientLayer` around a tonic service and its client.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures_util::{Stream, StreamExt as _, stream};
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::grpc::GrpcClient;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    CorrelationId, GrpcClientLayer, GrpcServerLayer, TracingClientInterceptor, TracingInterceptor,
    current_correlation_id, with_correlation_id_async,
};
use tokio::sync::oneshot;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::{Layer as _, ServiceExt as _};

use super::{attributes, captured, listen, work};

/// What it answers is in the name of the service that it is asked about.
#[derive(Default)]
struct Fake {
    dropped: Mutex<Option<oneshot::Sender<()>>>,
}

type Answers = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

fn answer(status: i32) -> HealthCheckResponse {
    HealthCheckResponse { status }
}

#[tonic::async_trait]
impl Health for Fake {
    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        work("look");
        match request.get_ref().service.as_str() {
            "missing" => Err(Status::not_found("no such service")),
            "broken" => Err(Status::internal("the disk is gone")),
            "unimplemented" => Err(Status::unimplemented("not yet")),
            _ => Ok(Response::new(answer(1))),
        }
    }

    type WatchStream = Answers;

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Answers>, Status> {
        let two = stream::iter([1, 2]).then(|number| async move {
            tokio::task::yield_now().await;
            work("make an answer");
            Ok(answer(number))
        });
        Ok(Response::new(match request.get_ref().service.as_str() {
            "breaks" => Box::pin(
                two.take(1)
                    .chain(stream::iter([Err(Status::unavailable("going away"))])),
            ),
            "endless" => {
                let tell = Tell(self.dropped.lock().unwrap().take());
                let rest = stream::pending().map(move |()| {
                    let _ = &tell;
                    Ok(answer(0))
                });
                Box::pin(two.take(1).chain(rest))
            }
            _ => Box::pin(two),
        }))
    }
}

struct Tell(Option<oneshot::Sender<()>>);
impl Drop for Tell {
    fn drop(&mut self) {
        let _ = self.0.take().map(|tell| tell.send(()));
    }
}

async fn serve(fake: Fake) -> SocketAddr {
    let (listener, address) = listen().await;
    let server = Server::builder()
        .layer(GrpcServerLayer::new().exclude("/internal.*"))
        .add_service(HealthServer::new(fake));
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    address
}

async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
    endpoint.connect().await.unwrap()
}

pub(super) type Client = HealthClient<GrpcClient<Channel>>;

pub(super) async fn client() -> Client {
    let channel = connect(serve(Fake::default()).await).await;
    HealthClient::new(
        GrpcClientLayer::new()
            .server("health.example:50051")
            .layer(channel),
    )
}

pub(super) fn about(service: &str) -> HealthCheckRequest {
    HealthCheckRequest {
        service: service.to_owned(),
    }
}

/// The tree of one unary call, and the code that the caller got.
fn call(capture: &Capture, service: &str) -> (String, Code) {
    let code = captured(capture, async {
        let result = client().await.check(about(service)).await;
        result.map_or_else(|status| status.code(), |_| Code::Ok)
    });
    (capture.tree(), code)
}

#[test]
fn a_unary_call() {
    let (tree, code) = call(&Capture::new(), "");
    assert_eq!(code, Code::Ok);
    assert_eq!(
        tree,
        "\
trace · test · 3 spans · kept: head
grpc.health.v1.Health/Check · client · rpc.response.status_code=OK
└╴grpc.health.v1.Health/Check · server · rpc.response.status_code=OK
  └╴look
"
    );
}

#[test]
fn attributes_follow_the_conventions() {
    let capture = Capture::new();
    call(&capture, "");
    let method = "grpc.health.v1.Health/Check";
    assert_eq!(
        attributes(&capture, SpanKind::Client, method),
        "\
phoenix.sampling.reason = [\"head\"]
rpc.method = grpc.health.v1.Health/Check
rpc.response.status_code = OK
rpc.system.name = grpc
server.address = health.example
server.port = 50051
service.peer.name = test"
    );
    let server = attributes(&capture, SpanKind::Server, method);
    let (server, port) = server.rsplit_once(" = ").unwrap();
    assert!(port.parse::<u16>().is_ok());
    assert_eq!(
        server,
        "\
phoenix.sampling.reason = [\"head\"]
rpc.method = grpc.health.v1.Health/Check
rpc.response.status_code = OK
rpc.system.name = grpc
server.address = 127.0.0.1
server.port"
    );
}

#[test]
fn a_callers_mistake_is_the_callers_error() {
    let (tree, code) = call(&Capture::new(), "missing");
    assert_eq!(code, Code::NotFound);
    assert_eq!(tree, "\
trace · test · 3 spans · 1 error · kept: head
grpc.health.v1.Health/Check · client · ✗ NOT_FOUND: no such service · rpc.response.status_code=NOT_FOUND
└╴grpc.health.v1.Health/Check · server · rpc.response.status_code=NOT_FOUND
  └╴look
");
}

#[test]
fn a_servers_fault_is_both_sides_error() {
    let (tree, code) = call(&Capture::new(), "broken");
    assert_eq!(code, Code::Internal);
    assert_eq!(tree, "\
trace · test · 3 spans · 2 errors · kept: head, error
grpc.health.v1.Health/Check · client · ✗ INTERNAL: the disk is gone · rpc.response.status_code=INTERNAL
└╴grpc.health.v1.Health/Check · server · ✗ INTERNAL: the disk is gone · rpc.response.status_code=INTERNAL
  └╴look
");
}

#[test]
fn a_method_that_says_it_is_not_implemented_keeps_its_name() {
    let (tree, _) = call(&Capture::new(), "unimplemented");
    assert_eq!(tree, "\
trace · test · 3 spans · 2 errors · kept: head, error
grpc.health.v1.Health/Check · client · ✗ UNIMPLEMENTED: not yet · rpc.response.status_code=UNIMPLEMENTED
└╴grpc.health.v1.Health/Check · server · ✗ UNIMPLEMENTED: not yet · rpc.response.status_code=UNIMPLEMENTED
  └╴look
");
}

#[test]
fn only_the_servers_faults_keep_the_segments() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    call(&capture, "");
    assert_eq!(call(&capture, "missing").0, "");
    assert_eq!(call(&capture, "broken").0, "\
trace · test · 3 spans · 2 errors · kept: error
grpc.health.v1.Health/Check · client · ✗ INTERNAL: the disk is gone · rpc.response.status_code=INTERNAL
└╴grpc.health.v1.Health/Check · server · ✗ INTERNAL: the disk is gone · rpc.response.status_code=INTERNAL
  └╴look
");
}

#[test]
fn a_call_has_ended_when_its_caller_goes_on() {
    let capture = Capture::new();
    captured(&capture, async {
        let mut client = client().await;
        for calls in 1..=3 {
            client.check(about("")).await.unwrap();
            let clients = capture.exported();
            let clients = clients
                .iter()
                .filter(|span| span.span_kind == SpanKind::Client);
            assert_eq!(clients.count(), calls);
        }
    });
}

/// The tree of a stream, read to its end.
fn watch(service: &str) -> String {
    let capture = Capture::new();
    captured(&capture, async {
        let answers = client().await.watch(about(service)).await.unwrap();
        answers.into_inner().collect::<Vec<_>>().await;
    });
    capture.tree()
}

#[test]
fn a_stream_lasts_to_its_end() {
    assert_eq!(
        watch(""),
        "\
trace · test · 4 spans · kept: head
grpc.health.v1.Health/Watch · client · rpc.response.status_code=OK
└╴grpc.health.v1.Health/Watch · server · rpc.response.status_code=OK
  ├╴make an answer
  └╴make an answer
"
    );
}

#[test]
fn a_stream_that_breaks() {
    assert_eq!(watch("breaks"), "\
trace · test · 3 spans · 2 errors · kept: head, error
grpc.health.v1.Health/Watch · client · ✗ UNAVAILABLE: going away · rpc.response.status_code=UNAVAILABLE
└╴grpc.health.v1.Health/Watch · server · ✗ UNAVAILABLE: going away · rpc.response.status_code=UNAVAILABLE
  └╴make an answer
");
}

#[test]
fn a_stream_given_up_midway() {
    let capture = Capture::new();
    captured(&capture, async {
        let (dropped, gone) = oneshot::channel();
        let fake = Fake {
            dropped: Mutex::new(Some(dropped)),
        };
        let channel = connect(serve(fake).await).await;
        let mut client = HealthClient::new(GrpcClientLayer::new().layer(channel));
        let mut answers = client.watch(about("endless")).await.unwrap().into_inner();
        answers.message().await.unwrap();
        drop(answers);
        gone.await.unwrap();
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 3 spans · kept: head
grpc.health.v1.Health/Watch · client · phoenix.cancelled=true
└╴grpc.health.v1.Health/Watch · server · phoenix.cancelled=true
  └╴make an answer
"
    );
}

#[test]
fn a_method_that_nobody_registered_is_no_name() {
    let capture = Capture::new();
    captured(&capture, async {
        let channel = connect(serve(Fake::default()).await).await;
        for path in ["/no.Such/Method", "/grpc.health.v1.Health/Nothing"] {
            let elsewhere = channel
                .clone()
                .map_request(move |mut request: http::Request<_>| {
                    *request.uri_mut() = path.parse().unwrap();
                    request
                });
            let status = HealthClient::new(elsewhere)
                .check(about(""))
                .await
                .unwrap_err();
            assert_eq!(status.code(), Code::Unimplemented);
            assert_eq!(status.metadata().get("x-correlation-id").unwrap().len(), 32);
        }
    });
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
grpc · server · ✗ UNIMPLEMENTED · rpc.response.status_code=UNIMPLEMENTED

trace · test · 1 span · 1 error · kept: head, error
grpc · server · ✗ UNIMPLEMENTED · rpc.response.status_code=UNIMPLEMENTED
"
    );
}

#[test]
fn the_correlation_id_goes_there_and_back() {
    let capture = Capture::new();
    captured(&capture, async {
        let mut client = client().await;
        let id: CorrelationId = "order-4711".parse().unwrap();
        for service in ["", "missing"] {
            let call = client.check(about(service));
            let result = with_correlation_id_async(Some(id.clone()), call).await;
            let metadata = match &result {
                Ok(response) => response.metadata(),
                Err(status) => status.metadata(),
            };
            assert_eq!(metadata.get("x-correlation-id").unwrap(), id.as_str());
        }
    });
}

#[test]
fn interceptors_carry_context_where_no_layer_is() {
    let (sent, seen) = captured(&Capture::new(), async {
        let (listener, address) = listen().await;
        let (tell, told) = oneshot::channel();
        let tell = Arc::new(Mutex::new(Some(tell)));
        let look = move |request: Request<()>| {
            let mut tracing = TracingInterceptor;
            let request = tonic::service::Interceptor::call(&mut tracing, request)?;
            let id = request.extensions().get::<CorrelationId>().cloned();
            let _ = tell.lock().unwrap().take().map(|tell| tell.send(id));
            Ok(request)
        };
        let service = HealthServer::with_interceptor(Fake::default(), look);
        tokio::spawn(
            Server::builder()
                .add_service(service)
                .serve_with_incoming(TcpListenerStream::new(listener)),
        );
        let mut client =
            HealthClient::with_interceptor(connect(address).await, TracingClientInterceptor);
        with_correlation_id_async(None, async {
            client.check(about("")).await.unwrap();
            (current_correlation_id(), told.await.unwrap())
        })
        .await
    });
    assert!(sent.is_some() && sent == seen, "{sent:?} {seen:?}");
}

#[test]
fn each_message_is_an_event_where_that_is_asked_for() {
    let capture = Capture::new();
    captured(&capture, async {
        let (listener, address) = listen().await;
        let server = Server::builder()
            .layer(GrpcServerLayer::new().message_events(true))
            .add_service(HealthServer::new(Fake::default()));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        let layer = GrpcClientLayer::new().message_events(true);
        let mut client = HealthClient::new(layer.layer(connect(address).await));
        let answers = client.watch(about("any")).await.unwrap().into_inner();
        assert_eq!(answers.count().await, 2);
    });
    let mut events: Vec<String> = capture
        .exported()
        .iter()
        .filter(|span| span.span_kind != SpanKind::Internal)
        .flat_map(|span| {
            span.events
                .iter()
                .map(move |event| (&span.span_kind, event))
        })
        .map(|(kind, event)| {
            let attributes: Vec<String> = event
                .attributes
                .iter()
                .map(|pair| format!("{}={}", pair.key, pair.value))
                .collect();
            format!("{kind:?} {} {}", event.name, attributes.join(" "))
        })
        .collect();
    events.sort();
    assert_eq!(
        events.join("\n"),
        "\
Client rpc.message rpc.message.type=RECEIVED rpc.message.id=1 rpc.message.uncompressed_size=2
Client rpc.message rpc.message.type=RECEIVED rpc.message.id=2 rpc.message.uncompressed_size=2
Client rpc.message rpc.message.type=SENT rpc.message.id=1 rpc.message.uncompressed_size=5
Server rpc.message rpc.message.type=RECEIVED rpc.message.id=1 rpc.message.uncompressed_size=5
Server rpc.message rpc.message.type=SENT rpc.message.id=1 rpc.message.uncompressed_size=2
Server rpc.message rpc.message.type=SENT rpc.message.id=2 rpc.message.uncompressed_size=2"
    );
}
