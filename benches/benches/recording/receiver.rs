//! The other process of the OTLP row: a gRPC server that counts spans and discards them. It says its endpoint on the first
//! line; to each line that it is sent, it answers with the spans that it has taken since the last. It ends with its input.

use std::io::{BufRead as _, stdin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

#[derive(Clone, Debug, Default)]
struct Count(Arc<AtomicU64>);

#[tonic::async_trait]
impl TraceService for Count {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let resources = &request.get_ref().resource_spans;
        let scopes = resources.iter().flat_map(|resource| &resource.scope_spans);
        let spans: usize = scopes.map(|scope| scope.spans.len()).sum();
        self.0.fetch_add(spans as u64, Ordering::Relaxed);
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

pub(crate) fn run() -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let count = Count::default();
    let service = TraceServiceServer::new(count.clone());
    let incoming = {
        let _entered = runtime.enter();
        TcpIncoming::bind(([127, 0, 0, 1], 0).into()).map_err(|error| error.to_string())?
    };
    let address = incoming.local_addr().map_err(|error| error.to_string())?;
    runtime.spawn(
        Server::builder()
            .add_service(service)
            .serve_with_incoming(incoming),
    );
    println!("http://{address}");
    for line in stdin().lock().lines() {
        line.map_err(|error| error.to_string())?;
        println!("{}", count.0.swap(0, Ordering::Relaxed));
    }
    runtime.shutdown_background();
    Ok(())
}
