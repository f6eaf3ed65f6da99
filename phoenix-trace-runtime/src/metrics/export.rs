//! The task that exports metrics, on the exporting thread: it sleeps until an interval is over or somebody asks for a flush,
//! has the numbers collected, and sends them. They are totals, so what is lost is made good by what is sent next.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use prost::Message as _;
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout_at};

use super::complaints::Complaints;
use super::console;
use super::provider::Meters;
use crate::config::{MetricsExport, MetricsTarget};
use crate::pipeline::{Answer, Beside, Order, Pace, Pipeline, Receiver, Sending};

/// A receiver that takes no metrics is left alone for so long: it may have learned to by then.
const LEFT_ALONE: Duration = Duration::from_secs(60 * 60);
/// At the end a receiver that cannot be reached is tried for so long.
const LAST_TRIES: Duration = Duration::from_secs(1);

pub(super) struct Export {
    meters: Meters,
    beside: Arc<Beside>,
    output: Output,
    interval: Duration,
    timeout: Duration,
    due: Instant,
    pace: Pace,
    complaints: Complaints,
    left_alone_until: Option<Instant>,
    /// A collection that was not waited for: callbacks of the program's may take long, or never return. There is one at
    /// most.
    collecting: Option<JoinHandle<Result<Vec<u8>, String>>>,
}

enum Output {
    Console,
    Otlp(Box<Receiver>),
    /// It cannot be made, as has been said.
    None,
}

impl Export {
    pub(super) fn new(
        meters: Meters,
        export: MetricsExport,
        pipeline: &Pipeline,
        beside: Arc<Beside>,
    ) -> Self {
        let complaints = Complaints::new(pipeline.outage());
        let output = match export.target {
            MetricsTarget::Console => Output::Console,
            MetricsTarget::Otlp(settings) => match Receiver::new(*settings) {
                Ok(receiver) => Output::Otlp(Box::new(receiver)),
                Err(why) => {
                    complaints.cannot_start(&why);
                    Output::None
                }
            },
        };
        Self {
            meters,
            beside,
            output,
            interval: export.interval,
            timeout: export.timeout,
            due: after(export.interval),
            pace: Pace::new(&Sending::default()),
            complaints,
            left_alone_until: None,
            collecting: None,
        }
    }

    pub(super) async fn run(mut self) {
        let beside = self.beside.clone();
        loop {
            match beside.next() {
                Order::Stop { until } => break self.finish(until).await,
                Order::Flush { number, until } => {
                    self.pace.hurry();
                    let patience = until.min(after(self.timeout));
                    tokio::select! {
                        () = self.export(patience, patience) => {}
                        () = asked(&beside, |order| matches!(order, Order::Stop { .. })) => {}
                    }
                    beside.answer(number);
                }
                Order::Nothing if self.is_due() => {
                    self.due = after(self.interval);
                    let until = after(self.timeout);
                    tokio::select! {
                        () = self.export(until, until) => {}
                        () = asked(&beside, |order| order != Order::Nothing) => {}
                    }
                }
                Order::Nothing => self.wait().await,
            }
        }
    }

    fn is_due(&self) -> bool {
        self.next().is_some_and(|next| next <= Instant::now())
    }

    /// When the next export is due, if there is to be one.
    fn next(&self) -> Option<Instant> {
        match self.output {
            Output::None => None,
            _ => Some(self.due.max(self.left_alone_until.unwrap_or(self.due))),
        }
    }

    async fn wait(&self) {
        let woken = self.beside.woken();
        match self.next() {
            Some(next) => {
                let _ = timeout_at(next.into(), woken).await;
            }
            None => woken.await,
        }
    }

    /// Sends the last numbers, as long as there is time and hope.
    async fn finish(&mut self, until: Instant) {
        self.pace.hurry();
        let until = until.min(after(self.timeout));
        self.export(until, until.min(after(LAST_TRIES))).await;
        if self.collecting.is_none() {
            self.meters.shutdown();
        }
    }

    /// Collects and sends, until `until` at most; after `patience` there is no further attempt.
    async fn export(&mut self, until: Instant, patience: Instant) {
        let left_alone = self
            .left_alone_until
            .is_some_and(|end| end > Instant::now());
        if left_alone || matches!(self.output, Output::None) || until <= Instant::now() {
            return;
        }
        let exported = timeout_at(until.into(), async {
            match self.collect().await {
                Ok(request) => self.deliver(&request, patience).await,
                Err(why) => {
                    // The SDK collects nothing any more.
                    self.output = Output::None;
                    self.complaints.cannot_collect(&why);
                }
            }
        });
        if exported.await.is_err() {
            let what = match self.collecting {
                Some(_) => "a callback of a meter has not returned",
                None => "there was no answer",
            };
            self.complaints.failed(what);
        }
    }

    /// The numbers as a request; for the console they are written at once. Callbacks run on a thread of their own: they may
    /// block, or panic.
    async fn collect(&mut self) -> Result<Vec<u8>, String> {
        if let Some(left) = &mut self.collecting {
            // What it has collected is of the past.
            let _ = left.await;
            self.collecting = None;
        }
        let meters = self.meters.clone();
        let to_console = matches!(self.output, Output::Console);
        let collecting = self.collecting.insert(tokio::task::spawn_blocking(move || {
            let mut numbers = ResourceMetrics::default();
            let collected = meters.collect(&mut numbers);
            collected.map_err(|error| error.to_string())?;
            if to_console {
                console::write(&numbers);
                return Ok(Vec::new());
            }
            Ok(ExportMetricsServiceRequest::from(&numbers).encode_to_vec())
        }));
        let collected = collecting.await;
        self.collecting = None;
        collected.unwrap_or_else(|_| Err("a callback of a meter has panicked".to_owned()))
    }

    async fn deliver(&mut self, request: &[u8], patience: Instant) {
        let Output::Otlp(receiver) = &self.output else {
            return;
        };
        loop {
            if let Some(pause) = self.pace.until() {
                if pause > patience {
                    return;
                }
                sleep_until(pause.into()).await;
            }
            let (why, after) = match receiver.send(request, usize::MAX).await {
                Answer::Taken { rejected, message } => {
                    self.pace.taken();
                    self.left_alone_until = None;
                    return self.complaints.taken(rejected, &message);
                }
                Answer::Hopeless { why } => {
                    self.left_alone_until = Some(self::after(LEFT_ALONE));
                    return self.complaints.hopeless(&why);
                }
                Answer::Refused { why }
                | Answer::TooLarge { why }
                | Answer::Unknown { why, again: false } => return self.complaints.failed(&why),
                Answer::Unknown { why, again: true } => (why, None),
                Answer::Later { why, after } => (why, after),
            };
            self.pace.failed(after);
            if self.pace.until().is_some_and(|pause| pause > patience) {
                self.complaints.failed(&why);
            }
        }
    }
}

/// Waits until something is asked for that matters.
async fn asked(beside: &Beside, matters: impl Fn(Order) -> bool) {
    while !matters(beside.next()) {
        beside.woken().await;
    }
}

/// So far from now, or as good as never.
fn after(duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + duration.min(YEAR)
}
