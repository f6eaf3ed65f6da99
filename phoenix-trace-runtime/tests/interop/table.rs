//! What the documentation of the OpenTelemetry API promises, case by case.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, Span as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status,
    TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _, TracerProvider as _,
};
use opentelemetry::{Array, Context, InstrumentationScope, KeyValue, Value};
use phoenix_trace_runtime::Config;
use phoenix_trace_runtime::interop::{Span, TracerProvider};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::waterfall::Waterfall;

use super::tracer;

fn start(builder: SpanBuilder) -> Span {
    builder.start(&tracer())
}

fn to(span: u64) -> SpanContext {
    SpanContext::new(
        TraceId::from(5),
        SpanId::from(span),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    )
}

#[derive(Debug)]
struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

type Case = (&'static str, fn(), &'static str);

#[test]
fn spans_are_what_the_api_says() {
    let cases: [Case; 20] = [
        (
            "a span ends when it is dropped",
            || drop(tracer().start("span")),
            "span\n",
        ),
        (
            "it ends once",
            || {
                let mut span = tracer().start("span");
                span.end();
                span.end();
                assert!(!span.is_recording());
            },
            "span\n",
        ),
        (
            "nothing changes it after its end",
            || {
                let mut span = tracer().start("span");
                span.end();
                span.set_attribute(KeyValue::new("late", true));
                span.add_event("late", vec![]);
                span.add_link(to(1), vec![]);
                span.update_name("late");
                span.set_status(Status::error("late"));
            },
            "span\n",
        ),
        (
            "kinds",
            || {
                for kind in [
                    SpanKind::Client,
                    SpanKind::Server,
                    SpanKind::Producer,
                    SpanKind::Consumer,
                ] {
                    drop(start(SpanBuilder::from_name("span").with_kind(kind)));
                }
            },
            "span · client\nspan · server\nspan · producer\nspan · consumer\n",
        ),
        (
            "attributes of every type, at the start",
            || {
                drop(start(SpanBuilder::from_name("span").with_attributes([
                    KeyValue::new("bool", true),
                    KeyValue::new("int", -1),
                    KeyValue::new("double", 0.5),
                    KeyValue::new("text", "text".to_owned()),
                    KeyValue::new("bools", Value::Array(Array::Bool(vec![true, false]))),
                    KeyValue::new("ints", Value::Array(Array::I64(vec![1, 2]))),
                    KeyValue::new("doubles", Value::Array(Array::F64(vec![0.5]))),
                    KeyValue::new("texts", Value::Array(Array::String(vec!["a".into()]))),
                ])));
            },
            "span · bool=true · int=-1 · double=0.5 · text=text · bools=[true, false] · ints=[1, 2] · doubles=[0.5] · texts=[\"a\"]\n",
        ),
        (
            "attributes later: the last value of a key counts",
            || {
                let mut span = tracer().start("span");
                span.set_attribute(KeyValue::new("key", 1));
                span.set_attributes([KeyValue::new("key", 2), KeyValue::new("other", "x")]);
            },
            "span · key=2 · other=x\n",
        ),
        (
            "an attribute without a key is left out",
            || tracer().start("span").set_attribute(KeyValue::new("", 1)),
            "span\n",
        ),
        (
            "events",
            || {
                let mut span = tracer().start("span");
                span.add_event("plain", vec![]);
                span.add_event("told", vec![KeyValue::new("rows", 3)]);
            },
            "span · ◆ plain · ◆ told\n",
        ),
        (
            "events at the start",
            || {
                let event = Event::new("before", SystemTime::UNIX_EPOCH, vec![], 0);
                drop(start(
                    SpanBuilder::from_name("span").with_events(vec![event]),
                ));
            },
            "span · ◆ before\n",
        ),
        (
            "an error is an event, and no status",
            || tracer().start("span").record_error(&Refused),
            "span · ◆ exception: refused\n",
        ),
        (
            "a link to no span that says nothing is none",
            || tracer().start("span").add_link(SpanContext::NONE, vec![]),
            "span\n",
        ),
        (
            "a new name",
            || tracer().start("span").update_name("name"),
            "name\n",
        ),
        (
            "a status of error has a description",
            || tracer().start("span").set_status(Status::error("why")),
            "span · ✗ error: why\n",
        ),
        (
            "a later error has the last word",
            || {
                let mut span = tracer().start("span");
                span.set_status(Status::error("z first"));
                span.set_status(Status::error("a second"));
            },
            "span · ✗ error: a second\n",
        ),
        (
            "unset changes nothing",
            || {
                let mut span = tracer().start("span");
                span.set_status(Status::error("why"));
                span.set_status(Status::Unset);
            },
            "span · ✗ error: why\n",
        ),
        (
            "ok is final",
            || {
                let mut span = tracer().start("span");
                span.set_status(Status::error("why"));
                span.set_status(Status::Ok);
                span.set_status(Status::error("again"));
            },
            "span\n",
        ),
        (
            "a child by the current context, and one by a context that is named",
            || {
                tracer().in_span("root", |context| {
                    tracer().in_span("child", |_| {
                        tracer().start("grandchild").end();
                        tracer().start_with_context("sibling", &context).end();
                    });
                });
            },
            "root\n├╴child\n│ └╴grandchild\n└╴sibling\n",
        ),
        (
            "a span that a context is made with, and that is never current",
            || {
                let context = Context::new().with_span(tracer().start("span"));
                assert!(context.has_active_span() && !Context::current().has_active_span());
                tracer().start_with_context("child", &context).end();
                tracer().start("apart").end();
                context.span().update_name("parent");
            },
            "parent\n└╴child\napart\n",
        ),
        (
            "spans of closures: made as they are, or below a context that is named",
            || {
                let client = || SpanBuilder::from_name("built").with_kind(SpanKind::Client);
                tracer().in_span("parent", |parent| {
                    let apart = Context::new();
                    tracer().in_span_with_context("apart", &apart, |_| {
                        tracer().in_span_with_builder_and_context(client(), &parent, |_| ());
                    });
                    tracer().in_span_with_builder(client(), |_| ());
                });
            },
            "parent\n├╴built · client\n└╴built · client\napart\n",
        ),
        (
            "a child that outlives its parent",
            || {
                let mut parent = tracer().start("parent");
                let context =
                    Context::new().with_remote_span_context(parent.span_context().clone());
                let child = tracer().start_with_context("elsewhere", &context);
                parent.end();
                drop(child);
            },
            "parent\n└╴elsewhere\n",
        ),
    ];
    for (name, case, expected) in cases {
        let capture = Capture::new();
        capture.run(case);
        let tree = Waterfall::new()
            .times(false)
            .attributes(|key| !key.starts_with("phoenix."))
            .render(&capture.spans());
        let lines: Vec<&str> = tree
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("trace · "))
            .collect();
        assert_eq!(lines.join("\n") + "\n", expected, "{name}");
        assert!(capture.stats().balances(), "{name}: {}", capture.stats());
    }
}

