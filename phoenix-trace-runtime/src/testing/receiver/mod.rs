//! An OTLP receiver in the process: what an exporter really sent, and a collector that fails on demand.

mod answer;
mod fault;
mod log;
mod logs;
mod metrics;
mod points;
mod received;
mod serve;
mod subscribers;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;
use tokio::task::AbortHandle;

pub use self::fault::Fault;
pub use self::log::{Protocol, ReceivedRequest, WaitTimeout};
pub use self::logs::{LogsTimeout, ReceivedLog, ReceivedLogs};
pub use self::metrics::{MetricsTimeout, ReceivedMetrics};
pub use self::points::{MetricValue, ReceivedExemplar, ReceivedPoint};
pub use self::received::{ReceivedLink, ReceivedSpan};
pub use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
pub use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
pub use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;

use self::log::Log;
use self::logs::LogsLog;
use self::metrics::MetricsLog;

/// An OTLP receiver for traces, metrics and logs, over gRPC and over HTTP with protobuf bodies, on loopback ports.
///
/// It records what it accepts, and can be told to fail in the ways of [`Fault`]. gzip and
/// zstd are understood on both ports. Dropping it closes its ports and connections.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::testing::OtlpReceiver;
///
/// let receiver = OtlpReceiver::start()?;
/// let endpoint = receiver.grpc_endpoint(); // for `OTEL_EXPORTER_OTLP_ENDPOINT`
/// assert!(endpoint.starts_with("http://127.0.0.1:"));
///
/// // ... the code under test exports ...
/// let arrived = receiver.wait_for(Duration::from_millis(1), |spans| spans.len() >= 3);
/// assert!(arrived.is_err()); // nothing was exported here
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct OtlpReceiver {
    log: Arc<Log>,
    metrics: Arc<MetricsLog>,
    logs: Arc<LogsLog>,
    grpc: SocketAddr,
    http: SocketAddr,
    server: Server,
}

/// Where the connections are served, and how that ends.
enum Server {
    /// A thread of its own, which ends when the sender is dropped.
    Thread(Option<(oneshot::Sender<()>, JoinHandle<()>)>),
    /// A task on somebody's runtime.
    Task(AbortHandle),
}

impl OtlpReceiver {
    /// Starts on two free ports, on a thread with a runtime of its own.
    ///
    /// It works from sync and async code alike. Dropping the receiver joins the thread.
    ///
    /// # Errors
    /// When no port can be bound or the thread cannot be started.
    pub fn start() -> io::Result<Self> {
        Self::start_on_ports(0, 0)
    }

    /// The same on given ports; 0 is a free one. This is how a collector comes back after a failure.
    ///
    /// ```
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let collector = OtlpReceiver::start()?;
    /// let (grpc, http) = (collector.grpc_port(), collector.http_port());
    /// drop(collector); // down ...
    /// let collector = OtlpReceiver::start_on_ports(grpc, http)?; // ... and back
    /// assert_eq!(collector.grpc_port(), grpc);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// When a port cannot be bound or the thread cannot be started.
    pub fn start_on_ports(grpc_port: u16, http_port: u16) -> io::Result<Self> {
        let (grpc, http) = (bind(grpc_port)?, bind(http_port)?);
        let addresses = (grpc.local_addr()?, http.local_addr()?);
        let log = Arc::new(Log::new());
        let (metrics, logs) = (Arc::<MetricsLog>::default(), Arc::<LogsLog>::default());
        let (stop, stopped) = oneshot::channel();
        let (report, started) = std::sync::mpsc::sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("otlp-receiver".into())
            .spawn({
                let seen = (Arc::clone(&log), Arc::clone(&metrics), Arc::clone(&logs));
                // The runtime lives and ends on this thread: it must not be dropped in async code.
                move || match runtime::Builder::new_current_thread().enable_all().build() {
                    Ok(runtime) => {
                        let _ = report.send(Ok(()));
                        runtime.block_on(async {
                            tokio::select! {
                                () = serve::serve(grpc, http, seen) => {}
                                _ = stopped => {}
                            }
                        });
                    }
                    Err(error) => drop(report.send(Err(error))),
                }
            })?;
        started.recv().map_err(io::Error::other)??;
        Ok(Self {
            log,
            metrics,
            logs,
            grpc: addresses.0,
            http: addresses.1,
            server: Server::Thread(Some((stop, thread))),
        })
    }

