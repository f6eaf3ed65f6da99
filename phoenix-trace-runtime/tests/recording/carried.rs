use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::thread;

use opentelemetry::SpanId;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Config, InCurrentSpan as _, OtelContext, carry, current_correlation_id, current_span, spawn,
    spawn_blocking, with_correlation_id,
};
use tokio_stream::StreamExt as _;

use crate::support::{enter, fallible, traced};

fn poll_once<F: Future + ?Sized>(future: Pin<&mut F>) -> bool {
    future
        .poll(&mut Context::from_waker(Waker::noop()))
        .is_ready()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tasks_threads_closures_and_streams_record_below_where_they_were_made() {
    let capture = Capture::new();
    let work = async {
        let task = spawn(async {
            traced("in a task", tokio::task::yield_now()).await;
            spawn(traced("in a task of the task", async {})).await
        });
        task.await.expect("it ends").expect("it ends");
        spawn_blocking(|| drop(enter("on a blocking thread")))
            .await
            .expect("it ends");
        thread::spawn(carry(|| drop(enter("on a thread"))))
            .join()
            .expect("it ends");
        let stream = tokio_stream::iter(1..=2)
            .map(|n| drop((enter("for an item"), n)))
            .in_current_span();
        tokio::spawn(stream.collect::<Vec<()>>())
            .await
            .expect("it ends");
    };
    capture.future(traced("root", work)).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 7 spans · kept: head\n\
         root\n\
         ├╴in a task\n\
         ├╴in a task of the task\n\
         ├╴on a blocking thread\n\
         ├╴on a thread\n\
         ├╴for an item\n\
         └╴for an item\n"
    );
}

/// A task of the request, and one that it waits for, which both know their ids while they run.
async fn a_task_of_two() -> [SpanId; 3] {
    let outer = traced("a task", async {
        let own = current_span().span_id();
        let inner = spawn(traced("its own", async { current_span().span_id() }));
        (own, inner.await.expect("it ends"))
    });
    let (own, inner) = outer.await;
    let lone = traced("alone", async { current_span().span_id() }).await;
    [own, inner, lone]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spans_of_many_tasks_keep_the_ids_that_they_had() {
    // Interpreted, what many leave takes longer to export than a capture waits.
    const TASKS: usize = if cfg!(miri) { 4 } else { 40 };
    let capture = Capture::new();
    let known = capture.future(traced("root", async {
        let root = current_span().span_id();
        let tasks: Vec<_> = (0..TASKS).map(|_| spawn(a_task_of_two())).collect();
        let mut known = vec![("root", root, None)];
        for task in tasks {
            let [own, inner, lone] = task.await.expect("it ends");
            known.push(("a task", own, Some(root)));
            known.push(("its own", inner, Some(own)));
            known.push(("alone", lone, Some(root)));
        }
        known
    }));
    let mut known = known.await;
    let spans = capture.spans();
    let mut found: Vec<_> = spans
        .iter()
        .map(|span| (&*span.name, span.span_id, span.parent_span_id))
        .collect();
    known.sort_by_key(|span| span.1.to_bytes());
    found.sort_by_key(|span| span.1.to_bytes());
    assert_eq!(found, known);
}

#[test]
fn a_child_that_outlives_its_root_is_kept_with_it() {
    let capture = Capture::new();
    let mut child = capture.run(|| {
        let _root = enter("root");
        let mut child = Box::pin(traced("child", async {
            let mut first = true;
            std::future::poll_fn(|_| {
                let ready = !std::mem::take(&mut first);
                if ready {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
            .await;
            drop(enter("grandchild"));
        }));
        assert!(!poll_once(child.as_mut()));
        child
    });
    assert_eq!(capture.tree(), "", "the segment waits for its child");
    let moved = thread::spawn(move || assert!(poll_once(child.as_mut())));
    moved.join().expect("the child ends on another thread");
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\nroot\n└╴child\n\u{20} └╴grandchild\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn children_end_in_any_order_on_any_thread() {
    let capture = Capture::new();
    let mut children = capture.run(|| {
        let _root = enter("root");
        ["first", "second", "third"].map(|name| {
            let mut child = Box::pin(traced(name, async {
                tokio::task::yield_now().await;
                drop(enter("below"));
            }));
            assert!(!poll_once(child.as_mut()));
            child
        })
    });
    children.rotate_left(1);
    for mut child in children {
        thread::spawn(move || assert!(poll_once(child.as_mut())))
            .join()
            .expect("it ends");
    }
    assert_eq!(
        capture.tree(),
        "trace · test · 7 spans · kept: head\n\
         root\n\
         ├╴first\n\
         │ └╴below\n\
         ├╴second\n\
         │ └╴below\n\
         └╴third\n\
         \u{20} └╴below\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[tokio::test]
async fn a_future_polled_first_here_and_then_in_another_task_keeps_its_parent() {
    let capture = Capture::new();
    let other = async {
        let mut moved = Box::pin(traced("moved", async {
            tokio::task::yield_now().await;
            drop(enter("child of moved"));
        }));
        assert!(!poll_once(moved.as_mut()));
        capture.future(traced("other root", moved)).await;
    };
    capture.future(traced("root", other)).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\nroot\n└╴moved\n\u{20} └╴child of moved\n\n\
         trace · test · 1 span · kept: head\nother root\n"
    );
}

#[test]
fn a_handle_carries_work_below_its_span_even_when_that_has_ended() {
    let capture = Capture::new();
    let handle = capture.run(|| {
        let _root = enter("root");
        current_span()
    });
    let mut late = Box::pin(handle.carry(async { drop(enter("late")) }));
    assert!(poll_once(late.as_mut()));
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴late\n"
    );
}

#[test]
fn ten_thousand_threads_come_and_go() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        for _ in 0..100 {
            let threads: Vec<_> = (0..100)
                .map(|_| thread::spawn(carry(|| drop(enter("on a thread")))))
                .collect();
            for thread in threads {
                thread.join().expect("it ends");
            }
        }
    });
    assert_eq!(capture.spans().len(), 10_001);
}

#[tokio::test]
async fn a_child_that_fails_elsewhere_while_its_root_runs_is_told_when_the_root_is_parked() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let root = traced("root", async {
        let (go, went) = std::sync::mpsc::channel::<()>();
        let mut child = Box::pin(fallible("child", async move {
            tokio::task::yield_now().await;
            let _ = went.recv();
            "x".parse::<u8>()
        }));
        assert!(!poll_once(child.as_mut()));
        let elsewhere = thread::spawn(move || assert!(poll_once(child.as_mut())));
        drop(go);
        elsewhere.join().expect("the child ends on another thread");
        std::future::pending::<()>().await;
    });
    let mut root = Box::pin(capture.future(root));
    assert!(!poll_once(root.as_mut()));
    capture.shutdown();
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 1 error · kept: error\n\
         root · phoenix.cancelled=true\n\
         └╴child · ✗ ParseIntError: invalid digit found in string\n"
    );
}

