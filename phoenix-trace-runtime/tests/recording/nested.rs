use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::outcome::Outcome;
use phoenix_trace_runtime::private::{attr, attr_fmt, event, outcome, record};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{current_span, private};

use crate::support::{enter, fallible, site, traced};

const NUMBER: Key<types::Int> = Key::new("phoenix.test.number");
const TEXT: Key<types::Str> = Key::new("phoenix.test.text");
const LIST: Key<types::IntArray> = Key::new("phoenix.test.list");
const SECRET: Key<types::Str> = Key::new("phoenix.test.secret").sensitive();

#[test]
fn spans_nest_as_their_scopes_do() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = private::enter(site("root"), &[attr(&NUMBER, &1_u8)]);
        {
            let _first = enter("first");
            record(&[
                attr(&TEXT, "late"),
                attr(&SECRET, "hunter2"),
                attr(&LIST, &[1_u32, 2]),
            ]);
            event("seen", &[attr_fmt(&TEXT, format_args!("{}-{}", 1, 2))]);
        }
        let _second = enter("second");
        record(&[attr(&NUMBER, &1), attr(&NUMBER, &2)]);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\n\
         root · phoenix.test.number=1\n\
         ├╴first · phoenix.test.text=late · phoenix.test.list=[1, 2] · ◆ seen\n\
         └╴second · phoenix.test.number=2\n"
    );
    assert!(
        !format!("{:?}", capture.exported()).contains("hunter2"),
        "sensitive values stay here"
    );
}

#[test]
fn integers_of_every_width_are_integers() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        event("u8", &[attr(&NUMBER, &1_u8)]);
        event("i8", &[attr(&NUMBER, &1_i8)]);
        event("u16", &[attr(&NUMBER, &1_u16)]);
        event("i16", &[attr(&NUMBER, &1_i16)]);
        event("u32", &[attr(&NUMBER, &1_u32)]);
        event("i32", &[attr(&NUMBER, &1_i32)]);
        event("u64", &[attr(&NUMBER, &1_u64)]);
        event("i64", &[attr(&NUMBER, &1_i64)]);
        event("u128", &[attr(&NUMBER, &1_u128)]);
        event("i128", &[attr(&NUMBER, &1_i128)]);
        event("usize", &[attr(&NUMBER, &1_usize)]);
        event("isize", &[attr(&NUMBER, &1_isize)]);
    });
    let events = &capture.exported()[0].events.events;
    assert_eq!(events.len(), 12);
    for event in events {
        assert_eq!(
            event.attributes[0].value,
            opentelemetry::Value::I64(1),
            "{}",
            event.name
        );
    }
}

#[tokio::test]
async fn futures_that_take_turns_keep_their_own_children() {
    let capture = Capture::new();
    let turn = |name, child| {
        traced(name, async move {
            tokio::task::yield_now().await;
            traced(child, tokio::task::yield_now()).await;
            drop(enter(child));
        })
    };
    capture
        .future(traced("root", async {
            tokio::join!(turn("a", "child of a"), turn("b", "child of b"))
        }))
        .await;
    assert_eq!(
        capture.tree(),
        "trace · test · 7 spans · kept: head\n\
         root\n\
         ├╴a\n\
         │ ├╴child of a\n\
         │ └╴child of a\n\
         └╴b\n\
         \u{20} ├╴child of b\n\
         \u{20} └╴child of b\n"
    );
}

