//! What should not be done, and must do no harm: guards of contexts that are dropped out of order, or outlive what they were
//! made in.

use std::cell::RefCell;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::task::Poll;

use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _, mark_span_as_active,
};
use opentelemetry::{Context, ContextGuard, KeyValue};
use phoenix_trace_runtime::testing::Capture;
use tokio::task::yield_now;

use super::{in_each, tracer};
use crate::support::{enter, traced};

#[test]
fn guards_are_dropped_in_any_order() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let first = mark_span_as_active(tracer().start("first"));
        let second = mark_span_as_active(tracer().start("second"));
        drop(first);
        drop(enter("below second"));
        drop(second);
        drop(enter("below root"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         root\n\
         ├╴first\n\
         │ └╴second\n\
         │ \u{20} └╴below second\n\
         └╴below root\n"
    );
}

/// OpenTelemetry tells of nothing here: the context that goes last is like the one that is current then.
#[test]
fn a_guard_is_dropped_below_an_empty_context() {
    in_each(|capture| {
        capture.run(|| {
            let span = mark_span_as_active(tracer().start("span"));
            let empty = Context::new().attach();
            drop(span);
            drop(enter("in the empty one"));
            drop(empty);
            assert_eq!(capture.stats().open, 0);
            drop(enter("afterwards"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 1 span · kept: head\n\
             span\n\n\
             trace · test · 1 span · kept: head\n\
             in the empty one\n\n\
             trace · test · 1 span · kept: head\n\
             afterwards\n"
        );
    });
}

/// Where a context was attached before which is no different from the last one, it is not known which of both is current.
#[test]
fn no_span_waits_for_guards_of_which_nothing_is_told() {
    in_each(|capture| {
        capture.run(|| {
            let _root = enter("root");
            let [first, second] = ["first", "second"].map(|name| {
                let span = mark_span_as_active(tracer().start(name));
                (span, Context::new().attach())
            });
            drop(first);
            drop(second);
        });
        assert_eq!(capture.stats().open, 0);
        assert_eq!(capture.spans().len(), 3);
    });
}

#[tokio::test]
async fn an_annotated_future_is_suspended_and_leaves_a_context_attached() {
    let capture = Capture::new();
    let root = traced("root", async {
        let mut child = pin!(traced("child", async {
            let guard = mark_span_as_active(tracer().start("left"));
            yield_now().await;
            drop(enter("in child"));
            guard
        }));
        poll_fn(|cx| Poll::Ready(child.as_mut().poll(cx).is_pending())).await;
        drop(enter("meanwhile"));
        drop(child.await);
        drop(enter("afterwards"));
    });
    capture.future(root).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 6 spans · kept: head\n\
         root\n\
         ├╴child\n\
         │ ├╴left\n\
         │ │ └╴meanwhile\n\
         │ └╴in child\n\
         └╴afterwards\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_starts_after_the_annotated_function_that_a_guard_was_given_to_is_below_what_ran_before() {
    in_each(|capture| {
        capture.run(|| {
            let _root = enter("root");
            let _outer = mark_span_as_active(tracer().start("outer"));
            let inner = mark_span_as_active(tracer().start("inner"));
            {
                let _given = enter("given");
                {
                    let _deeper = enter("deeper");
                    drop(inner);
                    tracer().start("api in deeper").end();
                }
                drop(enter("in given"));
            }
            drop(enter("annotated"));
            tracer().in_span("api", |_| drop(enter("below api")));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 10 spans · kept: head\n\
             root\n\
             └╴outer\n\
             \u{20} ├╴inner\n\
             \u{20} │ └╴given\n\
             \u{20} │   ├╴deeper\n\
             \u{20} │   │ └╴api in deeper\n\
             \u{20} │   └╴in given\n\
             \u{20} ├╴annotated\n\
             \u{20} └╴api\n\
             \u{20}   └╴below api\n"
        );
    });
}

#[test]
fn all_guards_are_dropped_in_the_annotated_function_that_they_are_given_to() {
    in_each(|capture| {
        capture.run(|| {
            let root = mark_span_as_active(tracer().start("root"));
            let inner = mark_span_as_active(tracer().start("inner"));
            {
                let _given = enter("given");
                drop(root);
                drop(inner);
                drop(enter("in given"));
            }
            drop(enter("afterwards"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 4 spans · kept: head\n\
             root\n\
             └╴inner\n\
             \u{20} └╴given\n\
             \u{20}   └╴in given\n\n\
             trace · test · 1 span · kept: head\n\
             afterwards\n"
        );
    });
}

#[test]
fn the_guard_of_a_remote_context_is_dropped_in_the_local_root_below_it() {
    in_each(|capture| {
        capture.run(|| {
            let parent = SpanContext::new(
                TraceId::from(7),
                SpanId::from(9),
                TraceFlags::SAMPLED,
                true,
                TraceState::NONE,
            );
            let remote = Context::new().with_remote_span_context(parent).attach();
            {
                let _root = enter("root");
                drop(remote);
                tracer().start("api").end();
                drop(enter("annotated"));
            }
            drop(enter("afterwards"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 3 spans · kept: head\n\
             root · (parent missing)\n\
             ├╴api\n\
             └╴annotated\n\n\
             trace · test · 1 span · kept: head\n\
             afterwards\n"
        );
    });
}

#[tokio::test]
async fn a_guard_is_dropped_in_an_annotated_future_that_is_suspended_afterwards() {
    let capture = Capture::new();
    let root = traced("root", async {
        let outer = mark_span_as_active(tracer().start("outer"));
        let inner = mark_span_as_active(tracer().start("inner"));
        let mut given = pin!(traced("given", async move {
            drop(inner);
            yield_now().await;
            drop(enter("in given"));
        }));
        poll_fn(|cx| Poll::Ready(given.as_mut().poll(cx).is_pending())).await;
        drop(enter("meanwhile"));
        drop(outer);
        given.await;
        drop(enter("afterwards"));
    });
    capture.future(root).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 7 spans · kept: head\n\
         root\n\
         ├╴outer\n\
         │ ├╴inner\n\
         │ │ └╴given\n\
         │ │ \u{20} └╴in given\n\
         │ └╴meanwhile\n\
         └╴afterwards\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn a_guard_outlives_the_annotated_function_that_made_it() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let guard = {
            let _child = enter("child");
            mark_span_as_active(tracer().start("kept active"))
        };
        drop(enter("while active"));
        drop(guard);
        drop(enter("afterwards"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         root\n\
         ├╴child\n\
         │ └╴kept active\n\
         │ \u{20} └╴while active\n\
         └╴afterwards\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn a_guard_outlives_the_local_root() {
    let capture = Capture::new();
    capture.run(|| {
        let guard = {
            let _root = enter("root");
            mark_span_as_active(tracer().start("kept active"))
        };
        drop(guard);
        drop(enter("afterwards"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\n\
         root\n\
         └╴kept active\n\n\
         trace · test · 1 span · kept: head\n\
         afterwards\n"
    );
}

#[tokio::test]
async fn a_guard_is_held_across_an_await() {
    let capture = Capture::new();
    let held = traced("root", async {
        let guard = mark_span_as_active(tracer().start("held"));
        tokio::task::yield_now().await;
        drop(guard);
        drop(enter("afterwards"));
    });
    capture.future(held).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\n\
         root\n\
         ├╴held\n\
         └╴afterwards\n"
    );
}

#[tokio::test]
async fn a_guard_is_dropped_in_the_annotated_function_that_it_is_given_to() {
    let capture = Capture::new();
    let root = traced("root", async {
        let _outer = mark_span_as_active(tracer().start("outer"));
        let inner = mark_span_as_active(tracer().start("inner"));
        traced("given", async move {
            drop(inner);
            drop(enter("in it"));
        })
        .await;
    });
    capture.future(root).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         root\n\
         └╴outer\n\
         \u{20} └╴inner\n\
         \u{20}   └╴given\n\
         \u{20}     └╴in it\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn a_span_is_started_below_one_that_has_ended() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let context = Context::current_with_span(tracer().start("ended"));
        context.span().end();
        tracer().start_with_context("late", &context).end();
        let _guard = context.attach();
        drop(enter("later"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\n\
         root\n\
         └╴ended\n\
         \u{20} ├╴late\n\
         \u{20} └╴later\n"
    );
}

#[test]
fn annotated_code_runs_while_the_current_context_is_looked_at() {
    let capture = Capture::new();
    capture.run(|| {
        opentelemetry::trace::get_active_span(|_| {
            let _root = enter("root");
            drop(enter("child"));
        });
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴child\n"
    );
}

#[test]
fn threads_that_end_with_a_context_attached_take_nothing_with_them() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let context = Context::current();
        for _ in 0..100 {
            let context = context.clone();
            let thread = std::thread::spawn(move || {
                std::mem::forget(context.attach());
                drop(enter("there"));
            });
            thread.join().expect("it ends");
        }
    });
    assert_eq!(capture.spans().len(), 101);
}

#[test]
fn ten_thousand_contexts_are_attached_at_once() {
    const DEEP: usize = 10_000;
    let orders: [fn(Vec<ContextGuard>); 2] = [
        |guards| guards.into_iter().rev().for_each(drop),
        // As they were attached, so that all are left to the last one.
        drop,
    ];
    for detach in orders {
        let capture = Capture::new();
        capture.run(|| {
            let _root = enter("root");
            let guards = (0..DEEP)
                .map(|_| mark_span_as_active(tracer().start("deep")))
                .collect();
            drop(enter("innermost"));
            detach(guards);
            drop(enter("afterwards"));
        });
        capture.shutdown();
        let stats = capture.stats();
        assert!(stats.balances(), "{stats}");
        assert_eq!(stats.ended, DEEP as u64 + 3, "{stats}");
        let spans = capture.query();
        if !spans.named("afterwards").is_empty() {
            let (root, after) = (spans.named("root").one(), spans.named("afterwards").one());
            assert_eq!(spans.parent_of(&after), Some(root));
        }
    }
}

#[test]
fn a_span_and_its_context_outlive_their_capture() {
    let capture = Capture::new();
    let (mut span, context) = capture.run(|| {
        let _root = enter("root");
        let span = tracer().start("kept");
        let context = Context::current_with_span(tracer().start("in a context"));
        (span, context)
    });
    capture.shutdown();
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\n\
         root\n\
         ├╴kept · phoenix.cancelled=true\n\
         └╴in a context · phoenix.cancelled=true\n"
    );
    span.set_attribute(KeyValue::new("late", true));
    span.update_name("late");
    span.end();
    context.span().add_event("late", vec![]);
    tracer().start_with_context("late", &context).end();
    {
        let _guard = context.attach();
        drop(enter("late as well"));
        tracer().start("and again").end();
    }
    assert_eq!(capture.spans().len(), 3);
    assert!(capture.stats().balances(), "{}", capture.stats());
}

/// Uses everything when its thread has lost most of what it had.
struct Late;

impl Drop for Late {
    fn drop(&mut self) {
        let _annotated = enter("annotated");
        let mut span = tracer().start_with_context("api", &Context::new());
        span.set_attribute(KeyValue::new("late", true));
        span.end();
    }
}

#[test]
fn spans_are_made_while_a_thread_ends() {
    thread_local! {
        static FIRST: RefCell<Option<Late>> = const { RefCell::new(None) };
        static LAST: RefCell<Option<Late>> = const { RefCell::new(None) };
    }
    let capture = Capture::new();
    let ended = std::thread::scope(|scope| {
        let thread = scope.spawn(|| {
            FIRST.set(Some(Late));
            capture.run(|| {
                let _root = enter("root");
                let context = Context::current_with_span(tracer().start("left attached"));
                std::mem::forget(context.attach());
                drop(enter("below"));
            });
            LAST.set(Some(Late));
        });
        thread.join().is_ok()
    });
    assert!(ended);
    capture.shutdown();
    let spans = capture.query();
    assert_eq!(spans.named("root").len(), 1);
    spans.assert_below("below", "left attached");
    assert!(capture.stats().balances(), "{}", capture.stats());
}
