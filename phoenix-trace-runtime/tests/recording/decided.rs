use std::future::{Future as _, poll_fn};
use std::sync::{LazyLock, mpsc};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::{Context as OpenTelemetry, KeyValue};
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{attr, outcome, record};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, OtelContext, carry, current_span, spawn, spawn_thread};

use crate::interop::MODES;
use crate::support::{enter, fallible, traced};

#[test]
fn what_the_head_drops_is_kept_when_something_in_it_failed() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    capture.run(|| {
        for fails in [false, true] {
            let _root = enter("root");
            let child = enter("child");
            let result = if fails { "x".parse::<u8>() } else { Ok(1) };
            child.outcome(outcome!(&result));
        }
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 1 error · kept: error\n\
         root\n\
         └╴child · ✗ ParseIntError: invalid digit found in string\n"
    );
    let stats = capture.stats();
    assert_eq!(
        (stats.ended, stats.discarded, stats.acknowledged),
        (4, 2, 2),
        "{stats}"
    );
    assert!(
        capture
            .exported()
            .iter()
            .all(|span| span.span_context.is_sampled())
    );
}

#[test]
fn a_ratio_keeps_that_share_and_states_its_threshold() {
    const TRACES: usize = 20_000;
    let capture = Capture::with_sampler(Sampler::ratio(0.25));
    capture.run(|| (0..TRACES).for_each(|_| drop(enter("root"))));
    let kept = capture.exported();
    // Five standard deviations of a binomial distribution.
    let expected = TRACES as f64 * 0.25;
    let bound = 5.0 * (expected * 0.75).sqrt();
    assert!(
        (kept.len() as f64 - expected).abs() < bound,
        "{} of {TRACES}",
        kept.len()
    );
    assert!(
        kept.iter()
            .all(|span| span.span_context.trace_state().header() == "ot=th:c")
    );
    assert!(capture.stats().balances());
}

#[test]
fn always_off_keeps_not_even_errors() {
    let capture = Capture::with_sampler(Sampler::always_off());
    capture.run(|| {
        let root = enter("root");
        let failed = "x".parse::<u8>();
        root.outcome(outcome!(&failed));
    });
    assert_eq!(capture.tree(), "");
    assert_eq!(capture.stats().discarded, 1);
}

