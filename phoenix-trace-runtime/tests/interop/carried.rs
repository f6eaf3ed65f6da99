//! Contexts from elsewhere: remote parents, none, suppressed ones, and what our own layers and the API's propagators send.

use std::collections::HashMap;
use std::future::Future as _;
use std::task::{self, Waker};

use opentelemetry::baggage::BaggageExt as _;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{
    FutureExt as _, Span as _, SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId,
    TraceState, Tracer as _,
};
use opentelemetry::{Context, KeyValue};
use phoenix_trace_runtime::private::{self, outcome};
use phoenix_trace_runtime::propagation::CompositePropagator;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{
    Config, OtelContext, Propagator, RemoteContext, carry, current_span, inject, spawn,
};
use tokio::task::yield_now;

use super::{MODES, capture_in, capture_of, tracer};
use crate::support::{enter, traced};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn remote() -> Context {
    let carrier = HashMap::from([
        ("traceparent".to_owned(), PARENT.to_owned()),
        ("tracestate".to_owned(), "vendor=1".to_owned()),
        ("baggage".to_owned(), "tenant=acme".to_owned()),
    ]);
    propagator().extract_with_context(&Context::new(), &carrier)
}

fn propagator() -> CompositePropagator {
    CompositePropagator::new([Propagator::TraceContext, Propagator::Baggage])
}

#[test]
fn a_remote_context_that_is_attached_is_the_parent_of_what_is_annotated() {
    let capture = Capture::new();
    let (injected, going) = capture.run(|| {
        let _remote = remote().attach();
        let _root = enter("root");
        let mut injected = HashMap::new();
        propagator().inject_context(&Context::current(), &mut injected);
        let mut going = http::HeaderMap::new();
        inject(&mut going);
        (injected, going)
    });
    let root = &capture.exported()[0];
    let id = root.span_context.span_id();
    assert_eq!(root.parent_span_id, SpanId::from(0x00f0_67aa_0ba9_02b7));
    assert!(root.parent_span_is_remote);
    let parent = format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{id}-01");
    assert_eq!(injected["traceparent"], parent);
    assert!(injected["tracestate"].ends_with("vendor=1"), "{injected:?}");
    assert_eq!(injected["baggage"], "tenant=acme");
    assert_eq!(going["traceparent"], parent.as_str());
    assert_eq!(going["baggage"], "tenant=acme");
}

/// Without a context of its own the root has that around it, which names its parent.
#[test]
fn what_the_api_starts_in_an_annotated_root_below_a_remote_context_is_below_the_root() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _remote = remote().attach();
            let _root = enter("root");
            tracer().start("api").end();
            tracer().in_span("active", |_| drop(enter("annotated")));
            let _more = Context::current_with_baggage([KeyValue::new("more", "1")]).attach();
            tracer().start("beside baggage").end();
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 5 spans · kept: head\n\
             root · (parent missing)\n\
             ├╴api\n\
             ├╴active\n\
             │ └╴annotated\n\
             └╴beside baggage\n",
            "{contexts}"
        );
    }
}

/// A request that a service sends to itself comes from a span that still runs there.
#[test]
fn a_remote_context_of_the_span_that_runs_starts_a_local_root() {
    for contexts in [OtelContext::LocalRoot, OtelContext::Off] {
        let capture = capture_in(contexts);
        capture.run(|| {
            tracer().in_span("client", |context| {
                let span = context.span().span_context().clone();
                let remote = SpanContext::new(
                    span.trace_id(),
                    span.span_id(),
                    span.trace_flags(),
                    true,
                    TraceState::NONE,
                );
                let remote = Context::new().with_remote_span_context(remote);
                tracer().start_with_context("server", &remote).end();
            });
        });
        let server = capture.exported();
        let server = server.iter().find(|span| span.name == "server");
        assert!(
            server.is_some_and(|server| server.parent_span_is_remote),
            "{contexts}"
        );
    }
}

#[test]
fn a_span_of_the_api_below_a_remote_context_is_a_local_root() {
    let capture = Capture::new();
    let context = capture.run(|| {
        let mut span = tracer().start_with_context("consume", &remote());
        span.end();
        span.span_context().clone()
    });
    let root = &capture.exported()[0];
    assert!(root.parent_span_is_remote);
    assert_eq!(
        context.trace_id(),
        TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736)
    );
    assert_eq!(context.span_id(), root.span_context.span_id());
    assert!(context.is_sampled() && !context.is_remote());
    assert_eq!(context.trace_state().get("vendor"), Some("1"));
}