    /// Starts on two free ports, as a task of the runtime `on`, which must have I/O and time enabled.
    ///
    /// Code that blocks the runtime blocks the receiver too: on a current-thread runtime wait with
    /// [`wait_for_async`](Self::wait_for_async).
    ///
    /// ```
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// let receiver = OtlpReceiver::start_on(runtime.handle())?;
    /// assert_eq!(receiver.requests(), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start_on(on: &runtime::Handle) -> io::Result<Self> {
        let (grpc, http) = (bind(0)?, bind(0)?);
        let addresses = (grpc.local_addr()?, http.local_addr()?);
        let log = Arc::new(Log::new());
        let (metrics, logs) = (Arc::<MetricsLog>::default(), Arc::<LogsLog>::default());
        let seen = (Arc::clone(&log), Arc::clone(&metrics), Arc::clone(&logs));
        let task = on.spawn(serve::serve(grpc, http, seen));
        Ok(Self {
            log,
            metrics,
            logs,
            grpc: addresses.0,
            http: addresses.1,
            server: Server::Task(task.abort_handle()),
        })
    }

    /// The endpoint for OTLP over gRPC, such as `http://127.0.0.1:41234`.
    #[must_use]
    pub fn grpc_endpoint(&self) -> String {
        format!("http://{}", self.grpc)
    }

    /// The base endpoint for OTLP over HTTP; exporters append `/v1/traces`, `/v1/metrics` or `/v1/logs` to it.
    #[must_use]
    pub fn http_endpoint(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The port for OTLP over gRPC.
    #[must_use]
    pub fn grpc_port(&self) -> u16 {
        self.grpc.port()
    }

    /// The port for OTLP over HTTP.
    #[must_use]
    pub fn http_port(&self) -> u16 {
        self.http.port()
    }

    /// The accepted spans, in the order of their arrival.
    #[must_use]
    pub fn spans(&self) -> Vec<ReceivedSpan> {
        self.log.spans()
    }

    /// The accepted spans, which the receiver then forgets.
    #[must_use]
    pub fn take_spans(&self) -> Vec<ReceivedSpan> {
        self.log.take_spans()
    }

    /// Blocks until `done` holds for the accepted spans, and returns them.
    ///
    /// `done` is asked at once and after each request. It must not use the receiver.
    ///
    /// # Errors
    /// When it does not hold within `deadline`; the error has what arrived.
    pub fn wait_for(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&[ReceivedSpan]) -> bool,
    ) -> Result<Vec<ReceivedSpan>, WaitTimeout> {
        let arrived = self.log.wait(deadline, |seen| done(seen.spans));
        self.outcome(arrived, deadline)
    }

    /// The same for async code: waits without blocking the thread.
    ///
    /// # Errors
    /// When it does not hold within `deadline`; the error has what arrived.
    pub async fn wait_for_async(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&[ReceivedSpan]) -> bool,
    ) -> Result<Vec<ReceivedSpan>, WaitTimeout> {
        let arrived = self.log.wait_async(deadline, |seen| done(seen.spans)).await;
        self.outcome(arrived, deadline)
    }

    /// Blocks until `count` requests with spans were read, refused ones included.
    ///
    /// # Errors
    /// When there are fewer after `deadline`; the error has the spans that arrived.
    pub fn wait_for_requests(
        &self,
        deadline: Duration,
        count: usize,
    ) -> Result<Vec<ReceivedRequest>, WaitTimeout> {
        let arrived = self.log.wait(deadline, |seen| seen.requests.len() >= count);
        self.outcome(arrived, deadline).map(|_| self.log.requests())
    }

    /// The same for async code.
    ///
    /// # Errors
    /// When there are fewer after `deadline`; the error has the spans that arrived.
    pub async fn wait_for_requests_async(
        &self,
        deadline: Duration,
        count: usize,
    ) -> Result<Vec<ReceivedRequest>, WaitTimeout> {
        let arrived = self
            .log
            .wait_async(deadline, |seen| seen.requests.len() >= count)
            .await;
        self.outcome(arrived, deadline).map(|_| self.log.requests())
    }

    /// The number of requests with spans read, refused ones included.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.log.request_count()
    }

    /// How many connections were made to it, on both ports together.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.log.connections()
    }

    /// The requests with spans read, refused ones included, with their headers.
    ///
    /// Requests that are no OTLP (a wrong path, type or encoding) are answered and left out.
    #[must_use]
    pub fn request_log(&self) -> Vec<ReceivedRequest> {
        self.log.requests()
    }

    /// Answers all requests with spans from now on with `fault`; [`Fault::Ok`] ends it.
    ///
    /// It replaces what [`respond_times`](Self::respond_times) left over.
    pub fn respond_with(&self, fault: Fault) {
        self.log.respond_with(fault);
    }

    /// Answers the next `times` requests with spans with `fault`, after those of earlier calls.
    pub fn respond_times(&self, times: usize, fault: Fault) {
        self.log.respond_times(times, fault);
    }

    /// Calls `subscriber` with each request of which spans are accepted, before they can be seen.
    ///
    /// It runs on the receiver's thread and holds up the answer; it may use the receiver, but not
    /// wait for it.
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicUsize, Ordering}};
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let receiver = OtlpReceiver::start()?;
    /// let batches = Arc::new(AtomicUsize::new(0));
    /// let counter = Arc::clone(&batches);
    /// receiver.on_batch(move |_request| { counter.fetch_add(1, Ordering::Relaxed); });
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_batch(
        &self,
        subscriber: impl Fn(&ExportTraceServiceRequest) + Send + Sync + 'static,
    ) {
        self.log.subscribers.add(subscriber);
    }

    fn outcome(&self, arrived: bool, waited: Duration) -> Result<Vec<ReceivedSpan>, WaitTimeout> {
        let spans = self.log.spans();
        if arrived {
            Ok(spans)
        } else {
            Err(WaitTimeout { waited, spans })
        }
    }
}

impl Drop for OtlpReceiver {
    fn drop(&mut self) {
        match &mut self.server {
            Server::Thread(running) => {
                if let Some((stop, thread)) = running.take() {
                    drop(stop);
                    // A panic on the receiver's thread has been printed; there is nothing to add.
                    let _ = thread.join();
                }
            }
            Server::Task(task) => task.abort(),
        }
    }
}

impl fmt::Debug for OtlpReceiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpReceiver")
            .field("grpc", &self.grpc)
            .field("http", &self.http)
            .field("requests", &self.requests())
            .finish_non_exhaustive()
    }
}

fn bind(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}
