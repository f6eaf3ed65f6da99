//! Parents are right in both directions and through any nesting.

use std::time::Duration;

use opentelemetry::Context;
use opentelemetry::trace::{
    FutureExt as _, Span as _, TraceContextExt as _, Tracer as _, mark_span_as_active,
};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::waterfall::Waterfall;
use phoenix_trace_runtime::{Config, OtelContext, carry, current_span, spawn};
use tokio::task::yield_now;

use super::{MODES, capture_in, in_each, tracer};
use crate::support::{enter, traced};

const NESTED: &str = "trace · test · 5 spans · kept: head\n\
     annotated\n\
     └╴api\n\
     \u{20} └╴annotated below\n\
     \u{20}   └╴api below\n\
     \u{20}     └╴annotated at last\n";

#[test]
fn annotated_and_api_spans_nest_in_each_other() {
    in_each(|capture| {
        capture.run(|| {
            let _root = enter("annotated");
            tracer().in_span("api", |_| {
                let _below = enter("annotated below");
                tracer().in_span("api below", |_| drop(enter("annotated at last")));
            });
        });
        assert_eq!(capture.tree(), NESTED);
    });
}

#[test]
fn so_they_do_below_a_root_of_the_api() {
    in_each(|capture| {
        capture.run(|| {
            tracer().in_span("root", |_| {
                drop(enter("first"));
                let _second = enter("second");
                tracer().start("third").end();
            });
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 4 spans · kept: head\n\
             root\n\
             ├╴first\n\
             └╴second\n\
             \u{20} └╴third\n"
        );
    });
}

#[tokio::test]
async fn they_nest_in_tasks_that_are_suspended() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        let nested = traced("annotated", async {
            yield_now().await;
            let context = Context::current_with_span(tracer().start("api"));
            async {
                yield_now().await;
                traced("annotated below", async {
                    yield_now().await;
                    let context = Context::current_with_span(tracer().start("api below"));
                    let last = traced("annotated at last", yield_now());
                    last.with_context(context).await;
                    yield_now().await;
                })
                .await;
            }
            .with_context(context)
            .await;
        });
        capture.future(nested).await;
        assert_eq!(capture.tree(), NESTED, "{contexts}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_carried_to_a_task_goes_on_below_the_api_span_that_ran() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        let nested = traced("annotated", async {
            let context = Context::current_with_span(tracer().start("api"));
            async {
                spawn(traced("annotated below", async {
                    yield_now().await;
                    tracer().in_span("api below", |_| {
                        std::thread::scope(|scope| {
                            scope.spawn(carry(|| drop(enter("annotated at last"))));
                        });
                    });
                }))
                .await
                .expect("it ends");
            }
            .with_context(context)
            .await;
        });
        capture.future(nested).await;
        assert_eq!(capture.tree(), NESTED, "{contexts}");
    }
}