#[test]
fn an_empty_context_starts_a_trace_of_its_own() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        tracer().start_with_context("apart", &Context::new()).end();
        {
            let _none = Context::new().attach();
            drop(enter("apart as well"));
        }
        drop(enter("child"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\n\
         root\n\
         └╴child\n\n\
         trace · test · 1 span · kept: head\n\
         apart\n\n\
         trace · test · 1 span · kept: head\n\
         apart as well\n"
    );
}

#[test]
fn a_parent_that_does_not_record_gives_its_ids() {
    let parent = SpanContext::new(
        TraceId::from(7),
        SpanId::from(9),
        TraceFlags::NOT_SAMPLED,
        false,
        TraceState::NONE,
    );
    let capture = Capture::new();
    capture.run(|| {
        let context = Context::new().with_remote_span_context(parent);
        tracer().start_with_context("child", &context).end();
    });
    let child = &capture.exported()[0];
    assert_eq!(child.span_context.trace_id(), TraceId::from(7));
    assert_eq!(child.parent_span_id, SpanId::from(9));
    assert!(!child.parent_span_is_remote);
}

#[test]
fn nothing_is_recorded_in_a_suppressed_context() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        {
            let _quiet = Context::enter_telemetry_suppressed_scope();
            let mut span = tracer().start("api");
            assert!(!span.is_recording() && !span.span_context().is_valid());
            span.end();
            let _annotated = enter("annotated");
            assert!(!current_span().is_recording());
            carry(|| drop(enter("in a task")))();
            carry(|| carry(|| tracer().start("in its task")))()().end();
            RemoteContext::default().run(|| drop(enter("in a scope")));
        }
        tracer().start("afterwards").end();
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · kept: head\nroot\n└╴afterwards\n"
    );
}

#[test]
fn without_telemetry_a_span_stands_for_its_parent() {
    let mut span = tracer().start_with_context("idle", &remote());
    assert!(!span.is_recording());
    assert_eq!(span.span_context(), remote().span().span_context());
    span.end();
}

#[test]
fn baggage_of_the_request_is_in_the_current_context() {
    let capture = Capture::new();
    let tenant = capture.run(|| {
        let _remote = remote().attach();
        let _root = enter("root");
        Context::current()
            .baggage()
            .get("tenant")
            .map(ToString::to_string)
    });
    assert_eq!(tenant.as_deref(), Some("acme"));
}

/// What our layers send from here.
fn going() -> HashMap<String, String> {
    let mut carrier = HashMap::new();
    inject(&mut carrier);
    carrier
}

fn baggage() -> Option<String> {
    going().remove("baggage")
}

fn user(name: &'static str) -> [KeyValue; 1] {
    [KeyValue::new("user", name)]
}

#[test]
fn baggage_that_is_set_over_the_running_span_is_sent_until_it_is_taken_away() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _root = enter("root");
            let child = enter("child");
            {
                let _alice = Context::current().with_baggage(user("alice")).attach();
                assert_eq!(baggage().as_deref(), Some("user=alice"), "{contexts}");
                let _below = enter("below");
                std::thread::scope(|scope| {
                    scope.spawn(carry(|| {
                        let _there = enter("there");
                        assert_eq!(baggage().as_deref(), Some("user=alice"), "{contexts}");
                    }));
                });
                {
                    let _bob = Context::current().with_baggage(user("bob")).attach();
                    assert_eq!(baggage().as_deref(), Some("user=bob"), "{contexts}");
                    let _none = Context::current().with_cleared_baggage().attach();
                    assert_eq!(baggage(), None, "{contexts}");
                }
                assert_eq!(baggage().as_deref(), Some("user=alice"), "{contexts}");
            }
            assert_eq!(baggage(), None, "{contexts}");
            drop(child);
            drop(enter("afterwards"));
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 5 spans · kept: head\n\
             root\n\
             ├╴child\n\
             │ └╴below\n\
             │ \u{20} └╴there\n\
             └╴afterwards\n",
            "{contexts}"
        );
        assert!(capture.stats().balances(), "{}", capture.stats());
    }
}

#[test]
fn it_is_sent_beside_that_of_the_request() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _remote = remote().attach();
            let _root = enter("root");
            let mut more = user("alice").to_vec();
            more.push(KeyValue::new("tenant", "other"));
            {
                let _more = Context::current().with_baggage(more).attach();
                assert_eq!(baggage().as_deref(), Some("tenant=other,user=alice"));
            }
            assert_eq!(baggage().as_deref(), Some("tenant=acme"));
            let _fewer = Context::current().with_cleared_baggage().attach();
            assert_eq!(baggage(), None, "{contexts}");
        });
    }
}

