//! An axum server that gives back what it is sent.

use std::convert::identity;
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Bytes;
use axum::response::Response;
use axum::routing::post;
use axum_tracing_opentelemetry::middleware::{OtelAxumLayer, OtelInResponseLayer};
use http_body_util::BodyExt as _;
use phoenix_trace::HttpServerLayer;
use tokio::net::TcpListener;
use tower::util::MapResponseLayer;

use crate::args::Stack;

/// Serves on the runtime that is entered.
pub(super) fn serve(stack: Stack) -> io::Result<SocketAddr> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let address = listener.local_addr()?;

    let echo = Router::new().route("/echo/{id}", post(|body: Bytes| async { body }));
    let app = match stack {
        Stack::Bare => echo,
        Stack::Empty => echo.layer(MapResponseLayer::new(|response: Response| {
            response.map(|body| body.map_err(identity))
        })),
        Stack::Ours => echo.layer(HttpServerLayer::new()),
        Stack::TracingOtel => echo
            .layer(OtelInResponseLayer)
            .layer(OtelAxumLayer::default()),
    };
    tokio::spawn(axum::serve(listener, app).into_future());
    Ok(address)
}
