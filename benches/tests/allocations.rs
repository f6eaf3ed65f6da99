//! Recording does not allocate: in the steady state, a segment that is recorded and dropped costs no heap allocation, in
//! any thread of the process, but for the context of OpenTelemetry at its local root, which can be switched off.

use std::alloc::System;
use std::hint::black_box;

use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, OtelContext, attribute_keys, traced_operation};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TEXT: &str = "text-0000042";
const ROOTS: usize = 1_000;
const CHILDREN: i64 = 10;

attribute_keys! {
    mod keys {
        /// The number of the child.
        NUMBER: "test.number" => int,
        /// A text.
        TEXT: "test.text" => string,
    }
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
fn root(text: &str) -> i64 {
    (0..CHILDREN).map(|n| child(n, text)).sum()
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
fn child(n: i64, text: &str) -> i64 {
    black_box(text);
    n
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_in_task(text: &str) {
    for n in 0..CHILDREN {
        black_box(child_in_task(n, text).await);
    }
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
async fn child_in_task(n: i64, text: &str) -> i64 {
    black_box(text);
    n
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_yielding(text: &str) {
    for n in 0..CHILDREN {
        black_box(child_yielding(n, text).await);
    }
}

#[traced_operation(attributes(keys::NUMBER = n, keys::TEXT = text))]
async fn child_yielding(n: i64, text: &str) -> i64 {
    black_box(text);
    tokio::task::yield_now().await;
    n
}

#[traced_operation(attributes(keys::NUMBER = CHILDREN, keys::TEXT = text))]
async fn root_spawning(text: &'static str) {
    for n in 0..CHILDREN {
        let _ = black_box(phoenix_trace::spawn(child_in_task(n, text)).await);
    }
}

async fn plain_spawning(text: &'static str) {
    for n in 0..CHILDREN {
        let child = async move {
            black_box(text);
            n
        };
        let _ = black_box(tokio::spawn(child).await);
    }
}

/// Allocations of the whole process since the region began.
fn since(region: &Region<'_, System>) -> usize {
    let change = region.change();
    change.allocations + change.reallocations
}

/// Allocations for each span of so many roots, made in a task, once it is warm.
fn in_task<F>(runtime: &Runtime, root: fn(&'static str) -> F) -> f64
where
    F: Future<Output = ()> + Send + 'static,
{
    let task = runtime.spawn(async move {
        for _ in 0..ROOTS {
            root(TEXT).await;
        }
        let region = Region::new(ALLOCATOR);
        for _ in 0..ROOTS {
            root(TEXT).await;
        }
        per_span(since(&region))
    });
    runtime.block_on(task).expect("the task ends")
}

fn sync() -> f64 {
    for _ in 0..ROOTS {
        black_box(root(TEXT));
    }
    let region = Region::new(ALLOCATOR);
    for _ in 0..ROOTS {
        black_box(root(TEXT));
    }
    per_span(since(&region))
}

fn per_span(allocations: usize) -> f64 {
    allocations as f64 / (ROOTS as f64 * (CHILDREN + 1) as f64)
}

/// Each shape of the workload, with its allocations per span.
fn measure(runtime: &Runtime) -> [(&'static str, f64); 4] {
    let spawning = in_task(runtime, root_spawning) - in_task(runtime, plain_spawning);
    [
        ("sync", sync()),
        ("async in one task", in_task(runtime, root_in_task)),
        ("async, each child yields", in_task(runtime, root_yielding)),
        ("spawned children, beyond the runtime's own", spawning),
    ]
}

// One test: another that ran beside it would be counted.
#[test]
fn a_span_that_is_off_or_dropped_allocates_nothing() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    let off = measure(&runtime);
    let config = || Config::default().sampler(Sampler::ratio(0.0)).no_exporter();
    let dropped = |config| {
        let telemetry = phoenix_trace::init(config).expect("telemetry starts");
        let dropped = measure(&runtime);
        let account = telemetry.shutdown();
        assert_eq!(account.discarded, account.ended, "{account}");
        assert!(account.discarded > 0, "{account}");
        dropped
    };
    let unmeasured = dropped(config());
    let measured = dropped(config().metrics_console());

    // Of a context of OpenTelemetry for each local root: its span, and what shares that.
    const PER_ROOT: f64 = 2.0;
    let with_contexts = dropped(config().otel_context(OtelContext::LocalRoot));
    let more = |found: &&(&str, f64)| found.1 > PER_ROOT / (CHILDREN + 1) as f64 + 0.02;
    let found: Vec<_> = with_contexts.iter().filter(more).collect();
    assert!(
        found.is_empty(),
        "allocations per span, with contexts: {found:.3?}"
    );

    // A thread may still fill its pool of buffers when a task first comes to it; and what two threads share serves again
    // only if the last of them has let go in time.
    let allocates = |(shape, per_span): &&(&str, f64)| {
        *per_span
            > if shape.starts_with("spawned") {
                0.02
            } else {
                0.005
            }
    };
    let found = off.iter().chain(&unmeasured).chain(&measured);
    let found: Vec<_> = found.filter(allocates).collect();
    assert!(found.is_empty(), "allocations per span: {found:.3?}");
}
