//! Tasks that spawn tasks, in programs made at random from fixed seeds: whatever becomes of them, each span is exported once, below
//! the span that ran where it started, with the id that it had while it ran and with all that was told of it.

mod program;
mod tasks;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use phoenix_trace_runtime::Config;
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use tokio::runtime::Builder;

use self::program::{Expected, Kind, Program};
use crate::interop::{MODES, capture_of};

const NUMBER: Key<types::Int> = Key::new("phoenix.test.number");
const TEXT: Key<types::Str> = Key::new("phoenix.test.text");
const LATE: Key<types::Bool> = Key::new("phoenix.test.late");

fn found(span: &SpanData) -> Expected {
    let attrs: HashMap<_, _> = (span.attributes.iter())
        .map(|attr| (attr.key.as_str(), attr.value.to_string()))
        .collect();
    Expected {
        name: span.name.parse().expect("it is called by its number"),
        id: span.span_context.span_id(),
        parent: span.parent_span_id,
        number: attrs.get(NUMBER.name()).cloned(),
        text: attrs.get(TEXT.name()).cloned(),
        late: attrs.contains_key(LATE.name()),
        events: span.events.events.len(),
        links: span.links.links.len(),
        failed: matches!(span.status, Status::Error { .. }),
        cancelled: attrs.contains_key("phoenix.cancelled"),
    }
}

/// What a program has recorded, and what it knows of it.
struct Outcome {
    found: Vec<Expected>,
    expected: Vec<Expected>,
    what: String,
}

fn run(capture: Capture, kind: Kind, threads: usize, seed: u64) -> Outcome {
    let program = Program::new(kind);
    let mut runtime = match threads {
        0 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    let runtime = runtime.worker_threads(threads.max(1)).enable_time().build();
    let capture = Arc::new(capture);
    runtime.expect("it starts").block_on(async {
        let work = program.clone().run(seed, capture.clone());
        let root = tokio::spawn(capture.future(work));
        root.await.expect("it ends");
        program.end().await;
    });
    capture.shutdown();
    let stats = capture.stats();
    let what = format!("seed {seed}, {threads} threads, {kind:?}: {stats}");
    assert!(stats.open == 0 && stats.segments_open == 0, "{what}");
    assert!(stats.balances(), "{what}");
    let mut found: Vec<_> = capture.exported().iter().map(found).collect();
    found.sort_by_key(|span| span.name);
    let names: HashSet<_> = found.iter().map(|span| span.name).collect();
    assert_eq!(names.len(), found.len(), "each once: {what}");
    let expected = program.expected();
    Outcome {
        found,
        expected,
        what,
    }
}

/// Runs programs under a configuration, in each mode, on one thread and on several.
fn each(config: impl Fn() -> Config, fails: bool, stops: bool, check: impl Fn(Outcome)) {
    for contexts in MODES {
        for threads in [0, 2] {
            for seed in 1..=6 {
                let kind = Kind {
                    contexts,
                    fails,
                    stops,
                };
                let capture = capture_of(config(), contexts);
                check(run(capture, kind, threads, seed));
            }
        }
    }
}

fn all_is_found(outcome: Outcome) {
    assert_eq!(outcome.found, outcome.expected, "{}", outcome.what);
}

#[test]
fn each_span_is_exported_as_it_was() {
    each(Config::default, false, false, all_is_found);
}

#[test]
fn each_is_where_tasks_fail_and_panic() {
    each(Config::default, true, false, all_is_found);
}

#[test]
fn each_is_where_the_segment_is_cut() {
    for period in [Duration::from_nanos(1), Duration::from_millis(1)] {
        each(
            || Config::default().cut_after(period),
            true,
            false,
            all_is_found,
        );
    }
}

#[test]
fn one_that_fails_keeps_all_and_without_one_nothing_is_kept() {
    for fails in [true, false] {
        let config = || Config::default().sampler(Sampler::ratio(0.0));
        each(config, fails, false, |outcome| {
            if outcome.expected.iter().any(|span| span.failed) {
                all_is_found(outcome);
            } else {
                assert_eq!(outcome.found, [], "{}", outcome.what);
            }
        });
    }
}

fn some_are_found(outcome: &Outcome) {
    for found in &outcome.found {
        let expected = &outcome.expected[found.name];
        let ids = (expected.id, expected.parent);
        assert_eq!((found.id, found.parent), ids, "{}", outcome.what);
    }
}

#[test]
fn where_there_is_little_room_all_that_fails_is_exported() {
    let config = || Config::default().max_undecided_bytes(20_000);
    each(config, true, false, |outcome| {
        some_are_found(&outcome);
        let failed = |spans: &[Expected]| spans.iter().filter(|span| span.failed).count();
        let number = failed(&outcome.expected);
        assert_eq!(failed(&outcome.found), number, "{}", outcome.what);
    });
}

#[test]
fn what_is_exported_was_as_it_is_where_a_segment_is_full_or_shutdown_comes_meanwhile() {
    let full = || Config::default().max_spans_per_segment(8);
    each(full, true, false, |outcome| some_are_found(&outcome));
    each(Config::default, true, true, |outcome| {
        some_are_found(&outcome);
    });
}
