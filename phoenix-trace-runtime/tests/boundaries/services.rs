//! Services with a process's worth of telemetry each, which call each other over sockets, by HTTP or gRPC.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use phoenix_trace_runtime::grpc::GrpcClient;
use phoenix_trace_runtime::http::HttpClient;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{GrpcClientLayer, GrpcServerLayer, HttpClientLayer, HttpServerLayer};
use tokio::sync::oneshot;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};
use tonic::{Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};
use tower::util::MapRequestLayer;
use tower::{Layer as _, ServiceExt as _};

use super::{captured, listen, serve};

/// One of them, on a thread of its own.
pub(super) struct Service {
    capture: Arc<Capture>,
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Service {
    /// `start` serves, and gives the address.
    pub(super) fn start<F: Future<Output = SocketAddr>>(
        sampler: Sampler,
        start: impl FnOnce() -> F + Send + 'static,
    ) -> (Self, SocketAddr) {
        let capture = Arc::new(Capture::with_sampler(sampler));
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = mpsc::channel();
        let recording = capture.clone();
        let thread = std::thread::spawn(move || {
            captured(&recording, async {
                tell.send(start().await).unwrap();
                let _ = stopped.await;
            });
        });
        let service = Self {
            capture,
            stop,
            thread,
        };
        (service, told.recv().unwrap())
    }

    pub(super) fn stop(self) -> Arc<Capture> {
        let _ = self.stop.send(());
        self.thread.join().unwrap();
        self.capture
    }
}

/// Whom a service asks in turn.
#[derive(Clone)]
pub(super) enum Next {
    Nobody,
    Http(HttpClient<Client<HttpConnector, Body>>, SocketAddr),
    Grpc(HealthClient<GrpcClient<Channel>>),
}

impl Next {
    pub(super) fn http(address: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        Self::Http(HttpClientLayer::new().layer(client), address)
    }

    pub(super) fn grpc(address: SocketAddr) -> Self {
        let channel = Channel::from_shared(format!("http://{address}")).unwrap();
        Self::Grpc(HealthClient::new(
            GrpcClientLayer::new().layer(channel.connect_lazy()),
        ))
    }

    /// Is everything well there?
    pub(super) async fn is_well(&self, what: &str) -> bool {
        match self {
            Self::Nobody => !what.starts_with("fails"),
            Self::Http(client, address) => {
                let request = Request::get(format!("http://{address}/{what}")).body(Body::empty());
                let response = client.clone().oneshot(request.unwrap()).await.unwrap();
                let well = response.status().is_success();
                response.into_body().collect().await.unwrap();
                well
            }
            Self::Grpc(client) => {
                let service = what.to_owned();
                let answer = client.clone().check(HealthCheckRequest { service }).await;
                answer.is_ok()
            }
        }
    }
}

/// The service number `number` of a chain: it fails where the next one does, unless it swallows the error.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) number: usize,
    pub(super) next: Next,
    /// What becomes of the header fields of requests on their way to it.
    pub(super) way: fn(&mut HeaderMap),
}

impl Link {
    async fn is_well(&self, what: &str) -> bool {
        let swallows = what.ends_with(&format!("-{}", self.number));
        self.next.is_well(what).await || swallows
    }

    pub(super) async fn serve_http(self) -> SocketAddr {
        let way = self.way;
        let ask = async move |Path(what): Path<String>| match self.is_well(&what).await {
            true => StatusCode::OK,
            false => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let app = Router::new().route("/{what}", get(ask));
        let way = MapRequestLayer::new(move |mut request: Request| {
            way(request.headers_mut());
            request
        });
        serve(app.layer(HttpServerLayer::new()).layer(way)).await
    }

    pub(super) async fn serve_grpc(self) -> SocketAddr {
        let (listener, address) = listen().await;
        let way = self.way;
        let way = MapRequestLayer::new(move |mut request: axum::http::Request<_>| {
            way(request.headers_mut());
            request
        });
        let server = Server::builder()
            .layer(way)
            .layer(GrpcServerLayer::new())
            .add_service(HealthServer::new(self));
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        address
    }
}

#[tonic::async_trait]
impl Health for Link {
    async fn check(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        match self.is_well(&request.get_ref().service).await {
            true => Ok(Response::new(HealthCheckResponse { status: 1 })),
            false => Err(Status::internal("not well")),
        }
    }

    type WatchStream = Pin<Box<dyn Stream<Item = Result<HealthCheckResponse, Status>> + Send>>;

    /// Asks the next one between two messages.
    async fn watch(
        &self,
        request: tonic::Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let link = self.clone();
        let answers = stream::iter([1, 2]).then(move |status| {
            let (link, what) = (link.clone(), request.get_ref().service.clone());
            async move {
                if status == 2 && !link.is_well(&what).await {
                    return Err(Status::internal("not well"));
                }
                Ok(HealthCheckResponse { status })
            }
        });
        Ok(Response::new(Box::pin(answers)))
    }
}
