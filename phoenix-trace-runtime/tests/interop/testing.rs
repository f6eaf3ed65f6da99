//! What users' tests ask of captured spans.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{Span as _, SpanKind, Tracer as _};
use opentelemetry::{KeyValue, trace::SpanBuilder};
use phoenix_trace_runtime::sampling::{Rule, Sampler, SamplingRules};
use phoenix_trace_runtime::testing::{Capture, Finding};
use phoenix_trace_runtime::{
    current_span, generate_correlation_id, inject, private, spawn, spawn_thread,
};

use super::tracer;
use crate::support::{enter, traced};

/// What a test fails with.
fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it fails");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn nested() -> (Capture, HashMap<String, String>) {
    let capture = Capture::new();
    let mut sent = HashMap::new();
    capture.run(|| {
        let _root = enter("place order");
        let _call = enter("call billing");
        inject(&mut sent);
        let server = SpanBuilder::from_name("bill").with_kind(SpanKind::Server);
        server.start(&tracer()).end();
    });
    (capture, sent)
}

#[test]
fn spans_are_asked_for_by_what_they_are() {
    let (capture, _) = nested();
    let spans = capture.query();
    let root = spans.named("place order").one();
    assert_eq!(spans.below(&root).len(), 2);
    assert_eq!(spans.of_kind(SpanKind::Server).one().name, "bill");
    let call = spans.named("call billing").one();
    assert_eq!(spans.parent_of(&call), Some(root));
    assert!(spans.failed().is_empty());
    spans.assert_below("bill", "place order");
}

#[test]
fn what_fails_shows_the_tree() {
    let (capture, _) = nested();
    let tree = "recorded were:\n\
        trace · test · 3 spans · kept: head\n\
        place order\n\
        └╴call billing\n\
        \u{20} └╴bill · server\n";
    let spans = capture.query();
    let several = message(|| drop(spans.of_kind(SpanKind::Internal).one()));
    assert_eq!(
        several,
        format!("expected one span of kind Internal, found 2\n{tree}")
    );
    let below = message(|| spans.assert_below("place order", "bill"));
    assert_eq!(
        below,
        format!("expected `place order` below `bill`\n{tree}")
    );
    let other = message(|| spans.assert_tree("nothing\n"));
    assert_eq!(other, format!("expected other spans:\nnothing\n\n{tree}"));
}

#[test]
fn what_fails_shows_what_was_asked_for_and_what_is_open() {
    let capture = Capture::new();
    let _open = capture.run(|| {
        let mut span = tracer().start("place order");
        span.set_attribute(KeyValue::new("shop.total", 4200));
        span.end();
        tracer().start("open")
    });
    let other = message(|| drop(capture.query().with("shop.total", 1).one()));
    assert_eq!(
        other,
        "expected one span with shop.total=1, found 0\n\
         recorded were:\n\
         trace · test · 1 span · kept: head\n\
         place order · shop.total=4200\n\
         segments still open: 1; their spans are shown once all of them have ended\n"
    );
}

/// A capture's own future has no span, and nothing else records in this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_future_carries_is_captured_without_a_span_too() {
    let capture = Capture::new();
    let carries = async {
        spawn(traced("in a task", async {})).await.expect("it ends");
        let thread = spawn_thread(|| drop(enter("on a thread")));
        thread.join().expect("it ends");
    };
    capture.future(carries).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\n\
         in a task\n\n\
         trace · test · 1 span · kept: head\n\
         on a thread\n"
    );
}

