//! Statistics over exported spans estimate the true totals.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use phoenix_trace_runtime::propagation::Threshold;
use phoenix_trace_runtime::sampling::{Rule, SamplingRules};
use phoenix_trace_runtime::testing::Capture;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{Asked, serve, state};

const REQUESTS: usize = 100_000;
const SEED: u64 = 4711;
/// Each operation with its share of the traces that is kept, and the share of its requests that fail.
const OPERATIONS: [(&str, f64, f64); 4] = [
    ("/search", 0.5, 0.02),
    ("/browse", 0.1, 0.001),
    ("/health", 0.01, 0.0),
    ("/pay", 1.0, 0.05),
];

#[derive(Debug, Default)]
struct Total {
    requests: f64,
    failed: f64,
}

fn adjusted_count(state: &str) -> f64 {
    let ot = state.split(',').find_map(|one| one.strip_prefix("ot=th:"));
    let threshold = ot.and_then(Threshold::parse);
    threshold.expect("every kept span says it").adjusted_count()
}

/// With a fixed seed, and within five standard deviations: a correct implementation fails one in more than a million seeds.
#[tokio::test]
async fn adjusted_counts_of_exported_spans_add_up_to_the_true_totals() {
    let rules: SamplingRules = OPERATIONS
        .iter()
        .map(|(route, ratio, _)| Rule::new().route(*route).ratio(*ratio))
        .collect();
    let capture = Capture::with_sampler(rules.into());
    let mut random = StdRng::seed_from_u64(SEED);
    let mut truth: BTreeMap<&str, Total> = BTreeMap::new();
    let requests: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let (route, _, failing) = OPERATIONS[random.random_range(0..OPERATIONS.len())];
            let fails = random.random_bool(failing);
            let total = truth.entry(route).or_default();
            total.requests += 1.0;
            total.failed += f64::from(u8::from(fails));
            let trace: u128 = random.random();
            let parent = format!("00-{trace:032x}-00f067aa0ba902b7-02");
            (route, fails, [("traceparent", parent)])
        })
        .collect();
    let asked = requests.iter().map(|(route, fails, headers)| Asked {
        route: Some(route),
        headers,
        status: match fails {
            true => StatusCode::INTERNAL_SERVER_ERROR,
            false => StatusCode::OK,
        },
    });
    let guard = capture.enter();
    serve(asked).await;
    drop(guard);
    let mut estimated: BTreeMap<String, Total> = BTreeMap::new();
    for span in capture.exported() {
        let route = span.name.strip_prefix("GET ").expect("a route").to_owned();
        let total = estimated.entry(route).or_default();
        let count = adjusted_count(&state(&span));
        total.requests += count;
        if span.status != opentelemetry::trace::Status::Unset {
            total.failed += count;
        }
    }
    for (route, ratio, _) in OPERATIONS {
        let (truth, estimated) = (&truth[route], &estimated[route]);
        let succeeded = truth.requests - truth.failed;
        let deviation = (succeeded * (1.0 - ratio) / ratio).sqrt();
        let error = (estimated.requests - truth.requests).abs();
        assert!(
            error <= 5.0 * deviation + truth.requests * 1e-4,
            "{route}: {truth:?}, {estimated:?}"
        );
        // Every failure is there, and stands for itself.
        assert_eq!(estimated.failed, truth.failed, "{route}");
    }
}

#[test]
fn what_is_slow_stands_for_itself() {
    const BOUND: Duration = Duration::from_micros(200);
    let rule = Rule::new().ratio(0.1).slower_than(BOUND);
    let capture = Capture::with_sampler(rule.into());
    const SEGMENTS: u32 = 20_000;
    let mut slow = 0_u32;
    capture.run(|| {
        for number in 0..SEGMENTS {
            let start = Instant::now();
            let root = crate::support::enter("root");
            // Some are slow on purpose; others are when the machine is busy.
            while number % 100 == 0 && start.elapsed() < 2 * BOUND {
                std::hint::spin_loop();
            }
            drop(root);
            slow += u32::from(number % 100 == 0);
        }
    });
    let exported = capture.exported();
    let estimated: f64 = exported
        .iter()
        .map(|span| adjusted_count(&state(span)))
        .sum();
    let deviation = (f64::from(SEGMENTS - slow) * 0.9 / 0.1).sqrt();
    assert!(
        (estimated - f64::from(SEGMENTS)).abs() <= 5.0 * deviation,
        "{estimated}"
    );
    let certain = exported.iter().filter(|span| state(span) == "ot=th:0");
    assert!(certain.count() >= slow as usize);
}

#[tokio::test]
async fn what_is_forced_stands_for_itself() {
    const FORCED: usize = 1000;
    const OTHERS: usize = 9000;
    let capture = Capture::with_sampler(Rule::new().ratio(0.1).into());
    let mut random = StdRng::seed_from_u64(SEED);
    let mut caller = |state: &str| {
        let trace: u128 = random.random();
        let parent = format!("00-{trace:032x}-00f067aa0ba902b7-02");
        [("traceparent", parent), ("tracestate", state.to_owned())]
    };
    let forced: Vec<_> = (0..FORCED).map(|_| caller("phoenix=forced")).collect();
    let others: Vec<_> = (0..OTHERS).map(|_| caller("vendor=1")).collect();
    let guard = capture.enter();
    let asked = forced.iter().chain(&others).map(|headers| Asked {
        headers,
        ..Asked::default()
    });
    serve(asked).await;
    drop(guard);
    let states: Vec<String> = capture.exported().iter().map(state).collect();
    let certain = states
        .iter()
        .filter(|state| *state == "ot=th:0,phoenix=forced");
    assert_eq!(certain.count(), FORCED);
    let estimated: f64 = states.iter().map(|state| adjusted_count(state)).sum();
    let error = (estimated - (FORCED + OTHERS) as f64).abs();
    assert!(
        error <= 5.0 * (OTHERS as f64 * 0.9 / 0.1).sqrt(),
        "{estimated}"
    );
}
