use std::collections::BTreeSet;
use std::convert::Infallible;
use std::time::Duration;

use axum::http::{Request, Response, StatusCode};
use phoenix_trace_runtime::outcome::{Failure, Outcome};
use phoenix_trace_runtime::sampling::{Rule, SamplingRules};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{HttpServerLayer, spawn, spawn_thread, with_traced_operation};
use tower::{Layer as _, Service as _, service_fn};

use super::{Asked, Template, failing, serve, state};
use crate::support::{enter, fallible};

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

#[tokio::test]
async fn codes_that_a_rule_keeps_are_told_apart_as_well() {
    let rule = Rule::new().ratio(0.0).keep_errors(["404", "403"]);
    let capture = storm(rule, 0.0);
    let guard = capture.enter();
    let (absent, forbidden) = (StatusCode::NOT_FOUND, StatusCode::FORBIDDEN);
    let asked = [("/a", absent), ("/a", forbidden), ("/b", absent)].map(|(route, status)| Asked {
        route: Some(route),
        status,
        ..Asked::default()
    });
    serve(asked).await;
    drop(guard);
    assert_eq!(super::kept(&capture), ["GET /a", "GET /a", "GET /b"]);
    assert!(capture.exported().iter().all(|span| state(span).is_empty()));
}

#[test]
fn failures_are_told_apart_by_what_keeps_them() {
    let rule = Rule::new().ratio(0.0).ignore_errors("Absent");
    let capture = storm(rule, 0.0);
    capture.run(|| {
        for error_type in ["Timeout", "Refused"] {
            let root = enter("pay");
            failing("look", "Absent");
            root.outcome(Outcome::Err(Failure::new(error_type)));
        }
    });
    assert_eq!(super::kept(&capture), ["pay", "look", "pay", "look"]);
}

#[test]
fn what_fails_in_tasks_of_different_operations_is_told_apart() {
    let capture = storm(Rule::new().ratio(0.0), 0.0);
    capture.run(|| {
        for name in ["pay", "refund"] {
            let _root = enter(name);
            let task = spawn_thread(|| failing("look", "Timeout"));
            task.join().expect("it ends");
        }
    });
    assert_eq!(super::kept(&capture), ["pay", "look", "refund", "look"]);
}

#[tokio::test]
async fn so_is_what_a_request_was_told_of_its_tasks() {
    let capture = storm(Rule::new().ratio(0.0), 0.0);
    let guard = capture.enter();
    let layer = HttpServerLayer::new().route(|extensions| Some(extensions.get::<Template>()?.0));
    let mut server = layer.layer(service_fn(async |_: Request<String>| {
        let task = spawn(fallible("look", async { "x".parse::<u8>() }));
        assert!(task.await.expect("it ends").is_err());
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    for route in ["/a", "/b", "/c"] {
        let mut request = Request::new(String::new());
        request.extensions_mut().insert(Template(route));
        let Ok(response) = server.call(request).await;
        drop(response);
    }
    drop(guard);
    let kept = ["GET /a", "look", "GET /b", "look", "GET /c", "look"];
    assert_eq!(super::kept(&capture), kept);
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
    let names: Vec<String> = (0..200).map(|number| format!("op {number:03}")).collect();
    capture.run(|| {
        for name in &names {
            (0..10).for_each(|_| with_traced_operation(name, (), || ()));
        }
    });
    let kept: BTreeSet<String> = super::kept(&capture).into_iter().collect();
    assert_eq!(kept, names.into_iter().collect());
    assert!(capture.exported().iter().all(|span| state(span).is_empty()));
}
