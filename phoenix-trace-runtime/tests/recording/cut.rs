use std::future::poll_fn;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{attr, event, outcome, record};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, SpanHandle, current_span, spawn};
use tokio::sync::oneshot;

use crate::support::{enter, fallible, traced};

const STEP: Key<types::Int> = Key::new("phoenix.test.step");
const NAMES: Key<types::StrArray> = Key::new("phoenix.test.names");

fn capture(ratio: f64, cut_after: Duration) -> Capture {
    let config = Config::default().service("test");
    let sampler = Sampler::ratio(ratio);
    Capture::with_config(config.sampler(sampler).cut_after(cut_after))
}

/// Waits until `number` spans have arrived.
async fn arrived(capture: &Capture, number: usize) {
    while capture.exported().len() < number {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn what_has_ended_of_a_segment_that_stays_open_is_seen_while_it_goes_on() {
    let capture = capture(1.0, Duration::from_millis(1));
    let (go_on, went_on) = oneshot::channel();
    let root = traced("stream", async {
        record(&[attr(&STEP, &1)]);
        event("opened", &[attr(&NAMES, &["first", "second"])]);
        traced("first", async { record(&[attr(&STEP, &2)]) }).await;
        traced("second", async {
            let _ = went_on.await;
            traced("third", async { record(&[attr(&STEP, &3)]) }).await;
        })
        .await;
        record(&[attr(&STEP, &4)]);
    });
    let watch = async {
        arrived(&capture, 1).await;
        assert_eq!(capture.exported()[0].name, "first");
        assert_eq!(capture.stats().segments_open, 1);
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\n\
         stream · phoenix.test.step=4 · ◆ opened\n\
         ├╴first · phoenix.test.step=2\n\
         └╴second\n  \
           └╴third · phoenix.test.step=3\n"
    );
    let stream = capture
        .exported()
        .into_iter()
        .find(|span| span.name == "stream");
    let opened = &stream.expect("it ended").events.events[0];
    assert_eq!(
        opened.attributes[0].value.to_string(),
        "[\"first\",\"second\"]"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[tokio::test]
async fn each_part_of_a_segment_that_was_cut_has_an_outcome_of_its_own() {
    let capture = capture(0.0, Duration::from_millis(1));
    let (go_on, went_on) = oneshot::channel();
    let root = traced("job", async {
        let failed = fallible("failing", async { "x".parse::<u8>() }).await;
        assert!(failed.is_err());
        let _ = went_on.await;
        traced("fine", async {}).await;
    });
    let watch = async {
        arrived(&capture, 1).await;
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    let names: Vec<_> = capture
        .exported()
        .into_iter()
        .map(|span| span.name)
        .collect();
    let stats = capture.stats();
    assert_eq!(names, ["failing"], "{stats}");
    assert!(stats.balances() && stats.discarded == 2, "{stats}");
    assert_eq!(
        (stats.segments_open, stats.segments_discarded),
        (0, 1),
        "{stats}"
    );
}

#[test]
fn a_loop_that_never_suspends_is_cut_where_it_starts_a_span() {
    let capture = capture(1.0, Duration::ZERO);
    capture.run(|| {
        let _job = enter("job");
        for _ in 0..3 {
            let _step = enter("step");
        }
        // The last step has ended, and nothing has started since.
        assert_eq!(capture.exported().len(), 2);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\njob\n├╴step\n├╴step\n└╴step\n"
    );
}

#[test]
fn a_job_that_lasts_for_ever_has_room_for_its_spans_again_after_each_cut() {
    let config = Config::default().sampler(Sampler::always_on());
    let capture = Capture::with_config(config.max_spans_per_segment(10).cut_after(Duration::ZERO));
    capture.run(|| {
        let _job = enter("job");
        for _ in 0..1_000 {
            let _step = enter("step");
        }
    });
    let stats = capture.stats();
    assert!(stats.acknowledged == 1_001 && stats.balances(), "{stats}");
    let ids: std::collections::HashSet<_> = capture
        .exported()
        .iter()
        .map(|span| span.span_context.span_id())
        .collect();
    assert_eq!(ids.len(), 1_001, "no id is used twice");
}

#[tokio::test]
async fn a_span_that_is_open_when_its_segment_is_cut_is_still_told_what_happens() {
    let capture = capture(1.0, Duration::from_millis(1));
    let (go_on, went_on) = oneshot::channel();
    let (send, receive) = oneshot::channel();
    let root = traced("root", async {
        drop(enter("ended"));
        traced("open", async {
            let _ = send.send(current_span());
            let _ = went_on.await;
            let failing = enter("failing");
            let failed = "x".parse::<u8>();
            failing.outcome(outcome!(&failed));
        })
        .await;
    });
    let watch = async {
        let handle = receive.await.expect("it is sent");
        arrived(&capture, 1).await;
        handle.set_name("renamed");
        handle.record(&STEP, 7);
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    let message = "x".parse::<u8>().unwrap_err();
    assert_eq!(
        capture.tree(),
        format!(
            "trace · test · 4 spans · 1 error · kept: head, error\n\
             root\n\
             ├╴ended\n\
             └╴renamed · phoenix.test.step=7\n  \
               └╴failing · ✗ ParseIntError: {message}\n"
        )
    );
}

#[tokio::test]
async fn what_has_ended_elsewhere_is_seen_while_a_root_that_spawns_goes_on() {
    let capture = capture(1.0, Duration::from_millis(1));
    let consumer = traced("consumer", async {
        while capture.exported().len() < 200 {
            let message = spawn(traced("message", tokio::task::yield_now()));
            message.await.expect("it ends");
            tokio::task::yield_now().await;
        }
    });
    capture.future(consumer).await;
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[tokio::test]
async fn a_failure_in_a_task_that_is_not_cut_yet_still_keeps_its_segment() {
    let config = Config::default()
        .service("test")
        .grace_period(Duration::ZERO);
    let sampler = Sampler::ratio(0.0);
    let capture = Capture::with_config(config.sampler(sampler).cut_after(Duration::from_millis(1)));
    let (end, ended) = oneshot::channel::<()>();
    let mut job = None;
    let root = traced("root", async {
        let (failed, has_failed) = oneshot::channel();
        job = Some(spawn(async {
            let failing = fallible("failing", async { "x".parse::<u8>() });
            assert!(failing.await.is_err());
            let _ = failed.send(());
            let _ = ended.await;
        }));
        has_failed.await.expect("it fails");
        while capture.stats().discarded + capture.stats().acknowledged == 0 {
            drop(enter("step"));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    capture.future(root).await;
    while capture.stats().segments_open > 0 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    end.send(()).expect("it waits");
    job.expect("it was spawned").await.expect("it ends");
    let names: Vec<_> = capture
        .exported()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert!(
        names.contains(&"failing".into()),
        "{names:?} {}",
        capture.stats()
    );
    assert_eq!(capture.stats().late_errors, 0, "{}", capture.stats());
}

#[test]
fn a_cut_takes_no_room_from_what_is_open() {
    const DEPTH: usize = 60;
    fn nested(left: usize) {
        if left > 0 {
            let _open = enter("open");
            drop(enter("ended"));
            nested(left - 1);
        }
    }
    let capture = capture(1.0, Duration::ZERO);
    capture.run(|| nested(DEPTH));
    let stats = capture.stats();
    assert!(
        stats.acknowledged == 2 * DEPTH as u64 && stats.balances(),
        "{stats}"
    );
}

/// Has another thread tell something of the span that runs here, while that goes on.
fn tell(what: impl FnOnce(SpanHandle) + Send + 'static) {
    let span = current_span();
    thread::spawn(move || what(span)).join().expect("it ends");
}

#[test]
fn what_a_span_was_told_from_elsewhere_goes_with_it_when_it_is_cut_off() {
    let capture = capture(1.0, Duration::from_nanos(1));
    capture.run(|| {
        let _root = enter("root");
        let span = enter("told");
        tell(|span| {
            span.record(&STEP, 1);
            span.set_error("three of four answered");
        });
        drop(span);
        drop(enter("next"));
        assert_eq!(capture.exported().len(), 1);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · 1 error · kept: head\n\
         root\n\
         ├╴told · ✗ _OTHER: three of four answered · phoenix.test.step=1\n\
         └╴next\n"
    );
}

#[test]
fn a_span_that_was_ended_elsewhere_is_not_cancelled_by_a_shutdown_meanwhile() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let mut polled = 0;
        let twice = poll_fn(move |_| {
            polled += 1;
            if polled == 2 {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        });
        let mut ended = Box::pin(traced("ended", twice));
        let mut poll = move || {
            let mut context = Context::from_waker(Waker::noop());
            ended.as_mut().poll(&mut context).is_ready()
        };
        assert!(!poll());
        let polling = thread::spawn(move || assert!(poll()));
        polling.join().expect("it ends");
        capture.shutdown();
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\n\
         root · phoenix.cancelled=true\n\
         └╴ended\n"
    );
}
