//! Everything that the receiver gets, sent on to a collector of the user's.

use std::io::{self, Write as _};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::trace_service_client::TraceServiceClient;
use phoenix_trace::testing::OtlpReceiver;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};

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
    Batch(ExportTraceServiceRequest),
    End,
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
        let task = tokio::spawn(forward(TraceServiceClient::new(channel), waiting));
        let sender = batches.clone();
        receiver.on_batch(move |batch| {
            if sender.try_send(Message::Batch(batch.clone())).is_err() {
                let _ = writeln!(
                    io::stderr(),
                    "a batch of spans was not forwarded: the collector is too slow"
                );
            }
        });
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
            .map_err(|error| {
                format!(
                    "not all spans reached the collector {}: {error}",
                    self.collector
                )
            })
    }
}

async fn forward(
    mut collector: TraceServiceClient<Channel>,
    mut batches: mpsc::Receiver<Message>,
) -> Result<(), String> {
    let mut first_error = Ok(());
    while let Some(Message::Batch(batch)) = batches.recv().await {
        if let Err(status) = collector.export(batch).await {
            first_error = first_error.and(Err(format!(
                "{}: {}",
                status.code().description(),
                status.message()
            )));
        }
    }
    first_error
}
