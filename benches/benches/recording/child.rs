//! One stack, measured: samples out, as one line of JSON. Each sample has the workload traced and untraced, the floor and
//! the calibration side by side, so that all of them saw the same machine.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use opentelemetry_sdk::trace::Sampler;
use phoenix_trace::OtelContext;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

use crate::args::{Shape, Task};
use crate::calibrate;
use crate::stacks::{
    self, Fastrace, JsonLines, Name, Nothing, OtelSdk, OurLines, Ours, Pipeline, SPANS, Stack,
    TracingOtel, Untraced,
};

/// What a child says.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Measured {
    pub(crate) samples: Vec<Sample>,
    /// Spans that ended, warming up included.
    pub(crate) ended: u64,
    /// Spans that an exporter in this process took.
    pub(crate) exported: u64,
}

/// One chunk of the workload. All times are nanoseconds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Sample {
    /// The calibration loop before and after.
    pub(crate) calibration: [f64; 2],
    /// Two readings of the recorder's clock, and two of `Instant`.
    pub(crate) floor: f64,
    pub(crate) instants: f64,
    /// Time per span of the workload: wall time of one thread; of several, their own CPU time, since they may be more than
    /// the cores, and the thread that exports is then one more that they wait for.
    pub(crate) foreground: f64,
    /// CPU time of the process per span, until everything was exported.
    pub(crate) cpu: f64,
    /// The untraced workload, per what would be a span.
    pub(crate) untraced: f64,
    /// CPU time of the process for the untraced workload.
    pub(crate) untraced_cpu: f64,
}

pub(crate) fn run(task: &Task) -> Result<(), String> {
    let measured = match task.measurement.stack {
        Name::Untraced => measure::<Untraced>(task, Box::new(Nothing)),
        Name::OursDropped => measure::<Ours>(task, Ours::start(0.0)?),
        Name::OursTenRules => measure::<Ours>(task, Ours::start_with_rules(10)?),
        Name::OursManyRules => measure::<Ours>(task, Ours::start_with_rules(200)?),
        Name::OursMeasured => measure::<Ours>(task, Ours::start_measured()?),
        Name::OursExported => measure::<Ours>(task, Ours::start(1.0)?),
        Name::OursOff => measure::<Ours>(task, Box::new(Nothing)),
        Name::OursOtlp => measure::<Ours>(task, Ours::start_otlp(endpoint(task)?)?),
        Name::OursEverySpan => measure::<Ours>(task, Ours::start_with(OtelContext::EverySpan)?),
        Name::OursLocalRoots => measure::<Ours>(task, Ours::start_with(OtelContext::LocalRoot)?),
        Name::BridgeDropped => measure::<TracingOtel>(task, TracingOtel::start_bridge(0.1)?),
        Name::BridgeExported => measure::<TracingOtel>(task, TracingOtel::start_bridge(1.0)?),
        Name::TracingOtelTenth => {
            let sampler = Sampler::TraceIdRatioBased(0.1);
            measure::<TracingOtel>(task, TracingOtel::start(sampler)?)
        }
        Name::TracingOtelOff => {
            measure::<TracingOtel>(task, TracingOtel::start(Sampler::AlwaysOff)?)
        }
        Name::TracingOtelOn => measure::<TracingOtel>(task, TracingOtel::start(Sampler::AlwaysOn)?),
        Name::TracingOtelOtlp => {
            measure::<TracingOtel>(task, TracingOtel::start_otlp(endpoint(task)?)?)
        }
        Name::InstrumentOff => measure::<TracingOtel>(task, Box::new(Nothing)),
        Name::OtelSdk => measure::<OtelSdk>(task, OtelSdk::start()?),
        Name::OurLines => measure::<OurLines>(task, OurLines::start()?),
        Name::JsonLines => measure::<JsonLines>(task, JsonLines::start()?),
        Name::FastraceCancelled => measure::<Fastrace<true>>(task, Fastrace::<true>::start()),
        Name::FastraceReported => measure::<Fastrace<false>>(task, Fastrace::<false>::start()),
    }?;
    let line = serde_json::to_string(&measured).map_err(|error| error.to_string())?;
    println!("{line}");
    Ok(())
}

fn endpoint(task: &Task) -> Result<String, String> {
    task.endpoint
        .clone()
        .ok_or_else(|| "OTLP needs `--endpoint URL`".to_owned())
}

/// How many roots one chunk has. What is exported stays below what every queue takes before it is flushed; what costs next
/// to nothing needs more to be seen.
fn roots(task: &Task) -> u64 {
    let (stack, threads) = (task.measurement.stack, task.measurement.threads as u64);
    match threads {
        _ if stack.is_off() => 10_000,
        1 => 500,
        _ if stack.exports_all() => 4_000 / threads,
        _ => 2_000,
    }
}

