//! What a shutdown reaches: what is suspended, what runs where it is called, and what comes within its reach in time.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::fake::*;
use crate::outcome::Outcome;
use crate::record::run::traced;
use crate::record::site::{Site, SpanKind};
use crate::record::start::start;
use crate::record::thread::Scoped;

/// Runs `work` below a root on another thread, while `meanwhile` runs here.
fn while_running(rig: &Rig, work: impl FnOnce() + Send, meanwhile: impl FnOnce()) {
    thread::scope(|scope| {
        scope.spawn(|| {
            let _scoped = Scoped::enter(rig.pipeline.clone());
            let _root = named("root");
            work();
        });
        meanwhile();
    });
}

#[test]
fn what_ended_in_a_thread_that_comes_back_in_time_is_sent() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    rig.record(&["before"]);
    while_running(
        &rig,
        || {
            drop(named("ended"));
            // Only the shutdown asks for it to be sent.
            fake.wait_for(|requests| requests.iter().any(|request| request.has("before")));
        },
        || {
            rig.wait_until(|stats| stats.open == 1);
            assert!(rig.pipeline.shutdown(SOON));
        },
    );
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.open), (3, 0), "{stats}");
    assert!(
        fake.names()
            .is_superset(&["ended", "root"].map(str::to_owned).into())
    );
}

#[test]
fn what_ended_in_a_thread_that_goes_on_is_sent_when_its_next_span_ends() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    let over = AtomicBool::new(false);
    while_running(
        &rig,
        || {
            (0..100).for_each(|_| drop(named("first")));
            while !over.load(Ordering::Relaxed) {
                drop(named("more"));
                thread::yield_now();
            }
        },
        || {
            rig.wait_until(|stats| stats.open >= 100);
            rig.pipeline.shutdown(SOON);
            over.store(true, Ordering::Relaxed);
        },
    );
    let requests = fake.requests();
    let sent = requests.iter().flat_map(|request| &request.spans);
    assert_eq!(sent.filter(|span| *span == "first").count(), 100);
    rig.stats();
}

#[test]
fn what_ended_in_a_thread_that_is_stuck_holds_nobody_up_and_counts_as_open() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    let (go_on, stuck) = std::sync::mpsc::channel::<()>();
    rig.record(&["before"]);
    while_running(
        &rig,
        move || {
            drop(named("ended"));
            let _ = stuck.recv();
        },
        || {
            rig.wait_until(|stats| stats.open == 1);
            rig.pipeline.shutdown(Duration::from_millis(100));
            let stats = rig.pipeline.stats();
            assert_eq!((stats.acknowledged, stats.open), (1, 1), "{stats}");
            drop(go_on);
        },
    );
    let stats = rig.stats();
    assert_eq!(stats.dropped_total(), 2, "after the end: {stats}");
}

/// The result of a future that is polled once.
fn poll_once<F: Future>(rig: &Rig, future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    let _scoped = Scoped::enter(rig.pipeline.clone());
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn what_is_suspended_or_runs_where_it_is_called_is_cut_off_and_sent() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    static TASK: Site = Site::new("task", SpanKind::Internal, "");
    let task = async {
        start(&TASK, &[]);
        drop(named("ended in a task"));
        std::future::pending::<()>().await;
    };
    let mut suspended = pin!(traced(task, |()| Outcome::Ok));
    assert!(poll_once(&rig, suspended.as_mut()).is_pending());
    let _scoped = Scoped::enter(rig.pipeline.clone());
    let root = named("runs here");
    drop(named("ended here"));
    assert!(rig.pipeline.shutdown(SOON));
    let stats = rig.stats();
    assert_eq!(
        (stats.ended, stats.acknowledged, stats.open),
        (4, 4, 0),
        "{stats}"
    );
    // Its owner goes on, and nothing comes of it.
    drop(named("later"));
    drop(root);
    assert_eq!(rig.stats().acknowledged, 4);
}