#[test]
fn baggage_without_a_span_is_sent_by_the_traces_that_start_there() {
    let capture = Capture::new();
    let sent = capture.run(|| {
        let _alice = Context::current_with_baggage(user("alice")).attach();
        let of_root = |name| {
            let _root = enter(name);
            going()
        };
        [going(), of_root("first"), of_root("second")]
    });
    let [before, first, second] = sent;
    for sent in [&before, &first, &second] {
        assert_eq!(sent["baggage"], "user=alice");
    }
    assert!(!before.contains_key("traceparent"));
    // They are two requests.
    assert_ne!(first["x-correlation-id"], second["x-correlation-id"]);
    assert_eq!(capture.spans().len(), 2);
}

#[test]
fn baggage_beside_a_span_of_the_api_is_not_that_of_the_span() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let context = Context::current_with_span(tracer().start("api"));
        {
            let _alice = context.with_baggage(user("alice")).attach();
            assert_eq!(baggage().as_deref(), Some("user=alice"));
            drop(enter("with"));
        }
        let _without = context.attach();
        assert_eq!(baggage(), None);
        drop(enter("without"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\n\
         root\n\
         └╴api\n\
         \u{20} ├╴with\n\
         \u{20} └╴without\n"
    );
}

#[tokio::test]
async fn a_future_has_the_baggage_of_its_context_at_each_poll() {
    let capture = Capture::new();
    let root = traced("root", async {
        let context = Context::current().with_baggage(user("alice"));
        let inner = traced("inner", async {
            yield_now().await;
            let task = spawn(traced("task", async { baggage() }));
            assert_eq!(task.await.expect("it ends").as_deref(), Some("user=alice"));
            baggage()
        });
        let (with, without) = tokio::join!(
            inner.with_context(context),
            traced("beside", async {
                yield_now().await;
                baggage()
            })
        );
        assert_eq!(
            (with.as_deref(), without.as_deref()),
            (Some("user=alice"), None)
        );
    });
    capture.future(root).await;
    assert_eq!(
        capture.tree(),
        "trace · test · 4 spans · kept: head\n\
         root\n\
         ├╴inner\n\
         │ └╴task\n\
         └╴beside\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_the_api_starts_below_a_span_that_has_ended_is_below_it() {
    for contexts in MODES {
        let capture = capture_in(contexts);
        let (task, handle) = capture.run(|| {
            let _root = enter("root");
            tracer().start("beside").end();
            (
                carry(|| carry(|| tracer().start("in a task"))),
                current_span(),
            )
        });
        let inner = task();
        drop(inner());
        let mut carried = Box::pin(handle.carry(async { drop(tracer().start("by a handle")) }));
        let mut context = task::Context::from_waker(Waker::noop());
        assert!(carried.as_mut().poll(&mut context).is_ready());
        assert_eq!(
            capture.tree(),
            "trace · test · 4 spans · kept: head\n\
             root\n\
             ├╴beside\n\
             ├╴in a task\n\
             └╴by a handle\n",
            "{contexts}"
        );
        assert!(capture.stats().balances(), "{contexts}");
    }
}

#[test]
fn beside_a_place_below_another_span_is_none_of_the_baggage_around_it() {
    // Without contexts of ours what is attached again is no other.
    for contexts in MODES.into_iter().filter(|it| *it != OtelContext::Off) {
        let capture = capture_in(contexts);
        capture.run(|| {
            let _root = enter("root");
            let handle = current_span();
            let more = || Context::current_with_baggage([KeyValue::new("more", "1")]);
            let _around = more().attach();
            let _place = private::stay(true, || private::below(&handle));
            assert_eq!(baggage(), None, "{contexts}");
            let _again = more().attach();
            assert_eq!(baggage().as_deref(), Some("more=1"), "{contexts}");
        });
    }
}

#[test]
fn shutdown_ends_what_contexts_hide_that_are_attached_where_it_is_called() {
    for contexts in MODES {
        let config = Config::default().sampler(Sampler::ratio(0.0));
        let capture = capture_of(config, contexts);
        capture.run(|| {
            let _root = enter("root");
            drop(enter("ended"));
            let _baggage = Context::current_with_baggage([KeyValue::new("more", "1")]).attach();
            let failing = enter("beside baggage");
            let failed = "x".parse::<u8>();
            failing.outcome(outcome!(&failed));
            drop(failing);
            capture.shutdown();
        });
        assert_eq!(
            capture.tree(),
            "trace · test · 3 spans · 1 error · kept: error\n\
             root · phoenix.cancelled=true\n\
             ├╴ended\n\
             └╴beside baggage · ✗ ParseIntError: invalid digit found in string\n",
            "{contexts}"
        );
        assert!(capture.stats().balances(), "{contexts}");
    }
}
