use std::time::Duration;

use phoenix_trace_runtime::sampling::{Rule, SamplingRules};
use phoenix_trace_runtime::testing::Capture;

use super::{failing, state};
use crate::support::enter;

fn storm(rule: Rule, limit: f64) -> Capture {
    Capture::with_sampler(SamplingRules::new().rule(rule).error_limit(limit).into())
}

#[test]
fn a_limit_cuts_what_is_kept_for_errors_alone_and_lets_one_of_each_kind_through() {
    const FAILED: usize = 5_000;
    let capture = storm(Rule::new().ratio(0.0), 1.0);
    capture.run(|| {
        (0..FAILED).for_each(|_| failing("pay", "Timeout"));
        failing("pay", "Refused");
        failing("refund", "Timeout");
        failing("refund", "Timeout");
    });
    let exported = capture.exported();
    let of = |name: &str, kind: &str| {
        let spans = exported.iter().filter(|span| {
            let is_kind = |attr: &opentelemetry::KeyValue| {
                attr.key.as_str() == "error.type" && attr.value.as_str() == kind
            };
            span.name == name && span.attributes.iter().any(is_kind)
        });
        spans.map(state).collect::<Vec<_>>()
    };
    assert!(!of("pay", "Refused").is_empty() && !of("refund", "Timeout").is_empty());
    // The first one stands for itself; while the limit cuts, nobody knows how many others one stands for.
    assert!(of("pay", "Timeout").iter().any(|state| state == "ot=th:0"));
    assert!(exported.iter().any(|span| state(span).is_empty()));
    let stats = capture.stats();
    let kept = exported.len() as u64;
    assert_eq!(stats.sampling.errors_cut + kept, FAILED as u64 + 3);
    // One each second, and one of each kind, on a machine that takes some seconds for it.
    assert!(kept < 100, "{stats}");
    assert!(stats.balances(), "{stats}");
}

#[test]
fn what_is_kept_for_another_reason_is_not_cut() {
    let capture = storm(Rule::new().slower_than(Duration::ZERO), 0.0);
    capture.run(|| (0..10).for_each(|_| failing("pay", "Timeout")));
    assert_eq!(capture.exported().len(), 10);
    assert_eq!(capture.stats().sampling.errors_cut, 0);
}

#[test]
fn a_rule_with_a_limit_keeps_so_many_per_second_and_then_states_no_threshold() {
    const STARTED: usize = 2_000;
    let capture = Capture::with_sampler(Rule::new().at_most(2.0).into());
    capture.run(|| (0..STARTED).for_each(|_| drop(enter("root"))));
    let states: Vec<String> = capture.exported().iter().map(state).collect();
    assert!(states.len() < 100, "{}", states.len());
    let exact = states.iter().filter(|state| *state == "ot=th:0").count();
    assert!(exact >= 2, "{states:?}");
    assert!(
        states
            .iter()
            .all(|state| state.is_empty() || state == "ot=th:0")
    );
}

#[test]
fn at_least_so_many_of_each_operation_are_kept() {
    let capture = Capture::with_sampler(Rule::new().ratio(0.0).at_least(1.0).into());
    capture.run(|| {
        for name in ["pay", "refund", "browse"] {
            (0..100).for_each(|_| drop(enter(name)));
        }
    });
    let mut kept = super::kept(&capture);
    kept.sort_unstable();
    kept.dedup();
    assert_eq!(kept, ["browse", "pay", "refund"]);
    assert!(capture.exported().iter().all(|span| state(span).is_empty()));
}