#[tokio::test]
async fn shutdown_decides_what_is_open() {
    let capture = Capture::new();
    let mut open = Box::pin(capture.future(traced("open", async {
        drop(enter("ended"));
        std::future::pending::<()>().await;
    })));
    tokio::select! {
        biased;
        () = open.as_mut() => unreachable!("it is pending"),
        () = std::future::ready(()) => {}
    }
    assert_eq!(capture.tree(), "");
    capture.shutdown();
    let expected = "trace · test · 2 spans · kept: head\nopen · phoenix.cancelled=true\n└╴ended\n";
    assert_eq!(capture.tree(), expected);
    drop(open);
    assert_eq!(
        capture.tree(),
        expected,
        "what ends after shutdown is not sent"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_shutdown_has_closed_records_nothing_more() {
    for contexts in MODES {
        let capture = Capture::with_config(Config::default().otel_context(contexts));
        let mut polled = false;
        let mut open = Box::pin(capture.future(traced("open", async {
            poll_fn(|_| match std::mem::replace(&mut polled, true) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            })
            .await;
            drop(enter("late"));
            carry(|| drop(enter("in a task")))();
            let _baggage =
                OpenTelemetry::current_with_baggage([KeyValue::new("more", "1")]).attach();
            drop(enter("beside baggage"));
        })));
        let mut poll = || {
            let mut context = Context::from_waker(Waker::noop());
            open.as_mut().poll(&mut context).is_ready()
        };
        assert!(!poll());
        capture.shutdown();
        assert!(capture.run(poll));
        let stats = capture.stats();
        assert_eq!(stats.ended, 1, "{contexts}: {stats}");
    }
}

#[test]
fn shutdown_decides_what_has_ended_beside_a_thread_that_is_stuck() {
    let capture = Capture::with_config(Config::default().otel_context(OtelContext::Off));
    let (go_on, stuck) = mpsc::channel::<()>();
    let (started, starts) = mpsc::channel();
    capture.run(|| {
        let _root = enter("root");
        spawn_thread(|| drop(enter("ended")))
            .join()
            .expect("it ends");
        let job = spawn_thread(move || {
            let _ = started.send(());
            let _ = stuck.recv();
        });
        starts.recv().expect("it runs");
        capture.shutdown();
        assert_eq!(
            capture.tree(),
            "trace · test · 2 spans · kept: head\nroot · phoenix.cancelled=true\n└╴ended\n"
        );
        drop(go_on);
        job.join().expect("it ends");
    });
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn a_local_root_that_shuts_down_says_what_it_was_kept_for() {
    for shared in [false, true] {
        let capture = Capture::with_sampler(Sampler::ratio(0.0));
        capture.run(|| {
            let _root = enter("root");
            let failing = enter("failing");
            let failed = "x".parse::<u8>();
            failing.outcome(outcome!(&failed));
            let _handle = shared.then(current_span);
            capture.shutdown();
        });
        let stats = capture.stats();
        assert_eq!(
            capture.tree(),
            "trace · test · 2 spans · 1 error · kept: error\n\
             root · phoenix.cancelled=true\n\
             └╴failing · ✗ ParseIntError: invalid digit found in string · phoenix.cancelled=true\n",
        );
        let root = capture.exported();
        let root = root.iter().find(|span| span.name == "root");
        let says = |attr: &KeyValue| attr.key.as_str() == "phoenix.correlation.id";
        assert!(root.is_some_and(|root| root.attributes.iter().any(says)));
        let segments = (stats.segments_kept_by_error, stats.segments_discarded);
        assert_eq!((segments, stats.segments_open), ((1, 0), 0), "{stats}");
        assert!(stats.balances(), "{stats}");
    }
}

#[test]
fn after_its_grace_period_a_segment_is_decided_without_what_is_still_out() {
    let capture = Capture::with_config(Config::default().grace_period(Duration::ZERO));
    let handle = capture.run(|| {
        let _root = enter("root");
        let handle = current_span();
        std::mem::forget(handle.carry(()));
        handle
    });
    while capture.spans().is_empty() {
        std::thread::yield_now();
    }
    drop(handle);
    assert_eq!(capture.tree(), "trace · test · 1 span · kept: head\nroot\n");
}

#[tokio::test]
async fn after_its_grace_period_a_segment_has_all_that_has_ended_whatever_task_came_next() {
    let capture = Capture::with_config(Config::default().grace_period(Duration::ZERO));
    let (running, runs) = tokio::sync::oneshot::channel();
    let mut task = None;
    let root = traced("root", async {
        for name in ["one", "two"] {
            spawn(traced(name, async {})).await.expect("it ends");
        }
        task = Some(spawn(traced("open", async {
            drop(enter("three"));
            let _ = running.send(());
            std::future::pending::<()>().await;
        })));
        runs.await.expect("the task runs");
    });
    capture.future(root).await;
    while !capture.exported().iter().any(|span| span.name == "root") {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\n\
         root\n\
         ├╴one\n\
         └╴two\n"
    );
    task.expect("it is spawned").abort();
}

#[tokio::test]
async fn a_failure_in_a_task_that_still_runs_keeps_the_segment_when_its_grace_period_is_over() {
    let capture = Capture::with_config(
        Config::default()
            .sampler(Sampler::ratio(0.0))
            .grace_period(Duration::ZERO),
    );
    let (running, runs) = tokio::sync::oneshot::channel();
    let fails = async move {
        let _ = fallible("failed", async { "x".parse::<u8>() }).await;
        let _ = running.send(());
        std::future::pending::<()>().await;
    };
    let mut task = None;
    let root = traced("root", async {
        task = Some(spawn(fails));
        runs.await.expect("the task runs");
    });
    capture.future(root).await;
    let task = task.expect("it is spawned");
    task.abort();
    assert!(task.await.is_err_and(|error| error.is_cancelled()));
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 1 error · kept: error\n\
         root\n\
         └╴failed · ✗ ParseIntError: invalid digit found in string\n"
    );
}

#[tokio::test]
async fn shutdown_decides_a_segment_on_all_that_is_open_in_it() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let mut open = Box::pin(capture.future(traced("root", async {
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let (running, runs) = tokio::sync::oneshot::channel();
                let task = spawn(async move {
                    let text = if n == 5 { "x" } else { "1" };
                    let _ = fallible("parse", async { text.parse::<u8>() }).await;
                    let _ = running.send(());
                    std::future::pending::<()>().await;
                });
                (task, runs)
            })
            .collect();
        for (_, runs) in tasks {
            runs.await.expect("the task runs");
        }
        std::future::pending::<()>().await;
    })));
    // Every task has its turn before this one, which was woken last.
    for _ in 0..100 {
        tokio::select! {
            biased;
            () = open.as_mut() => unreachable!("it is pending"),
            () = tokio::task::yield_now() => {}
        }
    }
    capture.shutdown();
    let stats = capture.stats();
    assert_eq!(
        (stats.ended, stats.acknowledged, stats.discarded),
        (9, 9, 0),
        "{stats}"
    );
}

#[test]
fn a_key_that_is_set_again_takes_no_room_and_an_error_is_told_at_the_limit() {
    const PROGRESS: Key<types::Int> = Key::new("phoenix.test.progress");
    let capture = Capture::new();
    capture.run(|| {
        let root = enter("root");
        (0..1_000).for_each(|n| record(&[attr(&PROGRESS, &n)]));
        for _ in 0..2 {
            MANY.iter().for_each(|key| record(&[attr(key, &1)]));
        }
        let failed = "x".parse::<u8>();
        root.outcome(outcome!(&failed));
    });
    let root = &capture.exported()[0];
    let value = |key: &str| {
        root.attributes
            .iter()
            .find(|pair| pair.key.as_str() == key)
            .map(|pair| &pair.value)
    };
    assert_eq!(value("phoenix.test.progress"), Some(&999.into()));
    assert_eq!(value("error.type"), Some(&"ParseIntError".into()));
    // 128 keys, and what the recorder adds: `error.type`, the reason and the correlation id.
    assert_eq!(
        (root.attributes.len(), root.dropped_attributes_count),
        (131, 2 * 73)
    );
}

/// Two hundred keys.
static MANY: LazyLock<Vec<Key<types::Int>>> = LazyLock::new(|| {
    (0..200)
        .map(|n| Key::new(Box::leak(format!("phoenix.test.k{n}").into_boxed_str())))
        .collect()
});
