//! gRPC-Web passes through: its trailers are inside of the body, where nobody looks.

use std::convert::Infallible;

use axum::body::Body;
use axum::http::{HeaderMap, Request, Response};
use bytes::Bytes;
use http_body_util::BodyExt as _;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{GrpcClientLayer, GrpcServerLayer, HttpServerLayer};
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::{captured, work};

/// A message, and the trailers behind it.
const BODY: &[u8] = b"\0\0\0\0\x02\x08\x01\x80\0\0\0\x10grpc-status: 13\n";

/// One call through a layer: what has arrived, and the tree.
macro_rules! through {
    ($layer:expr) => {{
        let capture = Capture::new();
        let (head, body) = captured(&capture, async {
            let service = service_fn(async |_: Request<Body>| {
                work("look");
                let head = Response::builder().header("content-type", "application/grpc-web+proto");
                Ok::<_, Infallible>(head.body(Body::from(BODY)).unwrap())
            });
            let request = Request::post("http://a.example/a.B/Get")
                .header("content-type", "application/grpc-web+proto")
                .body(Body::empty());
            let response = $layer.layer(service).oneshot(request.unwrap()).await;
            let (head, body) = response.unwrap().into_parts();
            (head.headers, body.collect().await.unwrap().to_bytes())
        });
        assert_eq!(body, Bytes::from_static(BODY));
        (head, capture.tree())
    }};
}

#[test]
fn a_server_behind_a_layer() {
    let check = |(head, tree): (HeaderMap, String)| {
        assert_eq!(head["x-correlation-id"].len(), 32);
        assert_eq!(
            tree,
            "\
trace · test · 2 spans · kept: head
a.B/Get · server
└╴look
"
        );
    };
    check(through!(GrpcServerLayer::new()));
    check(through!(HttpServerLayer::new()));
}

#[test]
fn a_client_behind_a_layer() {
    let (_, tree) = through!(GrpcClientLayer::new());
    assert_eq!(
        tree,
        "\
trace · test · 2 spans · kept: head
a.B/Get · client
└╴look
"
    );
}
