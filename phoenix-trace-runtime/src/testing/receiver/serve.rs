//! Accepts connections on both ports, and turns each request into a decoded export and its answer.

use std::convert::Infallible;
use std::io::Read;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use opentelemetry_proto::tonic::collector::logs::v1::logs_service_server::{
    LogsService, LogsServiceServer,
};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsServiceRequest, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_server::{
    MetricsService, MetricsServiceServer,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tonic::codec::CompressionEncoding;
use tower_service::Service;

use super::answer::{self, Reply, Success};
use super::fault::Fault;
use super::log::{Log, Protocol};
use super::logs::LogsLog;
use super::metrics::MetricsLog;

/// The largest request that an exporter may send.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

/// Where requests with spans, those with metrics, and those with logs are written down.
type Seen = (Arc<Log>, Arc<MetricsLog>, Arc<LogsLog>);

/// Serves both ports until it is dropped, and with it every connection.
pub(super) async fn serve(grpc: TcpListener, http: TcpListener, seen: Seen) {
    tokio::join!(
        accept(grpc, Protocol::Grpc, seen.clone()),
        accept(http, Protocol::Http, seen)
    );
}

async fn accept(listener: TcpListener, protocol: Protocol, seen: Seen) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
        return;
    };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    seen.0.connected();
                    connections.spawn(connection(stream, protocol, seen.clone()));
                }
                // Out of file descriptors, as a rule: pausing keeps this from spinning.
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Serves one connection until the client closes it or a fault asks for its end.
async fn connection(stream: TcpStream, protocol: Protocol, seen: Seen) {
    // Only answers get slower where this fails.
    let _ = stream.set_nodelay(true);
    let close = Arc::new(Notify::new());
    let service = service_fn({
        let close = Arc::clone(&close);
        move |request| {
            let (seen, close) = (seen.clone(), Arc::clone(&close));
            async move {
                let reply = match protocol {
                    Protocol::Grpc => grpc(request, seen).await,
                    Protocol::Http => http(request, &seen).await,
                };
                match reply {
                    Reply::Response(response) => Ok::<_, Infallible>(response),
                    Reply::Close => {
                        close.notify_one();
                        std::future::pending().await
                    }
                }
            }
        }
    });
    let builder = auto::Builder::new(TokioExecutor::new());
    tokio::select! {
        // An error means that the client is gone or does not speak HTTP; both are its affair.
        _ = builder.serve_connection(TokioIo::new(stream), service) => {}
        () = close.notified() => {}
    }
}

async fn http(request: Request<Incoming>, (log, metrics, logs): &Seen) -> Reply {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let refusal = if !["/v1/traces", "/v1/metrics", "/v1/logs"].contains(&path) {
        Some((
            StatusCode::NOT_FOUND,
            "traces are received at /v1/traces, metrics at /v1/metrics, logs at /v1/logs",
        ))
    } else if head.method != Method::POST {
        Some((StatusCode::METHOD_NOT_ALLOWED, "they are sent with POST"))
    } else if !is_protobuf(&head.headers) {
        Some((
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "expected content-type application/x-protobuf",
        ))
    } else {
        None
    };
    if let Some((status, message)) = refusal {
        return answer::refuse(status, message);
    }
    let Ok(body) = Limited::new(body, MAX_REQUEST_BYTES).collect().await else {
        return answer::refuse(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is cut or exceeds 64 MiB",
        );
    };
    let Some(body) = decompress(&head.headers, body.to_bytes()) else {
        return answer::refuse(
            StatusCode::BAD_REQUEST,
            "the body is not encoded as it says",
        );
    };
    let no_such = |message| answer::refuse(StatusCode::BAD_REQUEST, message);
    if path == "/v1/logs" {
        let Ok(request) = ExportLogsServiceRequest::decode(body) else {
            return no_such("the body is no ExportLogsServiceRequest");
        };
        let fault = logs.receive(Protocol::Http, &head.headers, &request);
        return answer::over_http::<ExportLogsServiceResponse>(fault).await;
    }
    if path == "/v1/metrics" {
        let Ok(request) = ExportMetricsServiceRequest::decode(body) else {
            return no_such("the body is no ExportMetricsServiceRequest");
        };
        let fault = metrics.receive(Protocol::Http, &head.headers, &request);
        return answer::over_http::<ExportMetricsServiceResponse>(fault).await;
    }
    let Ok(request) = ExportTraceServiceRequest::decode(body) else {
        return no_such("the body is no ExportTraceServiceRequest");
    };
    let fault = log.receive(Protocol::Http, &head.headers, &request);
    answer::over_http::<ExportTraceServiceResponse>(fault).await
}

