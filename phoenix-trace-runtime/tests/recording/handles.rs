use std::future::Future;
use std::pin::pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Waker};
use std::thread;

use opentelemetry::KeyValue;
use opentelemetry::trace::Status;
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{self, attr, event, record};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::value::Attr;
use phoenix_trace_runtime::{SpanHandle, add_link, current_span, spawn};

use crate::support::{enter, site, traced};

const NUMBER: Key<types::Int> = Key::new("phoenix.test.number");
const INDEX: Key<types::Int> = Key::new("phoenix.test.index");
const TEXT: Key<types::Str> = Key::new("phoenix.test.text");
const LIST: Key<types::StrArray> = Key::new("phoenix.test.list");
const ERROR_TYPE: Key<types::Str> = Key::new("error.type");

/// Everything that can be said of a span late.
fn tell_all(span: &SpanHandle) {
    span.set_name("told");
    span.record(&NUMBER, 1_u8);
    span.record(&NUMBER, Some(u64::MAX));
    span.record(&NUMBER, None::<i32>);
    span.record(&TEXT, "text".to_owned());
    span.record(&LIST, vec!["a", "b"]);
    span.add_event("seen", &[Attr::format(&TEXT, format_args!("{}-{}", 1, 2))]);
    span.add_link(span, &[Attr::new(&NUMBER, &3)]);
    span.set_error("three of four answered");
}

const ALL: &str = "told · ✗ _OTHER: three of four answered · phoenix.test.number=9223372036854775807 · \
                   phoenix.test.text=text · phoenix.test.list=[\"a\", \"b\"] · ◆ seen";

fn told(capture: &Capture) -> String {
    let spans = capture.exported();
    let span = spans
        .iter()
        .find(|span| span.name == "told")
        .expect("it was called so");
    assert_eq!(span.links.links.len(), 1);
    assert_eq!(span.links.links[0].attributes.len(), 1);
    assert_eq!(span.events.events.len(), 1, "no exception is made up");
    let tree = capture.tree();
    let line = tree.lines().find(|line| line.contains("told"));
    line.expect("it is in the tree").to_owned()
}

#[test]
fn all_is_told_on_the_thread_of_the_span() {
    let capture = Capture::new();
    capture.run(|| {
        let _span = enter("span");
        tell_all(&current_span());
    });
    assert_eq!(told(&capture), ALL);
}

#[test]
fn all_is_told_from_another_thread_while_the_span_runs() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let _span = enter("span");
        let span = current_span();
        let telling = thread::spawn(move || tell_all(&span));
        telling.join().expect("it ends");
    });
    assert_eq!(told(&capture), format!("└╴{ALL}"));
}

#[tokio::test]
async fn all_is_told_while_the_span_is_suspended() {
    let capture = Capture::new();
    let (tell, told_span) = channel();
    let (go, went) = tokio::sync::oneshot::channel();
    let mut span = Box::pin(capture.future(traced("span", async move {
        tell.send(current_span()).expect("somebody listens");
        went.await.expect("it is sent");
    })));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(span.as_mut().poll(&mut cx).is_pending());
    let handle = told_span.recv().expect("it is sent");
    thread::spawn(move || tell_all(&handle))
        .join()
        .expect("it ends");
    go.send(()).expect("it waits");
    span.await;
    assert_eq!(told(&capture), ALL);
}

#[test]
fn what_is_told_after_the_end_is_not_recorded() {
    let capture = Capture::new();
    let (child, root) = capture.run(|| {
        let _root = enter("root");
        let child = enter("child");
        let handle = current_span();
        drop(child);
        tell_all(&handle);
        let elsewhere = handle.clone();
        thread::spawn(move || tell_all(&elsewhere))
            .join()
            .expect("it ends");
        (handle, current_span())
    });
    tell_all(&child);
    tell_all(&root);
    tell_all(&SpanHandle::default());
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴child\n"
    );
    assert!(
        capture
            .exported()
            .iter()
            .all(|span| span.links.links.is_empty())
    );
}

#[test]
fn an_error_told_by_hand_keeps_the_segment_and_its_type_if_it_has_one() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    capture.run(|| {
        let _root = enter("root");
        current_span().record(&ERROR_TYPE, "replica_missing");
        current_span().set_error("three of four answered");
    });
    capture.run(|| {
        let _root = enter("other");
        let error = "x".parse::<u8>().expect_err("no number");
        current_span().record_error(&error);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · 1 error · kept: error\n\
         root · ✗ replica_missing: three of four answered\n\n\
         trace · test · 1 span · 1 error · kept: error\n\
         other · ✗ ParseIntError: invalid digit found in string\n"
    );
    let spans = capture.exported();
    let events: usize = spans.iter().map(|span| span.events.events.len()).sum();
    assert_eq!(
        events, 1,
        "an exception is told of the error, none of the description"
    );
    assert!(
        spans
            .iter()
            .all(|span| matches!(&span.status, Status::Error { .. }))
    );
}

