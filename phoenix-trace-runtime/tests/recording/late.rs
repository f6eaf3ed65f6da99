//! What ends after its segment was decided follows the decision.

use std::sync::mpsc::channel;
use std::time::Duration;

use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, SpanHandle, current_span, spawn, spawn_thread};

use crate::support::{enter, fallible, traced};

/// A segment that has been decided, by a handle of its root.
fn decided(capture: &Capture) -> SpanHandle {
    let root = capture.run(|| {
        let _root = enter("root");
        current_span()
    });
    assert_eq!(capture.stats().segments_open, 0);
    root
}

async fn fails() {
    let failed = fallible("late failure", async { "x".parse::<u8>() }).await;
    assert!(failed.is_err());
}

#[tokio::test]
async fn late_spans_of_a_kept_segment_are_exported_with_it() {
    let capture = Capture::new();
    let root = decided(&capture);
    root.carry(traced("late", async {})).await;
    root.carry(fails()).await;
    let spans = capture.exported();
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · 1 error · kept: head\n\
         root\n\
         ├╴late\n\
         └╴late failure · ✗ ParseIntError: invalid digit found in string\n"
    );
    assert!(spans.iter().all(|span| span.span_context.is_sampled()));
    let stats = capture.stats();
    assert!(stats.balances() && stats.late_errors == 0, "{stats}");
}

#[tokio::test]
async fn no_fragment_of_a_dropped_segment_is_exported_and_its_late_errors_are_counted() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let root = decided(&capture);
    root.carry(traced("late", async {})).await;
    assert_eq!(capture.stats().late_errors, 0);
    root.carry(fails()).await;
    root.carry(async {
        fails().await;
        fails().await;
    })
    .await;
    let stats = capture.stats();
    assert_eq!(capture.tree(), "");
    assert_eq!((stats.ended, stats.discarded), (5, 5), "{stats}");
    assert!(stats.balances() && stats.late_errors == 3, "{stats}");
}

#[tokio::test]
async fn an_error_after_the_grace_period_is_late() {
    let config = Config::default().sampler(Sampler::ratio(0.0));
    let capture = Capture::with_config(config.grace_period(Duration::ZERO));
    let (go, went) = tokio::sync::oneshot::channel::<()>();
    let mut task = None;
    let root = traced("root", async {
        task = Some(spawn(async move {
            let _ = went.await;
            fails().await;
        }));
        tokio::task::yield_now().await;
    });
    capture.future(root).await;
    while capture.stats().discarded < 1 {
        tokio::task::yield_now().await;
    }
    drop(go);
    task.expect("it is spawned").await.expect("it ends");
    let stats = capture.stats();
    assert_eq!((stats.discarded, stats.late_errors), (2, 1), "{stats}");
    assert_eq!(capture.tree(), "");
}

#[tokio::test]
async fn where_errors_are_not_kept_none_is_late() {
    let capture = Capture::with_sampler(Sampler::always_off());
    decided(&capture).carry(fails()).await;
    let stats = capture.stats();
    assert_eq!((stats.discarded, stats.late_errors), (2, 0), "{stats}");
}

#[test]
fn an_error_that_is_told_to_a_span_that_runs_elsewhere_keeps_its_segment_at_once() {
    let config = Config::default().grace_period(Duration::ZERO);
    let capture = Capture::with_config(config.sampler(Sampler::ratio(0.0)));
    let (send, receive) = channel();
    let (release, released) = channel::<()>();
    let job = capture.run(|| {
        let _root = enter("root");
        let job = spawn_thread(move || {
            let _job = enter("job");
            let _ = send.send(current_span());
            let _ = released.recv();
        });
        receive.recv().expect("it runs").set_error("told");
        job
    });
    while capture.stats().segments_open > 0 {
        std::thread::yield_now();
    }
    drop(release);
    job.join().expect("it ends");
    let stats = capture.stats();
    assert_eq!((stats.acknowledged, stats.late_errors), (2, 0), "{stats}");
}