#[test]
fn times_that_are_given_by_hand_are_exported_as_they_are() {
    let at =
        |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_nanos(seconds * 1_000_000_000 + 1);
    let capture = Capture::new();
    capture.run(|| {
        let mut span = start(SpanBuilder::from_name("span").with_start_time(at(1)));
        span.add_event_with_timestamp("event", at(2), vec![]);
        span.end_with_timestamp(at(3));
    });
    let span = &capture.exported()[0];
    assert_eq!(span.start_time, at(1));
    assert_eq!(span.events.events[0].timestamp, at(2));
    assert_eq!(span.end_time, at(3));
}

/// As the specification asks and the SDK has it: what is said of it is there to be read, wherever it leads. Of those that a span
/// starts with, the API itself leaves such a link out.
#[test]
fn a_link_to_no_span_is_kept_for_its_attributes() {
    let capture = Capture::new();
    capture.run(|| {
        let mut span = tracer().start("span");
        span.add_link(SpanContext::NONE, vec![KeyValue::new("n", 1)]);
        span.add_link(SpanContext::NONE, vec![]);
    });
    let links = &capture.exported()[0].links.links;
    assert_eq!(links.len(), 1);
    assert_eq!(links[0].span_context, SpanContext::NONE);
    assert_eq!(links[0].attributes, [KeyValue::new("n", 1)]);
}

#[test]
fn links_and_events_have_attributes() {
    let capture = Capture::new();
    capture.run(|| {
        let link = Link::new(to(1), vec![KeyValue::new("n", 1)], 0);
        let mut span = start(SpanBuilder::from_name("span").with_links(vec![link]));
        span.add_link(to(2), vec![]);
        span.add_event("told", vec![KeyValue::new("rows", 3)]);
    });
    let links = &capture.exported()[0].links.links;
    assert_eq!(
        [&links[0].span_context, &links[1].span_context],
        [&to(1), &to(2)]
    );
    assert_eq!(links[0].attributes, [KeyValue::new("n", 1)]);
    let event = &capture.exported()[0].events.events[0];
    assert_eq!(event.attributes, [KeyValue::new("rows", 3)]);
}

#[test]
fn the_scope_of_a_tracer_is_that_of_its_spans() {
    let scope = InstrumentationScope::builder("library")
        .with_version("1.2.3")
        .with_schema_url("https://opentelemetry.io/schemas/1.44.0")
        .with_attributes([KeyValue::new("short", true)])
        .build();
    let capture = Capture::new();
    capture.run(|| {
        let tracer = TracerProvider::new().tracer_with_scope(scope.clone());
        tracer.start("span").end();
    });
    assert_eq!(capture.exported()[0].instrumentation_scope, scope);
}

#[test]
fn a_tracer_may_have_an_empty_name() {
    let capture = Capture::new();
    capture.run(|| TracerProvider::new().tracer("").start("span").end());
    assert_eq!(capture.exported()[0].instrumentation_scope.name(), "");
}

#[test]
fn a_status_of_ok_is_exported() {
    let capture = Capture::new();
    capture.run(|| tracer().start("span").set_status(Status::Ok));
    assert_eq!(capture.exported()[0].status, Status::Ok);
}

#[test]
fn a_span_that_is_not_sampled_records_and_its_segment_is_kept_for_an_error() {
    let never = Capture::with_sampler(Sampler::ratio(0.0));
    never.run(|| {
        let mut well = tracer().start("well");
        assert!(well.is_recording() && !well.span_context().is_sampled());
        well.end();
        let mut failed = tracer().start("failed");
        failed.set_status(Status::error("why"));
        failed.end();
    });
    assert_eq!(
        never.tree(),
        "trace · test · 1 span · 1 error · kept: error\nfailed · ✗ error: why\n"
    );
}

#[test]
fn limits_are_those_of_every_span() {
    let config = Config::default()
        .service("test")
        .sampler(Sampler::always_on())
        .max_attributes(1)
        .max_events(1)
        .max_links(1);
    let capture = Capture::with_config(config);
    capture.run(|| {
        let mut span = tracer().start("span");
        for n in 1..=3 {
            span.set_attribute(KeyValue::new(format!("key {n}"), n));
            span.add_event("event", vec![]);
            span.add_link(to(u64::try_from(n).unwrap_or(1)), vec![]);
        }
    });
    let span = &capture.exported()[0];
    let dropped = (
        span.dropped_attributes_count,
        span.events.dropped_count,
        span.links.dropped_count,
    );
    assert_eq!(dropped, (2, 2, 2));
}
