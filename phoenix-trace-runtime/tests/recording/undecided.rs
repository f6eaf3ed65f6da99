//! What has ended and is not decided is counted, wherever it waits, when somebody asks.

use std::time::Duration;

use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, current_span, spawn, spawn_thread};
use tokio::sync::oneshot;

use crate::support::{enter, traced};

fn check(capture: &Capture, open: u64, ended: u64) {
    let stats = capture.stats();
    assert_eq!((stats.open, stats.ended), (open, ended), "{stats}");
    assert!(stats.balances(), "{stats}");
}

#[tokio::test]
async fn spans_of_a_strand_that_is_suspended_are_open_until_they_are_decided() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let (go_on, went_on) = oneshot::channel::<()>();
    let root = traced("root", async {
        for _ in 0..3 {
            traced("ended", async {}).await;
        }
        traced("waits", async { drop(went_on.await) }).await;
    });
    let watch = async {
        check(&capture, 3, 0);
        assert_eq!(capture.stats().segments_open, 1);
        let said = capture.stats().to_string();
        assert!(said.contains("; 3 open; segments: 1 open"), "{said}");
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    check(&capture, 0, 5);
}

#[tokio::test]
async fn spans_of_strands_that_have_joined_are_open_until_the_others_have() {
    let config = Config::default().sampler(Sampler::ratio(0.0));
    // However slowly this runs.
    let capture = Capture::with_config(config.grace_period(Duration::from_secs(3600)));
    let (go_on, went_on) = oneshot::channel::<()>();
    let (waits, waiting) = oneshot::channel();
    let root = traced("root", async {
        let joined = spawn(traced("joined", async { traced("child", async {}).await }));
        joined.await.expect("it ends");
        drop(spawn(traced("outlives", async move {
            traced("child", async {}).await;
            waits.send(()).expect("somebody listens");
            drop(went_on.await);
        })));
    });
    capture.future(root).await;
    waiting.await.expect("it comes so far");
    // The root and what has joined wait in the segment; what outlives them waits where it is suspended.
    check(&capture, 4, 0);
    go_on.send(()).expect("it waits");
    while capture.stats().segments_open > 0 {
        tokio::task::yield_now().await;
    }
    check(&capture, 0, 5);
}

#[test]
fn a_strand_that_waits_for_spans_elsewhere_has_its_spans_open() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let (go_on, went_on) = std::sync::mpsc::channel::<()>();
    let (runs, running) = std::sync::mpsc::channel();
    let branch = capture.run(|| {
        let _root = enter("root");
        drop(enter("child"));
        check(&capture, 1, 0);
        spawn_thread(move || {
            let _span = enter("on a thread");
            drop(enter("its child"));
            runs.send(()).expect("somebody listens");
            went_on.recv()
        })
    });
    running.recv().expect("it comes so far");
    // That of the thread, which runs, too.
    check(&capture, 3, 0);
    go_on.send(()).expect("it waits");
    assert!(branch.join().expect("it ends").is_ok());
    check(&capture, 0, 4);
}

#[tokio::test]
async fn what_was_cut_off_is_no_longer_open() {
    let config = Config::default().sampler(Sampler::ratio(0.0));
    let capture = Capture::with_config(config.cut_after(Duration::from_millis(1)));
    let (go_on, went_on) = oneshot::channel::<()>();
    let root = traced("root", async {
        traced("ended", async {}).await;
        traced("waits", async { drop(went_on.await) }).await;
        traced("after", async {}).await;
    });
    let watch = async {
        while capture.stats().ended == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        check(&capture, 0, 1);
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    check(&capture, 0, 4);
}

#[tokio::test]
async fn spans_that_a_strand_had_no_room_for_are_open_with_it() {
    let config = Config::default().sampler(Sampler::ratio(0.0));
    let capture = Capture::with_config(config.max_spans_per_segment(4));
    let (go_on, went_on) = oneshot::channel::<()>();
    let root = traced("root", async {
        for _ in 0..1_000 {
            drop(enter("ended"));
        }
        drop(went_on.await);
    });
    let watch = async {
        check(&capture, 1_000, 0);
        go_on.send(()).expect("it waits");
    };
    tokio::join!(capture.future(root), watch);
    check(&capture, 0, 1_001);
}

#[tokio::test]
async fn what_comes_after_the_decision_is_open_until_it_has_come() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let root = capture.run(|| {
        let _root = enter("root");
        current_span()
    });
    check(&capture, 0, 1);
    let (go_on, went_on) = oneshot::channel::<()>();
    let late = root.carry(traced("late", async {
        traced("child", async {}).await;
        drop(went_on.await);
    }));
    let watch = async {
        check(&capture, 1, 1);
        go_on.send(()).expect("it waits");
    };
    tokio::join!(late, watch);
    check(&capture, 0, 3);
}
