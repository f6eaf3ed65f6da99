//! The task that exports metrics, on the exporting thread: it sleeps until an interval is over or somebody asks for a flush,
//! has the numbers collected, and sends them. They are totals, or what came since they last arrived, so what is lost is made
//! good by what is sent next.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry_sdk::metrics::data::ResourceMetrics;
use tokio::task::JoinHandle;
use tokio::time::timeout_at;

use super::complaints::Complaints;
use super::console;
#[cfg(feature = "otlp")]
use super::delivery::Delivery;
use super::provider::Readings;
use crate::config::{MetricsExport, MetricsTarget};
use crate::pipeline::{Beside, Order, Pipeline};

/// At the end a receiver that cannot be reached is tried for so long.
const LAST_TRIES: Duration = Duration::from_secs(1);

pub(super) struct Export {
    readings: Readings,
    beside: Arc<Beside>,
    output: Output,
    interval: Duration,
    timeout: Duration,
    due: Instant,
    complaints: Complaints,
    /// A collection that was not waited for: callbacks of the program's may take long, or never return. There is one at
    /// most.
    collecting: Option<JoinHandle<Result<Vec<u8>, String>>>,
}

enum Output {
    Console,
    #[cfg(feature = "otlp")]
    Otlp(Box<Delivery>),
    /// It cannot be made, as has been said.
    None,
}

impl Output {
    fn of(target: MetricsTarget) -> Result<Self, String> {
        match target {
            MetricsTarget::Console => Ok(Self::Console),
            #[cfg(feature = "otlp")]
            MetricsTarget::Otlp(settings) => {
                let delivery = Delivery::new(*settings)?;
                Ok(Self::Otlp(Box::new(delivery)))
            }
            #[cfg(not(feature = "otlp"))]
            MetricsTarget::Otlp(_) => Err(without("otlp")),
            MetricsTarget::Prometheus(_) => Err(without("prometheus")),
        }
    }

    fn left_alone_until(&self) -> Option<Instant> {
        match self {
            #[cfg(feature = "otlp")]
            Self::Otlp(delivery) => delivery.left_alone_until(),
            _ => None,
        }
    }

    fn hurry(&mut self) {
        #[cfg(feature = "otlp")]
        if let Self::Otlp(delivery) = self {
            delivery.hurry();
        }
    }
}

fn without(feature: &str) -> String {
    format!("this program was built without the feature `{feature}` of phoenix-trace")
}

impl Export {
    pub(super) fn new(
        readings: Readings,
        export: MetricsExport,
        pipeline: &Pipeline,
        beside: Arc<Beside>,
    ) -> Self {
        let complaints = Complaints::new(pipeline.outage(), readings.is_delta());
        let way = export.target.to_string();
        let output = Output::of(export.target).unwrap_or_else(|why| {
            complaints.cannot_start(&way, &why);
            Output::None
        });
        Self {
            readings,
            beside,
            output,
            interval: export.interval,
            timeout: export.timeout,
            due: after(export.interval),
            complaints,
            collecting: None,
        }
    }

    pub(super) async fn run(mut self) {
        let beside = self.beside.clone();
        loop {
            match beside.next() {
                Order::Stop { until } => break self.finish(until).await,
                Order::Flush { number, until } => {
                    self.output.hurry();
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
            _ => Some(
                self.due
                    .max(self.output.left_alone_until().unwrap_or(self.due)),
            ),
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
        self.output.hurry();
        let until = until.min(after(self.timeout));
        self.export(until, until.min(after(LAST_TRIES))).await;
    }

    /// Collects and sends, until `until` at most; after `patience` there is no further attempt.
    async fn export(&mut self, until: Instant, patience: Instant) {
        let now = Instant::now();
        let left_alone = self.output.left_alone_until().is_some_and(|end| end > now);
        if left_alone || matches!(self.output, Output::None) || until <= now {
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
        let readings = self.readings.clone();
        let to_console = matches!(self.output, Output::Console);
        let collecting = self.collecting.insert(tokio::task::spawn_blocking(move || {
            let mut numbers = ResourceMetrics::default();
            let collected = readings.collect(&mut numbers);
            collected.map_err(|error| error.to_string())?;
            let durations = readings.collect_durations();
            if to_console {
                console::write(&numbers, &durations);
                return Ok(Vec::new());
            }
            #[cfg(feature = "otlp")]
            return Ok(super::otlp::encode(&numbers, &durations));
            #[cfg(not(feature = "otlp"))]
            Ok(Vec::new())
        }));
        let collected = collecting.await;
        self.collecting = None;
        collected.unwrap_or_else(|_| Err("a callback of a meter has panicked".to_owned()))
    }

    #[cfg(feature = "otlp")]
    async fn deliver(&mut self, request: &[u8], patience: Instant) {
        if let Output::Otlp(delivery) = &mut self.output
            && delivery
                .deliver(request, patience, &mut self.complaints)
                .await
        {
            self.readings.taken();
        }
    }

    #[cfg(not(feature = "otlp"))]
    async fn deliver(&mut self, _: &[u8], _: Instant) {}
}

/// Waits until something is asked for that matters.
async fn asked(beside: &Beside, matters: impl Fn(Order) -> bool) {
    while !matters(beside.next()) {
        beside.woken().await;
    }
}

/// So far from now, or as good as never.
pub(super) fn after(duration: Duration) -> Instant {
    const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    Instant::now() + duration.min(YEAR)
}
