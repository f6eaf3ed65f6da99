use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";

/// A message whose fields may repeat.
struct Fields(Vec<(&'static str, String)>);

impl Extractor for Fields {
    fn get(&self, key: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(name, value)| (*name == key).then_some(&**value))
    }

    fn keys(&self) -> Vec<&str> {
        self.0.iter().map(|(name, _)| *name).collect()
    }

    fn get_all(&self, key: &str) -> Option<Vec<&str>> {
        let values: Vec<_> = self
            .0
            .iter()
            .filter(|(name, _)| *name == key)
            .map(|(_, v)| &**v)
            .collect();
        (!values.is_empty()).then_some(values)
    }
}

fn message(fields: &[(&'static str, &str)]) -> Fields {
    Fields(
        fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect(),
    )
}

/// What goes out, sorted, when the context that came in is sent on.
fn forward(
    propagator: &dyn TextMapPropagator,
    fields: &[(&'static str, &str)],
) -> Vec<(String, String)> {
    let context = propagator.extract_with_context(&Context::new(), &message(fields));
    let mut out = HashMap::new();
    propagator.inject_context(&context, &mut out);
    let mut out: Vec<_> = out.into_iter().collect();
    out.sort();
    out
}

fn check_trace(fields: &[(&'static str, &str)], expected: &[(&str, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
        .collect();
    assert_eq!(
        forward(&TraceContextPropagator::new(), fields),
        expected,
        "{fields:?}"
    );
}

#[test]
fn trace_context_is_forwarded() {
    let both = [("traceparent", PARENT), ("tracestate", "a=1,b=2")];
    check_trace(&both[..1], &both[..1]);
    check_trace(&both, &both);
    check_trace(
        &[
            ("traceparent", PARENT),
            ("tracestate", "a=1"),
            ("tracestate", "b=2"),
        ],
        &both,
    );
    check_trace(&[("traceparent", &format!(" {PARENT}\t"))], &both[..1]);
    check_trace(
        &[("traceparent", PARENT), ("tracestate", "foo@@bar=1,ok=2")],
        &[("traceparent", PARENT), ("tracestate", "foo@@bar=1,ok=2")],
    );
}

#[test]
fn what_is_invalid_is_not_forwarded() {
    check_trace(&[], &[]);
    check_trace(&[("tracestate", "a=1")], &[]);
    check_trace(&[("traceparent", "00-1-2-3"), ("tracestate", "a=1")], &[]);
    check_trace(&[("traceparent", PARENT), ("traceparent", PARENT)], &[]);
    check_trace(
        &[("traceparent", PARENT), ("tracestate", "a=1,B=2")],
        &[("traceparent", PARENT)],
    );
}

#[test]
fn the_full_tracestate_belongs_to_its_trace_only() {
    let propagator = TraceContextPropagator::new();
    let fields = message(&[("traceparent", PARENT), ("tracestate", "foo@@bar=1,ok=2")]);
    let context = propagator.extract_with_context(&Context::new(), &fields);
    let sent = |span_context: SpanContext| {
        let mut out = HashMap::new();
        propagator.inject_context(&context.with_remote_span_context(span_context), &mut out);
        out.remove("tracestate")
    };
    let parent = TraceParent::parse(PARENT.as_bytes()).unwrap();
    let changed = ApiTraceState::from_key_value([("ot", "th:0"), ("ok", "2")]).unwrap();
    let child = SpanContext::new(
        parent.trace_id(),
        9.into(),
        opentelemetry::trace::TraceFlags::SAMPLED,
        false,
        changed,
    );
    assert_eq!(sent(child).as_deref(), Some("ot=th:0,ok=2,foo@@bar=1"));

    let other = TraceParent::new(7.into(), 9.into(), 0).unwrap();
    assert_eq!(sent(other.to_span_context(&TraceState::EMPTY)), None);
}

#[test]
fn a_context_without_fields_is_kept() {
    let context = Context::new().with_baggage([opentelemetry::KeyValue::new("a", "1")]);
    let empty = message(&[]);
    let trace = TraceContextPropagator::new().extract_with_context(&context, &empty);
    let baggage = BaggagePropagator::new().extract_with_context(&trace, &empty);
    assert_eq!(baggage.baggage().len(), 1);
    assert!(!baggage.span().span_context().is_valid());
}

#[test]
fn baggage_is_forwarded_ordered_and_encoded() {
    let propagator = BaggagePropagator::new();
    let fields = [
        ("baggage", "b=2;p=1 , a=x%0Ay"),
        ("baggage", "c=%FF,broken"),
    ];
    let expected = [(
        "baggage".to_owned(),
        "a=x%0Ay,b=2;p=1,c=%EF%BF%BD".to_owned(),
    )];
    assert_eq!(forward(&propagator, &fields), expected);
    assert!(forward(&propagator, &[("baggage", "broken")]).is_empty());
}

#[test]
fn fields_are_named() {
    assert!(
        TraceContextPropagator::new()
            .fields()
            .eq(["traceparent", "tracestate"])
    );
    assert!(BaggagePropagator::new().fields().eq(["baggage"]));
}

proptest! {
    #[test]
    fn any_text_is_harmless(values in proptest::collection::vec(any::<String>(), 3)) {
        let fields = Fields(["traceparent", "tracestate", "baggage"].into_iter().zip(values).collect());
        let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &fields);
        BaggagePropagator::new().extract_with_context(&context, &fields);
    }
}

#[test]
fn a_composite_reads_and_writes_its_formats_in_their_order() {
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let b3 = format!("{trace}-{span}-d");
    let fields = [
        (
            "traceparent",
            "00-11111111111111111111111111111111-1111111111111111-00",
        ),
        ("b3", &*b3),
        ("baggage", "a=1"),
    ];
    let sent = |formats: &[Propagator]| {
        let propagator = CompositePropagator::new(formats.iter().copied());
        forward(&propagator, &fields)
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    use Propagator::{B3, B3Multi, Baggage, Jaeger, TraceContext};
    assert_eq!(
        sent(&[TraceContext, Baggage, B3, Jaeger]),
        format!(
            "b3: {b3}\nbaggage: a=1\ntraceparent: 00-{trace}-{span}-01\nuber-trace-id: {trace}:{span}:0:3"
        )
    );
    assert_eq!(
        sent(&[B3Multi, TraceContext]),
        format!(
            "traceparent: {}\n{}",
            fields[0].1,
            "x-b3-sampled: 0\nx-b3-spanid: 1111111111111111\nx-b3-traceid: 11111111111111111111111111111111"
        )
    );
    assert_eq!(sent(&[]), "");
    let propagator = CompositePropagator::new([Baggage, B3, Jaeger]);
    let names: Vec<&str> = propagator.fields().collect();
    assert_eq!(names[..2], ["baggage", "b3"]);
    assert_eq!(names.last(), Some(&"uber-trace-id"));
}

proptest! {
    #[test]
    fn a_composite_takes_any_text(value in "\\PC{0,100}") {
        let names = ["traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "uber-trace-id"];
        let fields = names.map(|name| (name, &*value));
        let _ = forward(&CompositePropagator::new(Propagator::ALL), &fields);
    }
}