#[test]
fn a_span_that_is_not_attached_has_no_children() {
    in_each(|capture| {
        capture.run(|| {
            let _root = enter("root");
            let mut held = tracer().start("held");
            drop(enter("meanwhile"));
            held.end();
            tracer().start("afterwards").end();
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 4 spans · kept: head\n\
             root\n\
             ├╴held\n\
             ├╴meanwhile\n\
             └╴afterwards\n"
        );
    });
}

#[test]
fn spans_end_in_any_order_and_on_any_thread() {
    in_each(|capture| {
        capture.run(|| {
            let root = enter("root");
            let mut first = tracer().start("first");
            let mut second = tracer().start("second");
            first.add_event("told here", vec![]);
            let thread = std::thread::spawn(move || {
                second.add_event("told there", vec![]);
                first.end();
                second
            });
            drop(root);
            let mut second = thread.join().expect("it ends");
            second.update_name("renamed");
            second.end();
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 3 spans · kept: head\n\
             root\n\
             ├╴first · ◆ told here\n\
             └╴renamed · ◆ told there\n"
        );
    });
}

#[test]
fn so_they_do_where_they_share_the_strand_of_a_root_of_the_api() {
    in_each(|capture| {
        let left = capture.run(|| {
            let root = Context::current_with_span(tracer().start("root"));
            let attached = root.clone().attach();
            let mut first = tracer().start("first");
            let second = Context::current_with_span(tracer().start("second"));
            first.add_event("told here", vec![]);
            let there = second.clone();
            let thread = std::thread::spawn(move || {
                first.add_event("told there", vec![]);
                first.end();
                let _attached = there.attach();
                drop(enter("there"));
                tracer().start("left there")
            });
            let left = thread.join().expect("it ends");
            {
                let _attached = second.clone().attach();
                drop(enter("here"));
                tracer().start("as well").end();
            }
            drop(attached);
            root.span().end();
            second.span().update_name("renamed");
            second.span().end();
            left
        });
        drop(left);
        assert_eq!(
            capture.tree(),
            "trace · test · 7 spans · kept: head\n\
             root\n\
             ├╴first · ◆ told here · ◆ told there\n\
             └╴renamed\n\
             \u{20} ├╴there\n\
             \u{20} ├╴left there\n\
             \u{20} ├╴here\n\
             \u{20} └╴as well\n"
        );
        assert!(capture.stats().balances(), "{}", capture.stats());
    });
}

#[test]
fn a_span_that_outlives_a_root_of_the_api_holds_nothing_up_but_itself() {
    for ends_while_it_runs in [true, false] {
        let config = Config::default()
            .service("test")
            .grace_period(Duration::ZERO);
        let capture = Capture::with_config(config);
        let late = capture.run(|| {
            let root = Context::current_with_span(tracer().start("root"));
            let attached = root.clone().attach();
            let late = tracer().start("late");
            tracer().start("early").end();
            if ends_while_it_runs {
                root.span().end();
            }
            drop(attached);
            root.span().end();
            late
        });
        while capture.spans().len() < 2 {
            std::thread::yield_now();
        }
        drop(late);
        assert_eq!(
            capture.tree(),
            "trace · test · 3 spans · kept: head\n\
             root\n\
             ├╴late\n\
             └╴early\n"
        );
        assert!(capture.stats().balances(), "{}", capture.stats());
    }
}

#[test]
fn what_starts_after_a_context_was_detached_is_below_what_ran_before() {
    in_each(|capture| {
        capture.run(|| {
            let _root = enter("root");
            {
                let _outer = mark_span_as_active(tracer().start("outer"));
                {
                    let _inner = mark_span_as_active(tracer().start("inner"));
                    drop(enter("in inner"));
                }
                drop(enter("in outer"));
            }
            drop(enter("in root"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 6 spans · kept: head\n\
             root\n\
             ├╴outer\n\
             │ ├╴inner\n\
             │ │ └╴in inner\n\
             │ └╴in outer\n\
             └╴in root\n"
        );
    });
}

#[test]
fn the_current_context_names_what_runs() {
    let ids = |contexts| {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _root = enter("root");
            let root = current_span();
            let _child = enter("child");
            let child = current_span();
            let current = Context::current().span().span_context().clone();
            assert!(!current.is_remote());
            (current.trace_id() == root.trace_id()).then(|| {
                (
                    current.span_id() == root.span_id(),
                    current.span_id() == child.span_id(),
                )
            })
        })
    };
    assert_eq!(ids(OtelContext::LocalRoot), Some((true, false)));
    assert_eq!(ids(OtelContext::EverySpan), Some((false, true)));
    assert_eq!(ids(OtelContext::Off), None);
}

#[test]
fn the_active_span_is_told_more_through_the_context() {
    for contexts in [OtelContext::LocalRoot, OtelContext::EverySpan] {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _root = enter("root");
            let _child = enter("child");
            opentelemetry::trace::get_active_span(|span| {
                assert!(span.is_recording());
                span.set_attribute(opentelemetry::KeyValue::new("library.rows", 3));
                span.add_event("read", vec![]);
                span.end();
            });
        });
        let tree = Waterfall::new()
            .times(false)
            .attributes(|key| key == "library.rows");
        assert_eq!(
            tree.render(&capture.spans()),
            "trace · test · 2 spans · kept: head\n\
             root\n\
             └╴child · library.rows=3 · ◆ read\n"
        );
    }
}

/// The one difference between the modes: which parent a context gives that was carried elsewhere by hand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_context_that_is_carried_by_hand_names_the_root_or_the_span() {
    let tree = async |contexts| {
        let capture = capture_in(contexts);
        let carried = traced("root", async {
            traced("child", async {
                let there = traced("annotated there", async {
                    yield_now().await;
                    tracer().start("api there").end();
                });
                tokio::spawn(there.with_context(Context::current()))
                    .await
                    .expect("it ends");
            })
            .await;
        });
        capture.future(carried).await;
        capture.tree()
    };
    assert_eq!(
        tree(OtelContext::LocalRoot).await,
        "trace · test · 4 spans · kept: head\n\
         root\n\
         ├╴child\n\
         └╴annotated there\n\
         \u{20} └╴api there\n"
    );
    assert_eq!(
        tree(OtelContext::EverySpan).await,
        "trace · test · 4 spans · kept: head\n\
         root\n\
         └╴child\n\
         \u{20} └╴annotated there\n\
         \u{20}   └╴api there\n"
    );
}

/// The same where it is used again on the strand that it was taken from, while another span runs there.
#[test]
fn a_context_that_is_used_below_another_span_names_what_runs_or_the_span() {
    let tree = |contexts| {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _root = enter("root");
            let root = Context::current();
            let api = Context::current_with_span(tracer().start("api"));
            let _attached = api.clone().attach();
            let _child = enter("child");
            tracer().start_with_context("below api", &api).end();
            {
                let _again = api.attach();
                drop(enter("below api again"));
            }
            tracer().start_with_context("below root", &root).end();
        });
        capture.tree()
    };
    assert_eq!(
        tree(OtelContext::EverySpan),
        "trace · test · 6 spans · kept: head\n\
         root\n\
         ├╴api\n\
         │ ├╴child\n\
         │ ├╴below api\n\
         │ └╴below api again\n\
         └╴below root\n"
    );
    assert_eq!(
        tree(OtelContext::LocalRoot),
        "trace · test · 6 spans · kept: head\n\
         root\n\
         ├╴api\n\
         │ └╴child\n\
         │ \u{20} ├╴below api\n\
         │ \u{20} └╴below api again\n\
         └╴below root\n"
    );
}

#[test]
fn a_context_is_used_by_two_threads_at_once() {
    in_each(|capture| {
        capture.run(|| {
            let context = Context::current_with_span(tracer().start("shared"));
            let _guard = context.clone().attach();
            std::thread::scope(|scope| {
                let there = scope.spawn(|| {
                    let _guard = context.clone().attach();
                    drop(enter("there"));
                });
                there.join().expect("it ends");
            });
            drop(enter("here"));
            context.span().end();
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 3 spans · kept: head\n\
             shared\n\
             ├╴there\n\
             └╴here\n"
        );
    });
}
