//! A tonic server with one unary call that gives back what it is sent.

use std::convert::{Infallible, identity};
use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt as _;
use phoenix_trace::GrpcServerLayer;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService, UnaryService};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;
use tonic_tracing_opentelemetry::middleware::server::OtelGrpcLayer;
use tower::util::MapResponseLayer;
use tower_service::Service;

use crate::args::Stack;
use crate::load::grpc::Text;

/// Serves on the runtime that is entered.
pub(super) fn serve(stack: Stack) -> io::Result<SocketAddr> {
    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into())?.with_nodelay(Some(true));
    let address = incoming.local_addr()?;
    let server = Server::builder();
    match stack {
        Stack::Bare => {
            let mut server = server;
            tokio::spawn(server.add_service(Echo).serve_with_incoming(incoming));
        }
        Stack::Empty => {
            let layer = MapResponseLayer::new(|response: http::Response<Body>| {
                response.map(|body| body.map_err(identity))
            });
            let mut server = server.layer(layer);
            tokio::spawn(server.add_service(Echo).serve_with_incoming(incoming));
        }
        Stack::Ours => {
            let mut server = server.layer(GrpcServerLayer::new());
            tokio::spawn(server.add_service(Echo).serve_with_incoming(incoming));
        }
        Stack::TracingOtel => {
            let mut server = server.layer(OtelGrpcLayer::default());
            tokio::spawn(server.add_service(Echo).serve_with_incoming(incoming));
        }
    }
    Ok(address)
}

/// As generated code would be, with one method for all paths.
#[derive(Clone)]
struct Echo;

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

impl UnaryService<Text> for Echo {
    type Response = Text;
    type Future = Ready<Result<Response<Text>, Status>>;

    fn call(&mut self, request: Request<Text>) -> Self::Future {
        ready(Ok(Response::new(request.into_inner())))
    }
}

impl Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::default());
            Ok(grpc.unary(Echo, request).await)
        })
    }
}
