//! Each way of carrying the current span, and what becomes of work for which it was forgotten.

use std::sync::mpsc;
use std::thread;

use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Carried, SpawnInCurrentSpan as _, carry, current_span, set_correlation_id, spawn_thread,
};
use tokio::task::{JoinSet, LocalSet};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::ReceiverStream;

use crate::support::{enter, fallible, traced};

#[tokio::test]
async fn a_set_of_tasks_carries_the_span_into_each_of_them() {
    let capture = Capture::new();
    let work = async {
        let mut tasks = JoinSet::new();
        tasks.spawn_in_current_span(traced("in a task", tokio::task::yield_now()));
        tasks.join_next().await;
        tasks.spawn_blocking_in_current_span(|| drop(enter("on a blocking thread")));
        tasks.join_next().await;
        let not_send = std::rc::Rc::new(());
        tasks.spawn_local_in_current_span(traced("in a local task", async move {
            tokio::task::yield_now().await;
            drop(not_send);
        }));
        tasks.join_next().await;
        let aborted = tasks.spawn_in_current_span(traced("aborted", std::future::pending()));
        tokio::task::yield_now().await;
        aborted.abort();
        assert!(
            tasks
                .join_next()
                .await
                .is_some_and(|result| result.is_err())
        );
    };
    LocalSet::new()
        .run_until(capture.future(traced("root", work)))
        .await;
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         root\n\
         ├╴in a task\n\
         ├╴on a blocking thread\n\
         ├╴in a local task\n\
         └╴aborted · phoenix.cancelled=true\n"
    );
}

#[test]
fn threads_carry_the_span_whatever_starts_them() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let thread = spawn_thread(|| drop(enter("on a thread")));
        thread.join().expect("it ends");
        let named = thread::Builder::new().name("indexer".to_owned());
        let named = named.spawn(carry(|| drop(enter("on a thread with a name"))));
        named.expect("it starts").join().expect("it ends");
        let name = String::from("on a scoped thread");
        thread::scope(|scope| {
            let name = &name;
            scope.spawn(carry(move || {
                assert_eq!(name, "on a scoped thread");
                drop(enter("on a scoped thread"));
            }));
        });
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\n\
         root\n\
         ├╴on a thread\n\
         ├╴on a thread with a name\n\
         └╴on a scoped thread\n"
    );
}

#[test]
fn a_message_is_handled_below_the_span_that_sent_it() {
    let capture = Capture::new();
    let (sender, receiver) = mpsc::channel();
    let handling = thread::spawn(move || {
        let mut handled = Vec::new();
        for message in receiver {
            let message: Carried<u32> = message;
            handled.push(message.run(|number| {
                drop(enter("handle"));
                number
            }));
        }
        handled
    });
    capture.run(|| {
        let _root = enter("root");
        for number in 0..2 {
            let _send = enter("send");
            sender.send(Carried::new(number)).expect("somebody listens");
        }
    });
    drop(sender);
    assert_eq!(handling.join().expect("it ends"), [0, 1]);
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         root\n\
         ├╴send\n\
         │ └╴handle\n\
         └╴send\n\
         \u{20} └╴handle\n"
    );
}

#[tokio::test]
async fn a_stream_of_messages_is_handled_below_the_spans_that_sent_them() {
    let capture = Capture::new();
    let (sender, receiver) = tokio::sync::mpsc::channel(8);
    capture
        .future(async move {
            for name in ["first", "second"] {
                let send = async { sender.send(Carried::new(name)).await };
                traced("send", send).await.expect("somebody listens");
            }
        })
        .await;
    let mut messages = ReceiverStream::new(receiver);
    while let Some(message) = messages.next().await {
        assert!(["first", "second"].contains(message.get()));
        message
            .in_span(|name| async move {
                tokio::task::yield_now().await;
                traced(if name == "first" { "one" } else { "two" }, async {}).await;
            })
            .await;
    }
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nsend\n└╴one\n\n\
         trace · test · 2 spans · kept: head\nsend\n└╴two\n"
    );
}

#[tokio::test]
async fn an_error_in_handling_a_message_keeps_the_segment_of_its_sender() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    let message = capture.run(|| {
        let _send = enter("send");
        Carried::new("x")
    });
    assert_eq!(capture.stats().segments_open, 1, "it waits for the message");
    let handled = message.in_span(|text| fallible("handle", async move { text.parse::<u8>() }));
    assert!(handled.await.is_err());
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 1 error · kept: error\n\
         send\n\
         └╴handle · ✗ ParseIntError: invalid digit found in string\n"
    );
}

#[test]
fn a_message_handled_after_its_segment_was_decided_follows_the_decision() {
    let capture = Capture::new();
    let message = capture.run(|| {
        let _send = enter("send");
        Carried::new(())
    });
    capture.shutdown();
    assert_eq!(capture.tree(), "trace · test · 1 span · kept: head\nsend\n");
    message.run(|()| drop(enter("handle")));
    let stats = capture.stats();
    assert!(stats.balances() && stats.ended == 2, "{stats}");
}

#[test]
fn a_message_that_nobody_handles_leaves_its_segment_as_it_is() {
    let capture = Capture::new();
    capture.run(|| {
        let _send = enter("send");
        drop(Carried::new(()));
        Carried::new(()).into_inner();
    });
    assert_eq!(capture.tree(), "trace · test · 1 span · kept: head\nsend\n");
    assert_eq!(capture.stats().segments_open, 0);
}

#[test]
fn a_message_carries_the_request_too() {
    let capture = Capture::new();
    let message = capture.run(|| {
        let _send = enter("send");
        set_correlation_id("order-4711".parse().expect("an id"));
        Carried::new(())
    });
    let seen = message.run(|()| phoenix_trace_runtime::current_correlation_id());
    assert_eq!(seen.expect("there is one").as_str(), "order-4711");
}

#[tokio::test]
async fn what_is_forgotten_starts_a_root_of_its_own() {
    let capture = Capture::new();
    let _guard = capture.enter();
    let work = async {
        assert!(current_span().is_recording());
        let task = tokio::spawn(traced("forgotten task", tokio::task::yield_now()));
        task.await.expect("it ends");
        let mut tasks = JoinSet::new();
        tasks.spawn(traced("forgotten task of a set", async {}));
        tasks.join_next().await;
        thread::scope(|scope| {
            scope.spawn(|| capture.run(|| drop(enter("forgotten thread"))));
        });
        let (sender, receiver) = mpsc::channel();
        sender.send(()).expect("somebody listens");
        drop(sender);
        let capture = &capture;
        thread::scope(|scope| {
            scope.spawn(move || {
                capture.run(|| {
                    receiver
                        .iter()
                        .for_each(|()| drop(enter("forgotten message")))
                });
            });
        });
        let stream = tokio_stream::iter([()]).map(|()| drop(enter("forgotten stream")));
        tokio::spawn(stream.collect::<Vec<()>>())
            .await
            .expect("it ends");
    };
    traced("root", work).await;
    let roots: Vec<String> = [
        "root",
        "forgotten task",
        "forgotten task of a set",
        "forgotten thread",
        "forgotten message",
        "forgotten stream",
    ]
    .map(|name| format!("trace · test · 1 span · kept: head\n{name}\n"))
    .into();
    assert_eq!(capture.tree(), roots.join("\n"));
}