#[test]
fn what_a_task_was_lent_is_not_that_of_the_next_task() {
    let capture = Capture::with_config(Config::default().otel_context(OtelContext::Off));
    let known = || current_correlation_id().map(|id| id.to_string());
    capture.run(|| {
        let _root = enter("root");
        carry(|| drop(enter("first")))();
        let own = known();
        let lent = "lent".parse().expect("it is valid");
        with_correlation_id(Some(lent), || {
            carry(|| {
                let _task = enter("lent");
                assert_eq!(known().as_deref(), Some("lent"));
            })();
        });
        carry(|| {
            let _task = enter("next");
            assert_eq!(known(), own);
        })();
    });
    assert_eq!(capture.exported().len(), 4);
}

#[test]
fn a_task_without_a_span_that_panics_keeps_its_segment() {
    for ends_last in [false, true] {
        let capture = Capture::with_sampler(Sampler::ratio(0.0));
        capture.run(|| {
            let root = enter("root");
            let task = carry(|| std::panic::resume_unwind(Box::new(())));
            let root = (!ends_last).then_some(root);
            let panics = std::panic::AssertUnwindSafe(task);
            assert!(std::panic::catch_unwind(panics).is_err());
            drop(root);
        });
        let tree = "trace · test · 1 span · kept: error\nroot\n";
        assert_eq!(capture.tree(), tree);
    }
}

#[test]
fn shutdown_ends_what_runs_around_something_carried_that_calls_it() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    capture.run(|| {
        let _root = enter("root");
        drop(enter("ended"));
        let _around = enter("around");
        carry(|| {
            let mut inside = Box::pin(
                fallible("inside", async {
                    let failed = fallible("fails", async { "x".parse::<u8>() }).await;
                    capture.shutdown();
                    failed
                })
                .in_current_span(),
            );
            assert!(poll_once(inside.as_mut()));
        })();
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · 1 error · kept: error\n\
         root · phoenix.cancelled=true\n\
         ├╴ended\n\
         └╴around · phoenix.cancelled=true\n  └╴inside · phoenix.cancelled=true\n    └╴fails · ✗ ParseIntError: invalid digit found in string\n"
    );
    let stats = capture.stats();
    assert!(stats.balances() && stats.open == 0, "{stats}");
}