fn measure<S: Stack>(task: &Task, pipeline: Box<dyn Pipeline>) -> Result<Measured, String> {
    // As many workers as tasks: another without work would now and then take a task over, and measure the machine instead.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(task.measurement.threads)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let workload = Workload {
        shape: task.measurement.shape,
        threads: task.measurement.threads,
        roots: roots(task),
        // Not a constant: a text that came with a request.
        text: String::leak(black_box("text-").to_owned() + "0000042"),
        runtime,
    };
    let mut chunks = 0;
    let mut chunk = || {
        chunks += 1;
        let cpu = ProcessTime::now();
        let foreground = workload.run::<S>();
        if task.measurement.stack.hands_over() {
            pipeline.flush();
        }
        let cpu = workload.per_span(cpu.elapsed());
        (foreground, cpu)
    };
    chunk();
    workload.run::<Untraced>();
    let start = Instant::now();
    let mut samples = Vec::new();
    let mut before = calibrate::instructions();
    while samples.is_empty() || start.elapsed() < task.length {
        let floor = calibrate::two_readings();
        let instants = calibrate::two_instants();
        let untraced_cpu = ProcessTime::now();
        let untraced = workload.run::<Untraced>();
        let untraced_cpu = workload.per_span(untraced_cpu.elapsed());
        let (foreground, cpu) = chunk();
        let after = calibrate::instructions();
        samples.push(Sample {
            calibration: [before, after],
            floor,
            instants,
            foreground,
            cpu,
            untraced,
            untraced_cpu,
        });
        before = after;
    }
    Ok(Measured {
        samples,
        ended: chunks * workload.spans(),
        exported: stacks::exported(),
    })
}

struct Workload {
    shape: Shape,
    threads: usize,
    roots: u64,
    text: &'static str,
    runtime: Runtime,
}

impl Workload {
    fn spans(&self) -> u64 {
        self.roots * self.threads as u64 * SPANS
    }

    fn per_span(&self, time: Duration) -> f64 {
        time.as_nanos() as f64 / self.spans() as f64
    }

    /// One chunk; nanoseconds per span.
    fn run<S: Stack>(&self) -> f64 {
        match (self.shape, self.threads) {
            (Shape::Sync, 1) => self.per_span(sync::<S>(self.roots, self.text)),
            (Shape::Sync, _) => self.per_span(self.on_threads::<S>()),
            (Shape::Async, _) => self.in_task(S::in_task),
            (Shape::Yielding, 1) => self.in_task(S::yielding),
            (Shape::Yielding, _) => self.in_tasks(S::yielding),
            (Shape::Spawned, _) => self.in_task(S::spawned),
        }
    }

    /// In one task of the runtime.
    fn in_task<F>(&self, root: impl Fn(&'static str) -> F + Send + 'static) -> f64
    where
        F: Future<Output = i64> + Send + 'static,
    {
        let (roots, text) = (self.roots, self.text);
        let task = self.runtime.spawn(async move {
            let start = Instant::now();
            for _ in 0..roots {
                black_box(root(text).await);
            }
            start.elapsed()
        });
        let wall = self.runtime.block_on(task).unwrap_or_default();
        self.per_span(wall)
    }

    /// In as many tasks as the runtime has workers: the CPU time of the process, since a task may move between them.
    fn in_tasks<F>(&self, root: impl Fn(&'static str) -> F + Copy + Send + 'static) -> f64
    where
        F: Future<Output = i64> + Send + 'static,
    {
        let (roots, text) = (self.roots, self.text);
        let start = ProcessTime::now();
        let tasks: Vec<_> = (0..self.threads)
            .map(|_| {
                self.runtime.spawn(async move {
                    for _ in 0..roots {
                        black_box(root(text).await);
                    }
                })
            })
            .collect();
        for task in tasks {
            let _ = self.runtime.block_on(task);
        }
        self.per_span(start.elapsed())
    }

    /// On several threads at once: the CPU time of all.
    fn on_threads<S: Stack>(&self) -> Duration {
        let (roots, text) = (self.roots, self.text);
        let ready = Barrier::new(self.threads);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads)
                .map(|_| {
                    scope.spawn(|| {
                        // Each thread makes its buffers first.
                        black_box(S::sync(text));
                        ready.wait();
                        let start = ThreadTime::now();
                        sync::<S>(roots - 1, text);
                        start.elapsed()
                    })
                })
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_default())
                .sum()
        })
    }
}

fn sync<S: Stack>(roots: u64, text: &'static str) -> Duration {
    let start = Instant::now();
    for _ in 0..roots {
        black_box(S::sync(text));
    }
    start.elapsed()
}