#[test]
fn what_is_sent_carries_the_trace_of_its_sender() {
    let (capture, sent) = nested();
    let spans = capture.query();
    spans.assert_sent_by("call billing", &sent);
    spans.assert_sent_by("place order", &sent);
    spans.assert_called("place order", "bill");
    let not_called = message(|| spans.assert_called("bill", "place order"));
    assert!(
        not_called.starts_with("expected `bill` to call `place order`\n"),
        "{not_called}"
    );
    let wrong = message(|| spans.assert_sent_by("bill", &sent));
    assert!(
        wrong.starts_with(
            "expected what was sent to come from `bill`, but it comes from `call billing`\n"
        ),
        "{wrong}"
    );
    let nothing = message(|| spans.assert_sent_by("bill", &HashMap::<String, String>::new()));
    assert!(
        nothing.contains("carries no valid `traceparent`"),
        "{nothing}"
    );
}

#[test]
fn keys_and_names_are_looked_at() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = private::enter(crate::support::site("GET /orders/4711"), &[]);
        let mut span = tracer().start("GET /orders/{id}");
        span.set_attribute(KeyValue::new("http.request.method", "GET"));
        span.set_attribute(KeyValue::new("rows", 3));
    });
    assert_eq!(
        capture.lint(),
        [
            Finding::UnknownKey {
                key: "rows".to_owned()
            },
            Finding::NameOfHighCardinality {
                name: "GET /orders/4711".to_owned(),
                part: "4711".to_owned()
            },
        ]
    );
    let found = message(|| capture.assert_clean());
    assert!(
        found.starts_with("the key `rows` is neither in the OpenTelemetry registry nor declared"),
        "{found}"
    );
}

#[test]
fn ids_and_times_are_stable_on_request() {
    let run = || {
        let capture = Capture::new().stable();
        capture.run(|| {
            let _root = enter("root");
            private::event("seen", &[]);
            tracer().start("child").end();
        });
        let spans = capture.exported().into_iter().map(|span| {
            let context = span.span_context;
            let millis = |time: std::time::SystemTime| {
                time.duration_since(std::time::UNIX_EPOCH)
                    .map(|since| since.as_millis())
                    .ok()
            };
            (
                span.name.into_owned(),
                format!(
                    "{}/{} below {}",
                    context.trace_id(),
                    context.span_id(),
                    span.parent_span_id
                ),
                [millis(span.start_time), millis(span.end_time)],
            )
        });
        spans.collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    assert_eq!(
        first[0].1,
        "00000000000000000000000000000001/0000000000000001 below 0000000000000000"
    );
    assert_eq!(
        first[1].1,
        "00000000000000000000000000000001/0000000000000002 below 0000000000000001"
    );
    assert_eq!(first[0].2, [Some(0), Some(4)]);
    assert_eq!(first[1].2, [Some(2), Some(3)]);
}

/// What one run sends and records: ids of a root, a child, what it spawns, a span of the API, and a correlation id.
fn seeded(seed: u64) -> (Vec<String>, Vec<String>) {
    let capture = Capture::new();
    capture.seed_ids(seed);
    let mut sent = Vec::new();
    let mut send = || {
        let mut carrier = HashMap::<String, String>::new();
        inject(&mut carrier);
        sent.extend(carrier.remove("traceparent"));
    };
    capture.run(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("it starts");
        runtime.block_on(traced("root", async {
            send();
            let inner = traced("in a task", async {
                tracer().start("of the API").end();
                tokio::task::yield_now().await;
                let mut carrier = HashMap::<String, String>::new();
                inject(&mut carrier);
                carrier.remove("traceparent")
            });
            let inner = spawn(inner).await.expect("it ends");
            let _below = enter("child");
            send();
            assert_ne!(inner, None);
        }));
        let _second = enter("second trace");
        send();
    });
    sent.push(capture.run(|| generate_correlation_id().to_string()));
    let spans = capture.exported().into_iter().map(|span| {
        let context = span.span_context;
        let (trace, id) = (context.trace_id(), context.span_id());
        format!("{} {trace}-{id} below {}", span.name, span.parent_span_id)
    });
    (sent, spans.collect())
}

