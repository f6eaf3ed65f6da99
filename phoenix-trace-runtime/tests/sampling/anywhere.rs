//! Wherever in a segment something fails, in whichever task or thread, the segment is kept whole; and no other is.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;

use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, OtelContext, spawn, spawn_blocking};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::{fallible, traced};

/// What runs in a span, one after the other.
#[derive(Clone, Debug)]
struct Work {
    fails: bool,
    steps: Vec<(Way, Work)>,
}

#[derive(Clone, Copy, Debug)]
enum Way {
    Here,
    Yielding,
    Task,
    Joined,
    Blocking,
    Left,
}

impl Work {
    fn random(random: &mut StdRng, depth: u32) -> Self {
        let steps = match depth {
            0 => 0,
            _ => random.random_range(0..4),
        };
        let ways = [
            Way::Here,
            Way::Yielding,
            Way::Task,
            Way::Joined,
            Way::Blocking,
            Way::Left,
        ];
        Self {
            fails: random.random_bool(0.02),
            steps: (0..steps)
                .map(|_| {
                    let way = ways[random.random_range(0..ways.len())];
                    (way, Self::random(random, depth - 1))
                })
                .collect(),
        }
    }

    fn size(&self) -> usize {
        1 + self
            .steps
            .iter()
            .map(|(_, work)| work.size())
            .sum::<usize>()
    }

    fn fails_anywhere(&self) -> bool {
        self.fails || self.steps.iter().any(|(_, work)| work.fails_anywhere())
    }

    fn run(self, name: &'static str) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let Self { fails, steps } = self;
            let body = async move {
                let mut tasks = Vec::new();
                for (way, work) in steps {
                    match way {
                        Way::Here => work.run("here").await,
                        Way::Yielding => {
                            tokio::task::yield_now().await;
                            work.run("yielding").await;
                        }
                        Way::Task => spawn(work.run("task")).await.unwrap(),
                        Way::Joined => tasks.push(spawn(work.run("joined"))),
                        Way::Blocking => {
                            let handle = tokio::runtime::Handle::current();
                            spawn_blocking(move || handle.block_on(work.run("blocking")))
                                .await
                                .unwrap();
                        }
                        Way::Left => drop(spawn(work.run("left"))),
                    }
                }
                for task in tasks {
                    task.await.unwrap();
                }
                match fails {
                    true => "x".parse::<u8>(),
                    false => Ok(1),
                }
            };
            let _ = fallible(name, body).await;
        })
    }
}

fn check(config: Config, seed: u64) {
    const SEGMENTS: usize = 1000;
    let mut random = StdRng::seed_from_u64(seed);
    let all: Vec<Work> = (0..SEGMENTS)
        .map(|_| Work::random(&mut random, 4))
        .collect();
    let capture = Capture::with_config(config.sampler(Sampler::ratio(0.0)));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let names: Vec<&'static str> = (0..SEGMENTS)
        .map(|number| &*Box::leak(number.to_string().into_boxed_str()))
        .collect();
    runtime.block_on(capture.future(async {
        let mut running = tokio::task::JoinSet::new();
        for (work, name) in all.iter().zip(&names) {
            let (work, name) = (work.clone(), *name);
            running.spawn(capture.future(traced(name, work.run("work"))));
            if running.len() > 32 {
                running.join_next().await;
            }
        }
        while running.join_next().await.is_some() {}
    }));
    crate::sampling::until(|| capture.stats().segments_open == 0);
    drop(runtime);
    let stats = capture.stats();
    assert!(stats.balances() && stats.late_errors == 0, "{stats}");
    let mut traces: HashMap<_, Vec<_>> = HashMap::new();
    for span in capture.exported() {
        traces
            .entry(span.span_context.trace_id())
            .or_default()
            .push(span);
    }
    let mut kept = BTreeMap::new();
    for spans in traces.values() {
        let root = spans
            .iter()
            .find(|span| span.parent_span_id == opentelemetry::SpanId::INVALID)
            .expect("a root");
        kept.insert(root.name.to_string(), spans.len());
    }
    let expected: BTreeMap<_, _> = all
        .iter()
        .zip(&names)
        .filter(|(work, _)| work.fails_anywhere())
        .map(|(work, name)| ((*name).to_owned(), 1 + work.size()))
        .collect();
    assert_eq!(kept, expected);
}

#[test]
fn a_failure_anywhere_keeps_the_whole_of_its_segment_and_of_no_other() {
    let contexts = [
        OtelContext::Auto,
        OtelContext::LocalRoot,
        OtelContext::EverySpan,
        OtelContext::Off,
    ];
    for (contexts, seed) in contexts.into_iter().zip(0..) {
        check(Config::default().otel_context(contexts), seed);
    }
}
