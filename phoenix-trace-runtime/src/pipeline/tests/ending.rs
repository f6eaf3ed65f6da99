//! What a shutdown reaches: what is suspended, what runs where it is called, and what comes within its reach in time.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use super::fake::*;
use crate::outcome::Outcome;
use crate::pipeline::DropReason;
use crate::record::carry::with_active;
use crate::record::run::traced;
use crate::record::scoped::Scoped;
use crate::record::site::{Site, SpanKind};
use crate::record::start::start;

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

/// Threads that record in every shape, at the moment of a shutdown.
#[test]
fn nothing_is_lost_that_had_ended_when_the_shutdown_came() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    let (ended, over) = (AtomicU64::new(0), AtomicBool::new(false));
    let span = |name: &str| {
        drop(named(name));
        ended.fetch_add(1, Ordering::SeqCst);
    };
    let goes_on = || !over.load(Ordering::SeqCst);
    let shapes: [&(dyn Fn() + Sync); 3] = [
        &|| span("root"),
        &|| {
            let root = named("root");
            (0..10).for_each(|_| span("child"));
            drop(root);
            ended.fetch_add(1, Ordering::SeqCst);
        },
        &|| {
            let _root = named("root that stays open");
            while goes_on() {
                span("child");
            }
        },
    ];
    let before = thread::scope(|scope| {
        for shape in shapes {
            let pipeline = rig.pipeline.clone();
            scope.spawn(move || {
                let _scoped = Scoped::enter(pipeline);
                while goes_on() {
                    shape();
                }
            });
        }
        rig.wait_until(|stats| stats.ended > 100 && stats.open > 100);
        let before = ended.load(Ordering::SeqCst);
        rig.pipeline.shutdown(SOON);
        over.store(true, Ordering::SeqCst);
        before
    });
    let stats = rig.stats();
    let no_room = stats.dropped.iter();
    let no_room = no_room.filter(|(reason, _)| *reason != DropReason::AlreadyShutdown);
    let no_room: u64 = no_room.map(|(_, spans)| spans).sum();
    assert!(stats.acknowledged + no_room >= before, "{before}: {stats}");
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
    let trace = || with_active(|strand| strand.context.trace_id);
    let task = async {
        start(&TASK, &[]);
        drop(named("ended in a task"));
        let before = trace();
        tokio::task::yield_now().await;
        drop(named("later in a task"));
        assert!(before.is_some() && trace() == before, "of the same request");
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
    // Their owners go on, and nothing comes of it.
    drop(named("later"));
    drop(root);
    assert!(poll_once(&rig, suspended.as_mut()).is_ready());
    let stats = rig.stats();
    assert_eq!(
        (stats.acknowledged, stats.dropped_total()),
        (4, 1),
        "{stats}"
    );
}