#[test]
fn ids_are_the_same_in_each_run_with_the_same_seed() {
    let (sent, spans) = seeded(7);
    assert_eq!((sent.len(), spans.len()), (4, 5));
    for (sent, name) in sent.iter().zip(["root", "child", "second trace"]) {
        let ids = &sent[3..52];
        assert!(
            spans
                .iter()
                .any(|span| span.starts_with(&format!("{name} {ids}"))),
            "{ids}"
        );
    }
    let distinct: HashSet<_> = spans.iter().chain(&sent).collect();
    assert_eq!(distinct.len(), 9);
    // Others run at the same time, and draw the same ids.
    let others = std::thread::scope(|scope| {
        let others: Vec<_> = (0..4).map(|_| scope.spawn(|| seeded(7))).collect();
        others
            .into_iter()
            .map(|other| other.join().expect("it ends"))
            .collect::<Vec<_>>()
    });
    for other in others {
        assert_eq!(other, (sent.clone(), spans.clone()));
    }
    let (other, _) = seeded(8);
    assert!(sent.iter().zip(&other).all(|(one, other)| one != other));
}

/// A span of one of them is not taken for one of the other, although it has the same ids.
#[test]
fn captures_with_the_same_ids_are_apart() {
    let (outer, inner) = (Capture::new(), Capture::new());
    outer.seed_ids(7);
    inner.seed_ids(7);
    outer.run(|| {
        let _outer = enter("outer");
        let handle = current_span();
        inner.run(|| {
            let _inner = enter("inner");
            assert_eq!(format!("{:?}", current_span()), format!("{handle:?}"));
            handle.add_event("for the outer one", &[]);
            spawn_thread(|| drop(enter("below the inner one")))
                .join()
                .expect("it ends");
        });
    });
    let events = |capture: &Capture| {
        let spans = capture.spans();
        spans
            .iter()
            .map(|span| (span.name.clone(), span.events.len()))
            .collect::<Vec<_>>()
    };
    assert_eq!(events(&outer), [("outer".to_owned(), 1)]);
    assert_eq!(
        events(&inner),
        [
            ("inner".to_owned(), 0),
            ("below the inner one".to_owned(), 0)
        ]
    );
}

#[test]
fn the_same_traces_are_kept_in_each_run_with_the_same_seed() {
    let run = || {
        let capture = Capture::with_sampler(Sampler::ratio(0.5));
        capture.seed_ids(1);
        let kept = (0..32).map(|_| {
            capture.run(|| drop(enter("root")));
            capture.stats().acknowledged
        });
        kept.collect::<Vec<_>>()
    };
    let kept = run();
    assert_eq!(kept, run());
    assert!((8..24).contains(&kept[31]), "{kept:?}");
}

#[test]
fn time_moves_by_hand() {
    let slow = Rule::new().slower_than(Duration::from_millis(800));
    let capture = Capture::with_sampler(SamplingRules::new().rule(slow.ratio(0.0)).into());
    let clock = capture.clock();
    for took in [799, 801] {
        capture.run(|| {
            let _root = enter("root");
            clock.advance(Duration::from_millis(1));
            private::event("seen", &[]);
            let mut by_hand = tracer().start("times by hand");
            by_hand.end_with_timestamp(UNIX_EPOCH + Duration::from_secs(77));
            clock.advance(Duration::from_millis(took - 1));
        });
    }
    assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_millis(1600));
    let spans = capture.spans().into_iter().map(|span| {
        let nanos = [span.start_unix_nanos, span.end_unix_nanos];
        let events = span
            .events
            .iter()
            .map(|event| event.at_unix_nanos / 1_000_000);
        (
            span.name,
            nanos.map(|nanos| nanos / 1_000_000),
            events.collect::<Vec<_>>(),
        )
    });
    assert_eq!(
        spans.collect::<Vec<_>>(),
        [
            ("root".to_owned(), [799, 1600], vec![800]),
            ("times by hand".to_owned(), [800, 77_000], vec![]),
        ]
    );
    assert!(capture.tree().contains("kept: slow"), "{}", capture.tree());
}
