//! Calls of gRPC that a service answers.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::BodyExt as _;
use phoenix_trace::{Edge, GrpcServerLayer, traced_operation};
use tonic::Status;
use tonic::body::Body;
use tonic::server::NamedService;
use tower::{Layer as _, ServiceExt as _, service_fn};
use tower_service::Service;

use super::{Kind, Piece, Then, give_up, kind};

/// A message of no bytes.
const MESSAGE: &[u8] = b"\0\0\0\0\0";

pub(super) async fn answer(path: &str) -> Response<Body> {
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let (status, then) = match path.rsplit('/').next().unwrap_or_default() {
        "Work" => {
            work().await;
            (None, Then::End(Some(trailers)))
        }
        "Hang" => std::future::pending().await,
        "Stream" => (None, Then::Silence),
        "Break" => (None, Then::Fault(Some(Status::data_loss("broken")))),
        "Fail" => (Some("13"), Then::End(None)),
        _ => (Some("12"), Then::End(None)),
    };
    let head = Response::builder().header("content-type", "application/grpc");
    let response = match status {
        None => head.body(Body::new(Piece::new(MESSAGE, then))),
        Some(status) => head.header("grpc-status", status).body(Body::empty()),
    };
    response.expect("a response")
}

#[traced_operation]
async fn work() {
    tokio::task::yield_now().await;
}

/// The same as a service of a server.
#[derive(Clone)]
pub(super) struct Test;

impl NamedService for Test {
    const NAME: &'static str = "test.Test";
}

impl Service<Request<Body>> for Test {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(async move { Ok(answer(request.uri().path()).await) })
    }
}

pub(super) fn request(method: &str, timeout: &'static str) -> Request<Body> {
    Request::post(format!("http://test:1/test.Test/{method}"))
        .header("content-type", "application/grpc")
        .header("grpc-timeout", timeout)
        .body(Body::empty())
        .expect("a request")
}

pub(super) fn kinds() -> Vec<Kind> {
    let inside = GrpcServerLayer::new().message_events(true).layer(Test);
    let edge = GrpcServerLayer::new().edge(Edge::new()).layer(Test);
    let read = |name, method: &'static str| {
        let service = inside.clone();
        kind(name, move |_| {
            let answer = service.clone().oneshot(request(method, "1H"));
            async {
                let Ok(answer) = answer.await;
                let _ = answer.into_body().collect().await;
            }
        })
    };
    let given_up = inside.clone();
    let missed = inside.clone();
    let cut = inside.clone();
    let everything = GrpcServerLayer::new().layer(service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(answer("Work").await)
    }));
    vec![
        read("call, answered", "Work"),
        read("call, failed", "Fail"),
        read("call, a stream that breaks", "Break"),
        kind("call, given up", move |_| {
            give_up(given_up.clone().oneshot(request("Hang", "1H")))
        }),
        kind("call, its deadline missed", move |_| {
            give_up(missed.clone().oneshot(request("Hang", "1n")))
        }),
        kind("call, a stream given up", move |_| {
            let answer = cut.clone().oneshot(request("Stream", "1H"));
            async {
                let Ok(answer) = answer.await;
                let mut body = answer.into_body();
                let _ = body.frame().await;
                give_up(body.frame()).await;
            }
        }),
        kind("call, invented", move |number| {
            let method = format!("Invented{number}");
            let answer = edge.clone().oneshot(request(&method, "1H"));
            async { drop(answer.await) }
        }),
        kind("call, invented and answered", move |number| {
            let method = format!("Invented{number}");
            let answer = everything.clone().oneshot(request(&method, "1H"));
            async {
                let Ok(answer) = answer.await;
                let _ = answer.into_body().collect().await;
            }
        }),
    ]
}
