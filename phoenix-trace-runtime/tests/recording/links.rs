use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::value::Attr;
use phoenix_trace_runtime::{add_link, current_span};

use crate::support::enter;

const OFFSET: Key<types::Int> = Key::new("phoenix.test.offset");
const TOPIC: Key<types::Str> = Key::new("phoenix.test.topic");
const SECRET: Key<types::Str> = Key::new("phoenix.test.secret").sensitive();

fn sender() -> SpanContext {
    SpanContext::new(
        TraceId::from(0x1234_u128),
        SpanId::from(0x56_u64),
        TraceFlags::SAMPLED,
        true,
        "vendor=x,other=y".parse().expect("a trace state"),
    )
}

#[test]
fn a_link_arrives_with_its_context_and_attributes() {
    let capture = Capture::new();
    let first = capture.run(|| {
        let _sends = enter("send");
        current_span()
    });
    capture.run(|| {
        let _receives = enter("receive");
        let topic = "orders";
        add_link(
            sender(),
            &[
                Attr::new(&OFFSET, &7),
                Attr::format(&TOPIC, format_args!("{topic}-1")),
                Attr::new(&SECRET, "hunter2"),
            ],
        );
        let child = enter("handle");
        add_link(&first, &[]);
        drop(child);
    });
    let spans = capture.exported();
    let links = |name: &str| {
        let span = spans.iter().find(|span| span.name == name);
        span.map(|span| span.links.links.clone())
            .unwrap_or_default()
    };
    let [receive] = links("receive").try_into().expect("one link");
    assert_eq!(receive.span_context, sender());
    assert_eq!(
        format!("{:?}", receive.attributes),
        "[KeyValue { key: Static(\"phoenix.test.offset\"), value: I64(7) }, \
         KeyValue { key: Static(\"phoenix.test.topic\"), value: String(Owned(\"orders-1\")) }]"
    );
    let [handle] = links("handle").try_into().expect("one link");
    assert_eq!(handle.span_context.span_id(), first.span_id());
    assert_eq!(handle.span_context.trace_id(), first.trace_id());
    assert!(handle.attributes.is_empty() && links("send").is_empty());
}

#[test]
fn a_link_to_nothing_or_from_a_span_that_has_ended_is_none() {
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        let child = enter("child");
        let ended = current_span();
        drop(child);
        ended.add_link(sender(), &[]);
        add_link(SpanContext::empty_context(), &[]);
        add_link(&phoenix_trace_runtime::SpanHandle::default(), &[]);
    });
    add_link(sender(), &[]);
    assert!(
        capture
            .exported()
            .iter()
            .all(|span| { span.links.links.is_empty() && span.links.dropped_count == 0 })
    );
    assert_eq!(capture.exported().len(), 2);
}

#[test]
fn a_link_keeps_no_trace_state_that_is_longer_than_what_travels() {
    let long = TraceState::from_key_value((0..4).map(|n| (format!("k{n}"), "v".repeat(200))));
    let context = sender();
    let context = SpanContext::new(
        context.trace_id(),
        context.span_id(),
        context.trace_flags(),
        true,
        long.expect("a trace state"),
    );
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        add_link(context, &[]);
    });
    let link = &capture.exported()[0].links.links[0];
    assert_eq!(link.span_context.trace_state(), &TraceState::NONE);
    assert_eq!(link.span_context.span_id(), sender().span_id());
}
