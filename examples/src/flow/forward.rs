//! Everything that the receiver gets, sent on to a collector of the user's.

use std::io::{self, Write as _};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::logs::v1::logs_service_client::LogsServiceClient;
use opentelemetry_proto::tonic::collector::metrics::v1::metrics_service_client::MetricsServiceClient;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use phoenix_trace::testing::{
    ExportLogsServiceRequest, ExportMetricsServiceRequest, ExportTraceServiceRequest, OtlpReceiver,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

/// How many batches may wait for the collector; what comes on top is given up, and counted.
const BATCHES_WAITING: usize = 4096;
/// How long the rest may take at the end.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);

pub(crate) struct Forwarder {
    collector: String,
    batches: mpsc::Sender<Message>,
    task: JoinHandle<Result<(), String>>,
}

enum Message {
    Batch(Batch),
    End,
}

enum Batch {
    Spans(ExportTraceServiceRequest),
    Metrics(ExportMetricsServiceRequest),
    Logs(ExportLogsServiceRequest),
}

impl Batch {
    fn what(&self) -> &'static str {
        match self {
            Self::Spans(_) => "spans",
            Self::Metrics(_) => "metrics",
            Self::Logs(_) => "logs",
        }
    }
}

impl Forwarder {
    /// Sends on each batch that the receiver gets from now on.
    pub(crate) fn start(
        receiver: &OtlpReceiver,
        collector: &str,
    ) -> Result<Self, tonic::transport::Error> {
        let channel = Endpoint::from_shared(collector.to_owned())?
            .timeout(Duration::from_secs(10))
            .connect_lazy();
        let (batches, waiting) = mpsc::channel(BATCHES_WAITING);
        let task = tokio::spawn(Collector::new(channel).take_all(waiting));
        let spans = batches.clone();
        receiver.on_batch(move |batch| hand_over(&spans, Batch::Spans(batch.clone())));
        let metrics = batches.clone();
        receiver.on_metrics(move |batch| hand_over(&metrics, Batch::Metrics(batch.clone())));
        let logs = batches.clone();
        receiver.on_logs(move |batch| hand_over(&logs, Batch::Logs(batch.clone())));
        Ok(Self {
            collector: collector.to_owned(),
            batches,
            task,
        })
    }

    /// Waits until all is sent; an error says what was not.
    pub(crate) async fn finish(self) -> Result<(), String> {
        let finished = async {
            // An error means that the task has ended, and its result says why.
            let _ = self.batches.send(Message::End).await;
            self.task.await.map_err(|error| error.to_string())?
        };
        let result = timeout(DRAIN_WITHIN, finished).await;
        result
            .unwrap_or_else(|_| Err("it was too slow to take the rest".into()))
            .map_err(|error| format!("not all reached the collector {}: {error}", self.collector))
    }
}

fn hand_over(batches: &mpsc::Sender<Message>, batch: Batch) {
    let what = batch.what();
    if batches.try_send(Message::Batch(batch)).is_err() {
        say(format_args!(
            "a batch of {what} was not forwarded: the collector is too slow"
        ));
    }
}

fn say(text: std::fmt::Arguments<'_>) {
    // A closed standard error is no reason to fail.
    let _ = writeln!(io::stderr(), "{text}");
}

/// The three services of a collector.
struct Collector {
    traces: TraceServiceClient<Channel>,
    metrics: MetricsServiceClient<Channel>,
    logs: LogsServiceClient<Channel>,
    /// What it was said not to take.
    not_taken: Vec<&'static str>,
}

impl Collector {
    fn new(channel: Channel) -> Self {
        Self {
            traces: TraceServiceClient::new(channel.clone()),
            metrics: MetricsServiceClient::new(channel.clone()),
            logs: LogsServiceClient::new(channel),
            not_taken: Vec::new(),
        }
    }

    async fn take_all(mut self, mut batches: mpsc::Receiver<Message>) -> Result<(), String> {
        let mut first_error = Ok(());
        while let Some(Message::Batch(batch)) = batches.recv().await {
            let what = batch.what();
            let Err(status) = self.take(batch).await else {
                continue;
            };
            // One for traces alone, such as Jaeger, is told no more of what it does not know.
            if what != "spans" && status.code() == Code::Unimplemented {
                self.not_taken.push(what);
                say(format_args!("the collector takes no {what}"));
                continue;
            }
            let (code, message) = (status.code().description(), status.message());
            first_error = first_error.and(Err(format!("{what}: {code}: {message}")));
        }
        first_error
    }

    async fn take(&mut self, batch: Batch) -> Result<(), Status> {
        if self.not_taken.contains(&batch.what()) {
            return Ok(());
        }
        match batch {
            Batch::Spans(batch) => self.traces.export(batch).await.map(drop),
            Batch::Metrics(batch) => self.metrics.export(batch).await.map(drop),
            Batch::Logs(batch) => self.logs.export(batch).await.map(drop),
        }
    }
}
