//! Spans of `tracing` between annotated ones and those of the API.

use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _, Tracer as _};
use opentelemetry::{Context, KeyValue, Value};
use phoenix_trace_runtime::interop::{TracingBridge, tracing_bridge};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, OtelContext, spawn};
use tokio::task::yield_now;
use tracing::dispatcher::DefaultGuard;
use tracing::{Dispatch, Instrument as _, Level, info_span, trace_span};
use tracing_subscriber::layer::SubscriberExt as _;

use super::tracer;
use crate::support::{enter, traced};

fn subscriber(bridge: TracingBridge) -> Dispatch {
    tracing_subscriber::registry().with(bridge.layer()).into()
}

/// A capture beside the bridge, for as long as the guard lives.
fn bridged(contexts: OtelContext) -> (DefaultGuard, Capture) {
    let subscriber = tracing::dispatcher::set_default(&subscriber(TracingBridge::new()));
    let config = Config::default().service("test").otel_context(contexts);
    (subscriber, Capture::with_config(config))
}

fn quiet(f: impl FnOnce()) -> Capture {
    let capture = Capture::new();
    let subscriber = tracing_subscriber::registry().with(tracing_bridge());
    tracing::subscriber::with_default(subscriber, || capture.run(f));
    capture
}

const NESTED: &str = "trace · test · 5 spans · kept: head\n\
     annotated\n\
     └╴of tracing\n\
     \u{20} └╴annotated below\n\
     \u{20}   └╴of the api\n\
     \u{20}     └╴of tracing below\n";

#[test]
fn spans_of_all_three_nest_in_each_other() {
    let capture = quiet(|| {
        let _root = enter("annotated");
        let _tracing = info_span!("of tracing").entered();
        let _below = enter("annotated below");
        tracer().in_span("of the api", |_| {
            info_span!("of tracing below").in_scope(|| {})
        });
    });
    assert_eq!(capture.tree(), NESTED);
}

#[tokio::test]
async fn they_do_so_in_tasks_that_are_suspended() {
    for contexts in [
        OtelContext::LocalRoot,
        OtelContext::EverySpan,
        OtelContext::Off,
    ] {
        let (_subscriber, capture) = bridged(contexts);
        let nested = traced("annotated", async {
            yield_now().await;
            async {
                yield_now().await;
                let below = traced("annotated below", async {
                    yield_now().await;
                    let context = Context::current_with_span(tracer().start("of the api"));
                    async { yield_now().instrument(info_span!("of tracing below")).await }
                        .with_context(context)
                        .await;
                });
                spawn(below).await.expect("it ends");
            }
            .instrument(info_span!("of tracing"))
            .await;
        });
        capture.future(nested).await;
        assert_eq!(capture.tree(), NESTED, "{contexts}");
    }
}

/// As libraries and services do everywhere: a task that nothing of ours carries, in a span that is made where it is spawned.
#[tokio::test]
async fn a_task_is_below_what_ran_where_its_span_was_made() {
    for contexts in [
        OtelContext::Auto,
        OtelContext::LocalRoot,
        OtelContext::EverySpan,
        OtelContext::Off,
    ] {
        let (_subscriber, capture) = bridged(contexts);
        let spawns = traced("root", async {
            traced("child", async {
                let there = traced("there", yield_now());
                let task = tokio::spawn(there.instrument(info_span!("task")));
                let later = info_span!("never entered");
                task.await.expect("it ends");
                drop(later);
            })
            .await;
            async {
                traced("inner", async {
                    let there = traced("there too", yield_now());
                    let task = tokio::spawn(there.instrument(info_span!("second task")));
                    task.await.expect("it ends");
                })
                .await;
            }
            .instrument(info_span!("outer"))
            .await;
        });
        capture.future(spawns).await;
        assert_eq!(
            capture.tree(),
            "trace · test · 9 spans · kept: head\n\
             root\n\
             ├╴child\n\
             │ ├╴task\n\
             │ │ └╴there\n\
             │ └╴never entered\n\
             └╴outer\n\
             \u{20} └╴inner\n\
             \u{20}   └╴second task\n\
             \u{20}     └╴there too\n",
            "{contexts}"
        );
        assert!(capture.stats().balances(), "{}", capture.stats());
    }
}

