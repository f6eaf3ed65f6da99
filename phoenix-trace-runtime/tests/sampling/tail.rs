use std::future::Future as _;
use std::time::Duration;

use axum::http::StatusCode;
use phoenix_trace_runtime::sampling::{Rule, Sampler};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, current_span, spawn};

use super::{Asked, failing, kept, serve, state};
use crate::support::{enter, traced};

fn capture(rule: Rule) -> Capture {
    Capture::with_sampler(Sampler::from(rule))
}

#[test]
fn what_is_slower_than_its_bound_is_kept_with_certainty() {
    let capture = capture(Rule::new().ratio(0.0).slower_than(Duration::ZERO));
    capture.run(|| {
        let _root = enter("root");
        drop(enter("child"));
    });
    let expected = "trace · test · 2 spans · kept: slow\nroot\n└╴child\n";
    assert_eq!(capture.tree(), expected);
    assert!(
        capture
            .exported()
            .iter()
            .all(|span| state(span) == "ot=th:0")
    );
    let stats = capture.stats();
    assert_eq!(stats.segments_kept_by_slowness, 1, "{stats}");
    assert_eq!(stats.segments_open, 0, "{stats}");
}

#[test]
fn what_is_not_slower_is_not() {
    let capture = capture(
        Rule::new()
            .ratio(0.0)
            .slower_than(Duration::from_secs(3600)),
    );
    capture.run(|| drop(enter("root")));
    assert_eq!(kept(&capture), [""; 0]);
}

#[tokio::test]
async fn only_the_local_root_counts_and_not_the_tasks_that_outlive_it() {
    let rule = Rule::new()
        .ratio(0.0)
        .slower_than(Duration::from_secs(3600));
    let capture = Capture::with_config(
        Config::default()
            .sampler(rule)
            .grace_period(Duration::from_secs(3600)),
    );
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let mut task = None;
    let root = traced("root", async {
        task = Some(spawn(traced("task", async { ended.await.is_ok() })));
    });
    capture.future(root).await;
    end.send(()).expect("it waits");
    let task = task.expect("it was spawned");
    assert!(task.await.expect("it ends"));
    assert_eq!(kept(&capture), [""; 0]);
    assert_eq!(capture.stats().segments_discarded, 1);
}

#[tokio::test]
async fn a_slow_root_keeps_what_is_decided_when_its_grace_period_is_over() {
    let rule = Rule::new().ratio(0.0).slower_than(Duration::ZERO);
    let capture = Capture::with_config(
        Config::default()
            .service("test")
            .sampler(rule)
            .grace_period(Duration::ZERO),
    );
    let handle = capture.run(|| {
        let _root = enter("root");
        let handle = current_span();
        std::mem::forget(handle.carry(()));
        handle
    });
    super::until(|| !capture.spans().is_empty());
    drop(handle);
    assert_eq!(capture.tree(), "trace · test · 1 span · kept: slow\nroot\n");
}

#[test]
fn several_reasons_may_hold() {
    let capture = capture(Rule::new().slower_than(Duration::ZERO));
    capture.run(|| failing("root", "Broken"));
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · 1 error · kept: head, error, slow\nroot · ✗ Broken · ◆ exception\n"
    );
    assert_eq!(state(&capture.exported()[0]), "ot=th:0");
}

#[test]
fn never_is_never() {
    let capture = capture(Rule::new().never().slower_than(Duration::ZERO));
    capture.run(|| failing("root", "Broken"));
    assert_eq!(kept(&capture), [""; 0]);
    let of_code = Capture::with_sampler(Sampler::always_off().parent_based());
    for capture in [capture_of("parentbased_always_off"), of_code] {
        capture.run(|| failing("root", "Broken"));
        assert_eq!(kept(&capture), ["root"], "it leaves failures on");
    }
}

fn capture_of(sampler: &str) -> Capture {
    let config =
        Config::from_vars(|name| (name == "OTEL_TRACES_SAMPLER").then(|| sampler.to_owned()));
    Capture::with_config(config)
}

#[test]
fn which_failures_keep_a_segment_is_configurable() {
    let rule = Rule::new()
        .ratio(0.0)
        .ignore_errors(["NotFound", "Timeout*"]);
    let capture = capture(rule);
    capture.run(|| {
        ["NotFound", "TimeoutExpired", "Broken"]
            .into_iter()
            .for_each(|kind| failing("root", kind));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · 1 error · kept: error\nroot · ✗ Broken · ◆ exception\n"
    );
}

#[tokio::test]
async fn codes_that_are_no_error_of_the_servers_count_where_they_are_named() {
    let statuses = [
        StatusCode::NOT_FOUND,
        StatusCode::FORBIDDEN,
        StatusCode::BAD_GATEWAY,
    ];
    let asked = || {
        statuses.map(|status| Asked {
            status,
            ..Asked::default()
        })
    };
    for (rule, expected) in [
        (Rule::new().ratio(0.0), 1),
        (Rule::new().ratio(0.0).keep_errors("404"), 2),
        (
            Rule::new()
                .ratio(0.0)
                .keep_errors(["40?"])
                .ignore_errors("502"),
            2,
        ),
    ] {
        let shown = rule.to_string();
        let capture = capture(rule);
        let guard = capture.enter();
        serve(asked()).await;
        drop(guard);
        assert_eq!(kept(&capture).len(), expected, "{shown}");
    }
}

#[test]
fn cancelled_is_a_class_of_its_own() {
    for (rule, expected) in [
        (Rule::new().ratio(0.0), ""),
        (
            Rule::new().ratio(0.0).keep_errors("cancelled"),
            "trace · test · 1 span · kept: error\nopen · phoenix.cancelled=true\n",
        ),
    ] {
        let capture = capture(rule);
        let mut open = Box::pin(capture.future(traced("open", std::future::pending::<()>())));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(open.as_mut().poll(&mut context).is_pending());
        drop(open);
        assert_eq!(capture.tree(), expected);
    }
}
