//! Traces that are deeper than any stack.

use std::thread;

use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Carried, Config, DropReason};

use crate::support::enter;

const DEPTH: usize = 100_000;

/// So many spans, each below the one before.
fn deep(capture: &Capture) {
    capture.run(|| {
        let mut spans: Vec<_> = (0..DEPTH).map(|_| enter("deep")).collect();
        while spans.pop().is_some() {}
    });
}

#[test]
fn a_trace_100_000_deep_keeps_to_its_bound_and_counts_the_rest() {
    let capture = Capture::new();
    deep(&capture);
    let stats = capture.stats();
    assert_eq!(
        (stats.ended, stats.acknowledged),
        (100_000, 10_000),
        "{stats}"
    );
    assert!(
        stats.dropped.contains(&(DropReason::SegmentFull, 90_000)) && stats.balances(),
        "{stats}"
    );
}

#[test]
fn a_trace_100_000_deep_arrives_whole_where_the_bounds_allow_it() {
    let config =
        Config::from_vars(|name| (name == "OTEL_BSP_MAX_QUEUE_SIZE").then(|| "1000000".to_owned()));
    let config = config.service("test").sampler(Sampler::always_on());
    let capture = Capture::with_config(config.max_spans_per_segment(DEPTH));
    deep(&capture);
    let spans = capture.exported();
    assert_eq!(spans.len(), DEPTH);
    let parents_first = spans
        .windows(2)
        .all(|pair| pair[1].parent_span_id == pair[0].span_context.span_id());
    assert!(parents_first);
}

/// Strands that hide one another, each made on the one before.
fn nest(depth: usize) {
    if depth > 0 {
        Carried::new(depth - 1).run(|depth| {
            let _span = enter("nested");
            nest(depth);
        });
    }
}

#[test]
fn strands_that_hide_one_another_10_000_deep_are_one_trace() {
    const STRANDS: usize = 10_000;
    let capture = Capture::new();
    thread::scope(|scope| {
        let nesting = thread::Builder::new().stack_size(256 * 1024 * 1024);
        let nesting = nesting.spawn_scoped(scope, || {
            capture.run(|| {
                let _root = enter("root");
                nest(STRANDS - 1);
            });
        });
        nesting.expect("it starts").join().expect("it ends");
    });
    let spans = capture.exported();
    assert_eq!(spans.len(), STRANDS, "{}", capture.stats());
    let trace = spans[0].span_context.trace_id();
    assert!(
        spans
            .iter()
            .all(|span| span.span_context.trace_id() == trace)
    );
    assert!(capture.stats().balances());
}
