//! `flush` and `shutdown` mean what they say, wherever they are called from.

use std::sync::Arc;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::fake::{Fake, Reply, Rig, SOON, settings, taken};
use crate::pipeline::Pipeline;

/// Generous: what is bounded by a deadline is to be bounded at all.
const BOUND: Duration = Duration::from_secs(30);

fn current_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

fn workers(number: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(number).enable_all();
    builder.build().expect("a runtime")
}

/// Calls `call` in one of the ways in which a service may call it, and returns what it returned.
type Place = fn(Box<dyn FnOnce() -> bool + Send>) -> bool;

const PLACES: &[(&str, Place)] = &[
    ("no runtime", |call| call()),
    ("a current-thread runtime", |call| {
        current_thread().block_on(async { call() })
    }),
    ("a task of a current-thread runtime", |call| {
        current_thread().block_on(async { tokio::spawn(async { call() }).await.expect("it ends") })
    }),
    ("one worker", |call| {
        workers(1).block_on(async { tokio::spawn(async { call() }).await.expect("it ends") })
    }),
    ("many workers", |call| {
        workers(4).block_on(async { tokio::spawn(async { call() }).await.expect("it ends") })
    }),
    ("a blocking thread", |call| {
        workers(1).block_on(async { tokio::task::spawn_blocking(call).await.expect("it ends") })
    }),
    ("a runtime within a blocking thread", |call| {
        workers(1).block_on(async {
            let nested = move || current_thread().block_on(async { call() });
            tokio::task::spawn_blocking(nested).await.expect("it ends")
        })
    }),
    ("a local task", |call| {
        let local = tokio::task::LocalSet::new();
        let task = async {
            tokio::task::spawn_local(async { call() })
                .await
                .expect("it ends")
        };
        local.block_on(&current_thread(), task)
    }),
    ("a thread that has had a runtime", |call| {
        drop(workers(2));
        call()
    }),
    ("a thread that ends", |call| {
        std::thread::spawn(call).join().expect("it ends")
    }),
];

fn check(call: fn(&Pipeline, Duration) -> bool) {
    for (place, run) in PLACES {
        let fake = Fake::new(|_| taken());
        let rig = Rig::new(settings(), &fake);
        rig.record(&["root", "child"]);
        rig.record_failure(&["failure"]);
        let pipeline = Arc::clone(&rig.pipeline);
        assert!(run(Box::new(move || call(&pipeline, SOON))), "{place}");
        let stats = rig.stats();
        assert_eq!(
            (stats.ended, stats.acknowledged),
            (3, 3),
            "{place}: {stats}"
        );
    }
}

#[test]
fn a_flush_sends_what_ended_before_it_wherever_it_is_called() {
    check(Pipeline::flush);
}

#[test]
fn a_shutdown_sends_what_ended_before_it_wherever_it_is_called() {
    check(Pipeline::shutdown);
}

#[test]
fn a_flush_within_the_runtime_that_recorded_sends_what_its_tasks_recorded() {
    for runtime in [current_thread(), workers(1), workers(4)] {
        let fake = Fake::new(|_| taken());
        let rig = Arc::new(Rig::new(settings(), &fake));
        let (recording, flushing) = (Arc::clone(&rig), Arc::clone(&rig));
        runtime.block_on(async move {
            let recorded = tokio::spawn(async move {
                for _ in 0..50 {
                    recording.record(&["root", "child"]);
                    tokio::task::yield_now().await;
                }
            });
            recorded.await.expect("it ends");
            let flushed = tokio::spawn(async move { flushing.flush() });
            assert!(flushed.await.expect("it ends"));
        });
        // The runtime is gone, the pipeline goes on.
        drop(runtime);
        assert_eq!(rig.stats().acknowledged, 100);
        rig.record(&["root"]);
        assert!(rig.flush());
        assert_eq!(rig.stats().acknowledged, 101);
    }
}

