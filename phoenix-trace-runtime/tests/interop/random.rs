//! Programs made at random, from fixed seeds: whatever is entered, attached, polled and detached in whatever order, each span is
//! below the one that a simple model says, and is exported once.

mod program;
mod tasks;

use std::collections::HashMap;

use opentelemetry::trace::SpanId;
use phoenix_trace_runtime::OtelContext;

use self::program::{Below, Program};
use super::{MODES, capture_in};

/// What a program recorded, as it is expected.
fn check(seed: u64, contexts: OtelContext, steps: usize) {
    let capture = capture_in(contexts);
    let program = Program::new(seed, contexts);
    capture.run(|| {
        program.run(steps);
        program.end();
    });
    let stats = capture.stats();
    let spans = capture.exported();
    let names: HashMap<_, usize> = (spans.iter())
        .map(|span| {
            let name = span.name.parse().unwrap_or(usize::MAX);
            (span.span_context.span_id(), name)
        })
        .collect();
    let mut recorded: Vec<_> = (spans.iter())
        .map(|span| {
            let below = match (names.get(&span.parent_span_id), span.parent_span_id) {
                (Some(name), _) => Below::Span(*name),
                (None, SpanId::INVALID) => Below::Nothing,
                (None, id) => Below::Remote(u64::from_be_bytes(id.to_bytes())),
            };
            (names[&span.span_context.span_id()], below)
        })
        .collect();
    recorded.sort_unstable_by_key(|(name, _)| *name);
    let log = program.log();
    assert_eq!(
        recorded,
        program.expected(),
        "seed {seed}, {contexts}:\n{log}\n{}",
        capture.tree()
    );
    assert!(
        stats.open == 0 && stats.balances(),
        "seed {seed}, {contexts}: {stats}\n{log}"
    );
}

#[test]
fn spans_are_below_what_a_model_says_in_any_program() {
    for contexts in MODES {
        for seed in 1..=30 {
            for steps in [8, 24] {
                check(seed, contexts, steps);
            }
        }
    }
}
