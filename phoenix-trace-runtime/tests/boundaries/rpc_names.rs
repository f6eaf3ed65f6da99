//! Which calls name their span: anybody can send any path, so a path does only when the server has such a method.

use std::future::pending;

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{GrpcServerLayer, HttpServerLayer};
use tonic::{Code, Status};
use tower::{BoxError, Layer, ServiceExt as _, service_fn};

use super::{attributes, captured};

/// What the server makes of a call.
#[derive(Clone, Copy)]
enum Answer {
    /// From a method, whose trailers are still to come.
    Messages,
    Status(Code),
    Http(StatusCode),
    /// None: a layer inside has given up.
    Fails,
    /// None: the client has gone.
    Abandoned,
}

impl Answer {
    async fn give(self) -> Result<Response<Body>, BoxError> {
        let head = Response::builder().header("content-type", "application/grpc");
        Ok(match self {
            Self::Messages => head.body(Body::from("..")).unwrap(),
            Self::Status(code) => Status::new(code, "no").into_http(),
            Self::Http(status) => {
                let response = Response::builder().status(status);
                response.body(Body::from("no")).unwrap()
            }
            Self::Fails => return Err("too long".into()),
            Self::Abandoned => pending().await,
        })
    }
}

fn call(path: &str, answer: Answer) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/grpc");
    request.extension(answer).body(Body::empty()).unwrap()
}

/// The spans of calls, one after the other to the same server.
fn spans<L>(layer: &L, calls: &[(&str, Answer)]) -> Vec<String>
where
    L: Layer<tower::util::BoxCloneService<Request<Body>, Response<Body>, BoxError>>,
    L::Service: tower::Service<Request<Body>, Error = BoxError> + Clone,
{
    let server = layer.layer(
        service_fn(|request: Request<Body>| request.extensions().get::<Answer>().unwrap().give())
            .boxed_clone(),
    );
    let one = |(path, answer): &(&str, Answer)| {
        let capture = Capture::new();
        captured(&capture, async {
            let call = server.clone().oneshot(call(path, *answer));
            tokio::select! {
                biased;
                answered = call => drop(answered),
                () = std::future::ready(()) => {}
            }
        });
        let name = capture.exported()[0].name.to_string();
        let all = attributes(&capture, SpanKind::Server, &name);
        let told = |key: &str| {
            let key = format!("rpc.{key} = ");
            all.lines()
                .find_map(|line| line.strip_prefix(&key).map(str::to_owned))
        };
        let method = told("method").unwrap();
        let original = told("method_original").unwrap_or_default();
        format!("{name} · {method} · {original}")
    };
    calls.iter().map(one).collect()
}

fn check(calls: &[(&str, Answer)], expected: &[&str]) {
    assert_eq!(spans(&GrpcServerLayer::new(), calls), expected);
    assert_eq!(spans(&HttpServerLayer::new(), calls), expected);
}

const UNKNOWN: &str = "grpc · _OTHER · a.B/Any";
const KNOWN: &str = "a.B/Get · a.B/Get · ";

#[test]
fn calls_that_are_refused_or_abandoned_name_no_span() {
    let refusing = [
        Code::Unauthenticated,
        Code::PermissionDenied,
        Code::ResourceExhausted,
        Code::Unavailable,
        Code::DeadlineExceeded,
        Code::Cancelled,
    ];
    for code in refusing {
        check(&[("/a.B/Any", Answer::Status(code))], &[UNKNOWN]);
    }
    for answer in [
        Answer::Fails,
        Answer::Abandoned,
        Answer::Http(StatusCode::FORBIDDEN),
        Answer::Http(StatusCode::NOT_FOUND),
    ] {
        check(&[("/a.B/Any", answer)], &[UNKNOWN]);
    }
}

#[test]
fn a_method_that_was_answered_names_spans_from_then_on() {
    for answer in [
        Answer::Messages,
        Answer::Status(Code::NotFound),
        Answer::Status(Code::Internal),
    ] {
        check(
            &[
                ("/a.B/Get", answer),
                ("/a.B/Get", Answer::Status(Code::Unauthenticated)),
                ("/a.B/Get", Answer::Abandoned),
                ("/a.B/Any", Answer::Abandoned),
            ],
            &[KNOWN, KNOWN, KNOWN, UNKNOWN],
        );
    }
}

#[test]
fn no_more_names_are_learned_than_servers_have() {
    let paths: Vec<String> = (0..1001).map(|number| format!("/a.B/M{number}")).collect();
    let layer = GrpcServerLayer::new();
    let calls = |number: usize| [(paths[number].as_str(), Answer::Status(Code::Internal))];
    for number in 0..1000 {
        spans(&layer, &calls(number));
    }
    assert_eq!(spans(&layer, &calls(1000)), ["grpc · _OTHER · a.B/M1000"]);
    assert_eq!(spans(&layer, &calls(7)), ["a.B/M7 · a.B/M7 · "]);
}