#[test]
fn fields_keep_their_types() {
    let capture = quiet(|| {
        let span = info_span!(
            "span",
            rows = 3,
            ratio = 0.5,
            done = true,
            text = "text",
            late = tracing::field::Empty
        );
        span.record("late", 7_u64);
        span.in_scope(|| {});
    });
    let mut attributes: Vec<KeyValue> = capture.exported()[0]
        .attributes
        .iter()
        .filter(|pair| !pair.key.as_str().starts_with("phoenix."))
        .cloned()
        .collect();
    attributes.sort_by_key(|pair| pair.key.to_string());
    assert_eq!(
        attributes,
        [
            KeyValue::new("done", true),
            KeyValue::new("late", Value::I64(7)),
            KeyValue::new("ratio", 0.5),
            KeyValue::new("rows", Value::I64(3)),
            KeyValue::new("text", "text"),
        ]
    );
}

#[test]
fn fields_of_opentelemetry_are_honoured() {
    let capture = quiet(|| {
        info_span!(
            "span",
            otel.name = "GET /orders",
            otel.kind = "client",
            otel.status_code = "error",
            otel.status_description = "refused"
        )
        .in_scope(|| {});
    });
    let span = &capture.exported()[0];
    assert_eq!(span.name, "GET /orders");
    assert_eq!(span.span_kind, SpanKind::Client);
    assert_eq!(span.status, Status::error("refused"));
}

/// Spans of targets and levels, as libraries make them.
fn of_libraries() {
    let _service = info_span!(target: "billing", "billing").entered();
    tracing::debug_span!(target: "billing", "billing, debug").in_scope(|| {});
    info_span!(target: "hyper::proto", "hyper").in_scope(|| {});
    trace_span!(target: "h2::codec", "h2").in_scope(|| {});
    info_span!(target: "tower::buffer", "tower").in_scope(|| {});
    info_span!(target: "tower_http::trace", "tower-http").in_scope(|| {});
    info_span!(target: "opentelemetry_sdk", "sdk").in_scope(|| {});
    info_span!(target: "phoenix_trace_runtime::pipeline", "ours").in_scope(|| {});
}

fn recorded(bridge: TracingBridge, f: fn()) -> String {
    let capture = Capture::new();
    tracing::dispatcher::with_default(&subscriber(bridge), || capture.run(f));
    capture.tree()
}

#[test]
fn spans_are_filtered_by_target_and_level() {
    assert_eq!(
        recorded(TracingBridge::new(), of_libraries),
        "trace · test · 2 spans · kept: head\nbilling\n└╴tower-http\n"
    );
    let asked = TracingBridge::new().spans("debug,h2=trace,tower_http=off");
    assert_eq!(
        recorded(asked.expect("a filter"), of_libraries),
        "trace · test · 3 spans · kept: head\nbilling\n├╴billing, debug\n└╴h2\n"
    );
    let none = TracingBridge::new().spans("off");
    assert_eq!(recorded(none.expect("a filter"), of_libraries), "");
    let error = TracingBridge::new()
        .spans("billing=loud")
        .expect_err("no level");
    assert!(
        error
            .to_string()
            .starts_with("`billing=loud` is no filter of spans"),
        "{error}"
    );
}

fn with_events() {
    let _span = info_span!("span").entered();
    tracing::info!(rows = 3, "read");
    tracing::error!("refused");
}

#[test]
fn events_that_are_errors_fail_their_span_and_others_are_recorded_by_choice() {
    assert_eq!(
        recorded(TracingBridge::new(), with_events),
        "trace · test · 1 span · 1 error · kept: head, error\nspan · ✗ error · ◆ refused\n"
    );
    let all = TracingBridge::new().events(Level::INFO);
    assert_eq!(
        recorded(all, with_events),
        "trace · test · 1 span · 1 error · kept: head, error\nspan · ✗ error · ◆ read · ◆ refused\n"
    );
}
