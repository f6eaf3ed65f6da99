//! An excluded request has no span of any layer, whichever they are, and one correlation id, at an edge too.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{Request, Response};
use http_body_util::BodyExt as _;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Edge, GrpcServerLayer, HttpServerLayer, current_correlation_id};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::{captured, work};

const PATH: &str = "/grpc.health.v1.Health/Check";

/// One request through two layers: it has no span but that of its work, and is answered with the id that its handler saw.
macro_rules! check {
    ($outer:expr, $inner:expr) => {
        for kind in ["application/grpc", "text/plain"] {
            let capture = Capture::new();
            captured(&capture, async {
                let handler = service_fn(async |_: Request<Body>| {
                    work("look");
                    let id = current_correlation_id().unwrap().to_string();
                    Ok::<_, Infallible>(Response::new(Body::from(id)))
                });
                let server = $outer.layer($inner.layer(handler));
                let request = Request::post(PATH)
                    .header("content-type", kind)
                    .header("x-correlation-id", "order-4711");
                let response = server.oneshot(request.body(Body::empty()).unwrap()).await;
                let (head, body) = response.unwrap().into_parts();
                let seen = body.collect().await.unwrap().to_bytes();
                assert_eq!(head.headers["x-correlation-id"].as_bytes(), seen);
            });
            assert_eq!(
                capture.tree(),
                "trace · test · 1 span · kept: head\nlook\n",
                "{kind}"
            );
        }
    };
}

#[test]
fn nothing_inside_of_a_layer_that_excludes_it_makes_its_span() {
    let (http, grpc) = (HttpServerLayer::new, GrpcServerLayer::new);
    check!(http().exclude(PATH), http());
    check!(http().exclude(PATH), grpc());
    check!(grpc().exclude(PATH), http());
    check!(grpc().exclude(PATH), grpc());
}

#[test]
fn at_an_edge_it_has_one_id() {
    let http = || HttpServerLayer::new().edge(Edge::new());
    let grpc = || GrpcServerLayer::new().edge(Edge::new());
    check!(http().exclude(PATH), http());
    check!(http().exclude(PATH), grpc());
    check!(grpc().exclude(PATH), http());
    check!(grpc().exclude(PATH), grpc());
}
