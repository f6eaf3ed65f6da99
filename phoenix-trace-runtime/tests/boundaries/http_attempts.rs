//! A client that tries again: one span for each attempt, which tells its number.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use axum::routing::get;
use hyper_util::client::legacy::{Client, Error};
use hyper_util::rt::TokioExecutor;
use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::http::{ClientSide, ResponseBody};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpClientLayer, ResendCounter};
use tower::retry::Policy;
use tower::{ServiceBuilder, ServiceExt as _};

use super::{captured, serve};
use crate::support::traced;

/// Fails twice before it answers.
pub(super) fn reluctant() -> Router {
    let asked = Arc::new(AtomicU16::new(0));
    let answer = async move || match asked.fetch_add(1, Ordering::Relaxed) {
        0 | 1 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    Router::new().route("/", get(answer))
}

/// Tries again until it is answered well.
#[derive(Clone)]
struct Again;

type Answer = Response<ResponseBody<hyper::body::Incoming, ClientSide>>;

impl Policy<Request<Body>, Answer, Error> for Again {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Body>,
        result: &mut Result<Answer, Error>,
    ) -> Option<Ready<()>> {
        let well = matches!(result, Ok(response) if response.status().is_success());
        (!well).then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<Body>) -> Option<Request<Body>> {
        let mut copy = Request::new(Body::empty());
        copy.uri_mut().clone_from(request.uri());
        copy.extensions_mut().clone_from(request.extensions());
        Some(copy)
    }
}

#[test]
fn a_span_for_each_attempt() {
    let capture = Capture::new();
    captured(&capture, async {
        let address = serve(reluctant()).await;
        let client = ServiceBuilder::new()
            .map_request(ResendCounter::attach)
            .retry(Again)
            .layer(HttpClientLayer::new())
            .service(Client::builder(TokioExecutor::new()).build_http());
        let request = Request::get(format!("http://{address}/"));
        let request = client.oneshot(request.body(Body::empty()).unwrap());
        assert_eq!(traced("work", request).await.unwrap().status(), 200);
    });
    assert_eq!(capture.tree(), "\
trace · test · 4 spans · 2 errors · kept: head, error
work
├╴GET · client · ✗ 503 · http.request.method=GET · http.response.status_code=503
├╴GET · client · ✗ 503 · http.request.method=GET · http.request.resend_count=1 · http.response.status_code=503
└╴GET · client · http.request.method=GET · http.request.resend_count=2 · http.response.status_code=200
");
    let parents: Vec<_> = capture
        .exported()
        .into_iter()
        .filter(|span| span.span_kind == SpanKind::Client)
        .map(|span| span.span_context.span_id())
        .collect();
    assert!(parents[0] != parents[1] && parents[1] != parents[2]);
}
