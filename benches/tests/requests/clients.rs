//! Requests, calls, queries and messages that go out, inside of a request and outside of any.

use std::io;

use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt as _, Empty};
use phoenix_trace::{
    GrpcClientLayer, HttpClientLayer, ResendCounter, db_span, extract, inject, trace_http_client,
    traced_operation, with_correlation_id_async,
};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::calls::{answer, request};
use super::{Kind, Piece, Then, give_up, kind};

type Sent = Request<Empty<bytes::Bytes>>;

/// What a service of others answers.
async fn respond(sent: Sent) -> io::Result<Response<Piece<io::Error>>> {
    let (status, then) = match sent.uri().path() {
        "/refuse" => return Err(io::ErrorKind::ConnectionRefused.into()),
        "/hang" => std::future::pending().await,
        "/stream" => (200, Then::Silence),
        "/break" => (
            200,
            Then::Fault(Some(io::ErrorKind::ConnectionReset.into())),
        ),
        _ => (503, Then::End(None)),
    };
    let response = Response::builder().status(status);
    let response = response.header("x-service-name", "callee");
    Ok(response
        .body(Piece::new(b"a piece", then))
        .expect("a response"))
}

fn sent(path: &str) -> Sent {
    let request = Request::get(format!("http://user:pw@callee:1{path}?sig=1"));
    ResendCounter::attach(request.body(Empty::new()).expect("a request"))
}

#[traced_operation(kind = consumer, root, link = extract(headers))]
async fn consume(headers: &HeaderMap) {
    tokio::task::yield_now().await;
}

#[traced_operation(kind = producer)]
async fn produce(to: &mut HeaderMap) {
    inject(to);
}

pub(super) fn kinds() -> Vec<Kind> {
    let client = HttpClientLayer::new().layer(service_fn(respond));
    let service = service_fn(|sent: Request<Body>| async move {
        match sent.uri().path() {
            "/test.Test/Refuse" => Err(Status::unavailable("not there")),
            path => Ok(answer(path).await),
        }
    });
    let channel = GrpcClientLayer::new().layer(service);
    let read = |name, path: &'static str| {
        let client = client.clone();
        kind(name, move |_| {
            let answer = client.clone().oneshot(sent(path));
            with_correlation_id_async(None, async {
                if let Ok(answer) = answer.await {
                    let _ = answer.into_body().collect().await;
                }
            })
        })
    };
    let call = |name, method: &'static str| {
        let channel = channel.clone();
        kind(name, move |_| {
            let answer = channel.clone().oneshot(request(method, "1H"));
            async {
                if let Ok(answer) = answer.await {
                    let _ = answer.into_body().collect().await;
                }
            }
        })
    };
    let (given_up, cut) = (client.clone(), client.clone());
    let (call_given_up, missed) = (channel.clone(), channel.clone());
    vec![
        read("client, answered", "/"),
        read("client, refused", "/refuse"),
        read("client, a body that breaks", "/break"),
        kind("client, given up", move |_| {
            give_up(given_up.clone().oneshot(sent("/hang")))
        }),
        kind("client, a body given up", move |_| {
            let answer = cut.clone().oneshot(sent("/stream"));
            async {
                let mut body = answer.await.expect("an answer").into_body();
                let _ = body.frame().await;
                give_up(body.frame()).await;
            }
        }),
        kind("client, a function", |number| async move {
            let url = format!("http://host-{number}/{number}");
            let broken = || async { Err::<(), _>(io::Error::other("broken")) };
            let _ = trace_http_client("GET", &url, broken).await;
        }),
        call("client of gRPC, answered", "Work"),
        call("client of gRPC, failed", "Fail"),
        call("client of gRPC, refused", "Refuse"),
        kind("client of gRPC, given up", move |_| {
            give_up(call_given_up.clone().oneshot(request("Hang", "1H")))
        }),
        kind("client of gRPC, its deadline missed", move |_| {
            give_up(missed.clone().oneshot(request("Hang", "1n")))
        }),
        kind("query, failed", |number| async move {
            let sql = format!("SELECT a{number} FROM b WHERE c = {number}");
            let failed = async { Err::<(), _>(io::Error::other("broken")) };
            let _ = db_span!(system = "sqlite", sql = &sql, failed.await);
        }),
        kind("query, given up", |_| {
            let hangs = std::future::pending::<()>();
            give_up(db_span!(system = "sqlite", sql = "SELECT 1", async {
                hangs.await
            }))
        }),
        kind("message", |_| async {
            let mut headers = HeaderMap::new();
            produce(&mut headers).await;
            extract(&headers).run_async(consume(&headers)).await;
        }),
    ]
}