#[tokio::test]
async fn what_a_task_without_a_span_of_its_own_records_is_on_the_span_that_it_hangs_under() {
    let capture = Capture::new();
    let work = async {
        spawn(async {
            record(&[attr(&NUMBER, &7), attr(&LIST, &["a"])]);
            event("seen", &[attr(&TEXT, "in the task")]);
            add_link(&current_span(), &[]);
            spawn(async { record(&[attr(&TEXT, "in a task of the task")]) }).await
        })
        .await
        .expect("it ends")
        .expect("it ends");
    };
    capture.future(traced("root", work)).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\n\
         root · phoenix.test.number=7 · phoenix.test.list=[\"a\"] · phoenix.test.text=in a task of the task · ◆ seen\n"
    );
    assert_eq!(capture.exported()[0].links.links.len(), 1);
}

#[tokio::test]
async fn what_a_span_records_while_it_is_polled_elsewhere_is_its_own() {
    let capture = Capture::new();
    let other = async {
        let mut moved = Box::pin(traced("moved", async {
            tokio::task::yield_now().await;
            record(&[attr(&NUMBER, &7)]);
            event("seen", &[]);
        }));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(moved.as_mut().poll(&mut cx).is_pending());
        capture.future(traced("other root", moved)).await;
    };
    capture.future(traced("root", other)).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴moved · phoenix.test.number=7 · ◆ seen\n\n\
         trace · test · 1 span · kept: head\nother root\n"
    );
}

#[test]
fn what_is_told_to_a_span_that_runs_elsewhere_is_bounded_and_an_error_still_fits() {
    const EVENTS: u32 = 20_000;
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let span = current_span();
        let telling = thread::spawn(move || {
            (0..EVENTS).for_each(|_| span.add_event("seen", &[]));
            span.record(&NUMBER, 1);
            span.set_error("too much");
        });
        telling.join().expect("it ends");
    });
    let root = &capture.exported()[0];
    assert_eq!(
        (root.events.events.len(), root.events.dropped_count),
        (128, EVENTS - 128)
    );
    assert_eq!(
        root.dropped_attributes_count, 1,
        "there was no room for it any more"
    );
    assert_eq!(root.status, Status::error("too much"));
}

#[test]
fn a_span_that_is_told_something_while_it_ends_is_the_only_one_that_has_it() {
    const SPANS: i64 = 10_000;
    let capture = Capture::new();
    let latest = Mutex::new((SpanHandle::default(), 0));
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let (span, index) = latest.lock().expect("nobody panics").clone();
                    span.record(&NUMBER, index);
                    span.add_event("seen", &[attr(&NUMBER, &index)]);
                }
            });
        }
        capture.run(|| {
            for index in 0..SPANS {
                let _root = enter("root");
                let _child = private::enter(site("child"), &[attr(&INDEX, &index)]);
                *latest.lock().expect("nobody panics") = (current_span(), index);
            }
        });
        ended.store(true, Ordering::Relaxed);
    });
    let stats = capture.stats();
    assert!(stats.balances() && stats.segments_open == 0, "{stats}");
    let spans = capture.exported();
    assert_eq!(spans.len() as i64, 2 * SPANS);
    let value = |attributes: &[KeyValue], key: &str| {
        let pair = attributes.iter().find(|pair| pair.key.as_str() == key);
        pair.map(|pair| pair.value.clone())
    };
    for span in &spans {
        let index = value(&span.attributes, INDEX.name());
        let told = value(&span.attributes, NUMBER.name());
        assert!(told.is_none() || told == index, "{span:?}");
        for event in &span.events.events {
            assert_eq!(value(&event.attributes, NUMBER.name()), index);
        }
    }
}

#[test]
fn the_current_span_is_removed_after_each_poll() {
    let capture = Capture::new();
    let mut future = pin!(capture.future(traced("root", async {
        assert!(current_span().is_recording());
        tokio::task::yield_now().await;
        assert!(current_span().is_recording());
    })));
    assert!(!current_span().is_recording());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut cx).is_pending());
    assert!(!current_span().is_recording());
    assert!(future.as_mut().poll(&mut cx).is_ready());
    assert!(!current_span().is_recording());
}