#[test]
fn a_span_starts_when_its_future_is_first_polled() {
    let capture = Capture::new();
    capture.run(|| {
        let mut late = pin!(traced("late", async {}));
        let _root = enter("root");
        let _ = late.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴late\n"
    );
}

#[test]
fn an_error_is_told_once_however_many_spans_it_passes() {
    let capture = Capture::new();
    capture.run(|| {
        let fail = || "x".parse::<u8>();
        let outer = enter("outer");
        let result = {
            let inner = enter("inner");
            let result = fail();
            inner.outcome(outcome!(&result));
            result
        };
        outer.outcome(outcome!(&result));
    });
    let spans = capture.spans();
    let events: Vec<usize> = spans.iter().map(|span| span.events.len()).collect();
    assert_eq!(
        events,
        [0, 1],
        "the exception stands where it arose: {}",
        capture.tree()
    );
    assert!(spans.iter().all(|span| span.is_error()));
    assert_eq!(
        spans[0]
            .attribute("error.type")
            .map(ToString::to_string)
            .as_deref(),
        Some("ParseIntError")
    );
}

#[tokio::test]
async fn a_panic_ends_the_span_as_failed_and_unwinds_on() {
    let capture = Capture::new();
    let task = tokio::spawn(capture.future(traced(
        "outer",
        traced("inner", async { panic!("out of cheese") }),
    )));
    let unwound: Result<(), _> = task.await;
    assert!(unwound.is_err_and(|error| error.is_panic()));
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 2 errors · kept: head, error\n\
         outer · ✗ panic: out of cheese\n\
         └╴inner · ✗ panic: out of cheese\n"
    );
}

#[test]
fn a_dropped_future_is_cancelled_and_drops_inside_its_span() {
    struct Tells;
    impl Drop for Tells {
        fn drop(&mut self) {
            drop(enter("drop"));
        }
    }
    let capture = Capture::new();
    capture.run(|| {
        let held = Tells;
        let mut future = Box::pin(traced("root", async move {
            let _held = held;
            traced("pending", std::future::pending::<()>()).await;
        }));
        let polled = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(polled, Poll::Pending));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 3 spans · kept: head\n\
         root · phoenix.cancelled=true\n\
         ├╴pending · phoenix.cancelled=true\n\
         └╴drop\n"
    );
}

#[test]
fn values_that_record_or_panic_while_they_are_formatted_harm_nothing() {
    struct Records;
    impl std::fmt::Display for Records {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            let _inner = enter("formatting");
            record(&[attr(&NUMBER, &7)]);
            f.write_str("formatted")
        }
    }
    struct Panics;
    impl std::fmt::Display for Panics {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("half")?;
            panic!("while formatting")
        }
    }
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let _child = private::enter(site("child"), &[attr_fmt(&TEXT, format_args!("{Records}"))]);
        record(&[attr_fmt(&TEXT, format_args!("{Panics}"))]);
    });
    let texts: Vec<_> = capture
        .spans()
        .iter()
        .map(|s| s.attribute("phoenix.test.text").cloned())
        .collect();
    assert_eq!(
        texts
            .iter()
            .flatten()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["half"]
    );
    assert_eq!(capture.spans().len(), 3, "{}", capture.tree());
}

#[test]
fn the_current_span_tells_the_ids_that_are_exported() {
    let capture = Capture::new();
    let told = capture.run(|| {
        let _root = enter("root");
        let child = enter("child");
        let told = current_span();
        drop(child);
        assert_ne!(current_span().span_id(), told.span_id());
        told
    });
    let child = capture
        .spans()
        .into_iter()
        .find(|span| span.name == "child")
        .expect("it is captured");
    assert_eq!(
        (child.trace_id, child.span_id),
        (told.trace_id(), told.span_id())
    );
    assert!(!capture.run(current_span).is_recording());
}

#[tokio::test]
async fn success_leaves_the_status_unset_and_failure_marks_it() {
    let capture = Capture::new();
    let good = fallible("good", async { Ok::<u8, std::fmt::Error>(1) });
    let bad = fallible("bad", async { Err::<u8, std::fmt::Error>(std::fmt::Error) });
    let _ = capture.future(async { (good.await, bad.await) }).await;
    let message = std::fmt::Error.to_string();
    assert_eq!(
        capture.tree(),
        format!(
            "trace · test · 1 span · kept: head\ngood\n\n\
             trace · test · 1 span · 1 error · kept: head, error\nbad · ✗ Error: {message}\n"
        )
    );
}

#[test]
fn what_is_off_records_nothing_and_costs_no_context() {
    drop(enter("nobody listens"));
    assert!(!current_span().is_recording());
    assert!(matches!(outcome!(&Ok::<u8, u8>(1)), Outcome::Ok));
}
