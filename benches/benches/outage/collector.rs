//! The collector that comes back: it notes when the first spans came, and whether they are of segments that failed.

use std::collections::HashSet;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use tokio::runtime::Runtime;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

pub(crate) struct Collector {
    taken: Arc<Mutex<Taken>>,
    // Serves as long as it is there.
    _runtime: Runtime,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    pub(crate) first: Option<Instant>,
    pub(crate) last: Option<Instant>,
    pub(crate) requests: u64,
    pub(crate) spans: u64,
    /// Spans that came before the first one of a segment that ended well.
    pub(crate) of_failures_first: u64,
    pub(crate) first_request: usize,
    success_seen: bool,
}

/// A loopback address where nothing listens. It is not among those that the system gives to clients: a client that tries
/// such a port for an hour may by chance be given the same one, and then connects to itself.
pub(crate) fn free_address() -> Result<SocketAddr, String> {
    (14_317..15_317)
        .map(|port| SocketAddr::from(([127, 0, 0, 1], port)))
        .find(|address| TcpListener::bind(address).is_ok())
        .ok_or_else(|| "no port is free".to_owned())
}

impl Collector {
    pub(crate) fn start(address: SocketAddr) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let taken = Arc::<Mutex<Taken>>::default();
        let service = TraceServiceServer::new(Takes(taken.clone()));
        let incoming = {
            let _entered = runtime.enter();
            TcpIncoming::bind(address).map_err(|error| error.to_string())?
        };
        let server = Server::builder().add_service(service);
        runtime.spawn(server.serve_with_incoming(incoming));
        Ok(Self {
            taken,
            _runtime: runtime,
        })
    }

    pub(crate) fn has_taken(&self) -> bool {
        self.taken().requests > 0
    }

    pub(crate) fn taken(&self) -> Taken {
        let taken = self.taken.lock();
        taken.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[derive(Debug)]
struct Takes(Arc<Mutex<Taken>>);

#[tonic::async_trait]
impl TraceService for Takes {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.take(request.get_ref());
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Taken {
    fn take(&mut self, request: &ExportTraceServiceRequest) {
        let spans = || {
            let scopes = request.resource_spans.iter();
            let scopes = scopes.flat_map(|resource| &resource.scope_spans);
            scopes.flat_map(|scope| &scope.spans)
        };
        let number = spans().count();
        let now = Instant::now();
        self.last = Some(now);
        if self.first.is_none() {
            self.first = Some(now);
            self.first_request = number;
        }
        self.requests += 1;
        self.spans += number as u64;
        if !self.success_seen {
            // Segments are sent whole here: each is one strand.
            let failed: HashSet<&[u8]> = spans()
                .filter(|span| {
                    let status = span.status.as_ref();
                    status.is_some_and(|status| status.code() == StatusCode::Error)
                })
                .map(|span| &span.trace_id[..])
                .collect();
            let of_failure = spans().take_while(|span| failed.contains(&span.trace_id[..]));
            let of_failures = of_failure.count();
            self.of_failures_first += of_failures as u64;
            self.success_seen = of_failures < number;
        }
    }
}