#[test]
fn both_can_be_called_twice_and_after_each_other() {
    let rig = Rig::new(settings(), &Fake::new(|_| taken()));
    assert!(rig.flush(), "nothing is there");
    rig.record(&["root"]);
    assert!(rig.flush());
    assert!(rig.flush());
    rig.record(&["root"]);
    assert!(rig.pipeline.shutdown(SOON));
    assert_eq!(rig.stats().acknowledged, 2);
    assert!(rig.pipeline.shutdown(SOON));
    assert!(rig.flush(), "everything was sent");
    assert_eq!(rig.stats().acknowledged, 2);
}

/// Each of 64 threads records, calls, and finds its spans sent.
fn from_many_threads(call: fn(&Pipeline, Duration) -> bool) -> Rig {
    const THREADS: usize = 64;
    let rig = Rig::new(settings(), &Fake::new(|_| taken()));
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                barrier.wait();
                for _ in 0..10 {
                    rig.record(&["root", "child"]);
                }
                assert!(call(&rig.pipeline, SOON));
            });
        }
    });
    rig
}

#[test]
fn sixty_four_threads_flush_at_once_and_each_finds_its_spans_sent() {
    let rig = from_many_threads(Pipeline::flush);
    let stats = rig.stats();
    assert_eq!((stats.acknowledged, stats.queued), (64 * 20, 0), "{stats}");
}

#[test]
fn sixty_four_threads_shut_down_at_once_and_everything_is_accounted_for() {
    let rig = from_many_threads(Pipeline::shutdown);
    let stats = rig.stats();
    // Some ended after another thread had begun to shut down.
    assert_eq!((stats.ended, stats.queued), (64 * 20, 0), "{stats}");
    assert_eq!(
        stats.acknowledged + stats.dropped_total(),
        64 * 20,
        "{stats}"
    );
}

#[test]
fn sixty_four_threads_shut_down_an_exporter_that_hangs_within_their_deadlines() {
    let rig = Rig::new(settings(), &Fake::new(|_| Reply::Hang));
    (0..100).for_each(|_| rig.record(&["root"]));
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            let shutdown = || rig.pipeline.shutdown(Duration::from_millis(100));
            scope.spawn(move || assert!(!shutdown()));
        }
    });
    assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
    let stats = rig.stats();
    assert_eq!((stats.ended, stats.queued), (100, 0), "{stats}");
    assert!(stats.in_doubt > 0, "{stats}");
}

#[test]
fn a_deadline_holds_for_an_exporter_that_hangs() {
    for (place, run) in PLACES {
        let fake = Fake::new(|_| Reply::Hang);
        let rig = Rig::new(settings(), &fake);
        rig.record(&["root", "child"]);
        let start = Instant::now();
        let deadline = Duration::from_millis(20);
        let pipeline = Arc::clone(&rig.pipeline);
        assert!(!run(Box::new(move || pipeline.flush(deadline))), "{place}");
        fake.wait_for(|requests| !requests.is_empty());
        assert_eq!(rig.stats().queued, 2, "{place}");
        let pipeline = Arc::clone(&rig.pipeline);
        assert!(
            !run(Box::new(move || pipeline.shutdown(deadline))),
            "{place}"
        );
        let stats = rig.stats();
        assert_eq!((stats.queued, stats.in_doubt), (0, 2), "{place}: {stats}");
        assert!(start.elapsed() < BOUND, "{place}: {:?}", start.elapsed());
    }
}

#[test]
fn a_deadline_of_nothing_and_one_of_all_time_are_deadlines_too() {
    let fake = Fake::new(|_| taken());
    let rig = Rig::new(settings(), &fake);
    rig.record(&["root"]);
    assert!(rig.pipeline.flush(Duration::MAX));
    assert_eq!(rig.stats().acknowledged, 1);
    rig.record(&["root"]);
    rig.pipeline.shutdown(Duration::ZERO);
    let stats = rig.stats();
    assert_eq!((stats.ended, stats.queued), (2, 0), "{stats}");
}