fn is_protobuf(headers: &HeaderMap) -> bool {
    let value = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    value.is_some_and(|value| value.split(';').next() == Some("application/x-protobuf"))
}

/// The body without its compression; `None` when it is something else than it says, or too large.
fn decompress(headers: &HeaderMap, body: Bytes) -> Option<Bytes> {
    let encoding = headers.get(header::CONTENT_ENCODING);
    match encoding.map(|value| value.as_bytes()) {
        None | Some(b"identity") => Some(body),
        Some(b"gzip") => bounded(GzDecoder::new(&*body)),
        Some(b"zstd") => bounded(zstd::Decoder::with_buffer(&*body).ok()?),
        Some(_) => None,
    }
}

fn bounded(encoded: impl Read) -> Option<Bytes> {
    let limit = MAX_REQUEST_BYTES as u64 + 1;
    let mut plain = Vec::new();
    encoded.take(limit).read_to_end(&mut plain).ok()?;
    (plain.len() <= MAX_REQUEST_BYTES).then(|| plain.into())
}

/// Lets tonic decode the request; what it cannot answer comes back beside its response.
async fn grpc(request: Request<Incoming>, seen: Seen) -> Reply {
    let (answer_aside, mut aside) = tokio::sync::mpsc::unbounded_channel();
    let takes_metrics = request.uri().path().starts_with(METRICS_SERVICE);
    let takes_logs = request.uri().path().starts_with(LOGS_SERVICE);
    let collector = Collector { seen, answer_aside };
    let served = async move {
        if takes_logs {
            let mut server = LogsServiceServer::new(collector)
                .accept_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Zstd)
                .max_decoding_message_size(MAX_REQUEST_BYTES);
            return server.call(request).await;
        }
        if takes_metrics {
            let mut server = MetricsServiceServer::new(collector)
                .accept_compressed(CompressionEncoding::Gzip)
                .accept_compressed(CompressionEncoding::Zstd)
                .max_decoding_message_size(MAX_REQUEST_BYTES);
            return server.call(request).await;
        }
        let mut server = TraceServiceServer::new(collector)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .max_decoding_message_size(MAX_REQUEST_BYTES);
        server.call(request).await
    };
    tokio::select! {
        Some(reply) = aside.recv() => reply,
        Ok(response) = served => Reply::Response(response),
    }
}

const LOGS_SERVICE: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/";
const METRICS_SERVICE: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/";

/// The services of one request.
struct Collector {
    seen: Seen,
    /// Takes a reply that is no gRPC.
    answer_aside: tokio::sync::mpsc::UnboundedSender<Reply>,
}

impl Collector {
    async fn answer<R: Success>(&self, fault: Fault) -> Result<tonic::Response<R>, tonic::Status> {
        match answer::over_grpc(fault).await {
            Ok(result) => result,
            Err(reply) => {
                // The receiver of this channel outlives this future, which it then drops.
                let _ = self.answer_aside.send(reply);
                std::future::pending().await
            }
        }
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportTraceServiceRequest>,
    ) -> Result<tonic::Response<ExportTraceServiceResponse>, tonic::Status> {
        let (metadata, _, request) = request.into_parts();
        let headers = metadata.into_headers();
        let fault = self.seen.0.receive(Protocol::Grpc, &headers, &request);
        self.answer(fault).await
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportMetricsServiceRequest>,
    ) -> Result<tonic::Response<ExportMetricsServiceResponse>, tonic::Status> {
        let (metadata, _, request) = request.into_parts();
        let headers = metadata.into_headers();
        let fault = self.seen.1.receive(Protocol::Grpc, &headers, &request);
        self.answer(fault).await
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: tonic::Request<ExportLogsServiceRequest>,
    ) -> Result<tonic::Response<ExportLogsServiceResponse>, tonic::Status> {
        let (metadata, _, request) = request.into_parts();
        let headers = metadata.into_headers();
        let fault = self.seen.2.receive(Protocol::Grpc, &headers, &request);
        self.answer(fault).await
    }
}
