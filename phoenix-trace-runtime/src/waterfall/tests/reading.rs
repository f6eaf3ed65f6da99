//! What a reader sees of ordinary traces.

use std::time::{Duration, UNIX_EPOCH};

use opentelemetry::trace::{self, SpanContext, SpanId, TraceFlags};
use opentelemetry::{InstrumentationScope, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::*;

const NONE: Vec<(&str, AttributeValue)> = Vec::new();

#[test]
fn a_request_through_five_services() {
    let waterfall = Waterfall::new();
    let spans = request();
    check("request-100", &waterfall.render(&spans));
    check("request-160", &waterfall.clone().width(160).render(&spans));
    check("request-stable", &waterfall.times(false).render(&spans));
}

#[test]
fn colour_adds_sequences_and_changes_no_text() {
    let coloured = Waterfall::new().colour(true).render(&request());
    check("request-colour", &coloured);
    let mut plain = String::new();
    for (index, part) in coloured.split("\x1b[").enumerate() {
        plain.push_str(if index == 0 {
            part
        } else {
            part.split_once('m').expect("a colour").1
        });
    }
    assert_eq!(plain, Waterfall::new().render(&request()));
}

#[test]
fn the_order_of_the_spans_does_not_matter() {
    let mut spans = request();
    let expected = Waterfall::new().render(&spans);
    spans.reverse();
    assert_eq!(Waterfall::new().render(&spans), expected);
    spans.rotate_left(11);
    assert_eq!(Waterfall::new().render(&spans), expected);
}

#[test]
fn lines_fit_the_width() {
    for width in [80, 100, 133, 160, 240] {
        let printed = Waterfall::new().width(width).render(&request());
        // The header is not cut: its ids are there to be copied.
        for line in printed.lines().skip(1) {
            assert!(text::width(line) <= width, "{width}: {line}");
            assert_eq!(line.trim_end(), line);
        }
    }
}

#[test]
fn siblings_that_start_together_are_ordered_by_name() {
    let spans = ["c", "a", "b"].map(|name| {
        let id = u64::from(name.as_bytes()[0]);
        span((id, 1), "worker", SpanKind::Internal, name, (5, 6), NONE)
    });
    let root = span(
        (1, 0),
        "worker",
        SpanKind::Consumer,
        "tasks process",
        (0, 9),
        NONE,
    );
    let printed = Waterfall::new()
        .times(false)
        .render(&[&spans[..], &[root]].concat());
    let expected = "\
trace · worker · 4 spans
tasks process · consumer
├╴a
├╴b
└╴c
";
    assert_eq!(printed, expected);
}

#[test]
fn several_traces_are_several_blocks_by_start() {
    let at = |start, trace, name| Span {
        trace_id: TraceId::from(trace),
        ..span(
            (1, 0),
            "worker",
            SpanKind::Internal,
            name,
            (start, start + 1),
            NONE,
        )
    };
    let spans = [at(20, 1_u128, "late"), at(10, 2, "early")];
    let expected = "\
trace · 00000000000000000000000000000002 · 1.00µs · worker · 1 span
early             1.00µs  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━

trace · 00000000000000000000000000000001 · 1.00µs · worker · 1 span
late              1.00µs  ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
";
    let printed = Waterfall::new().render(&spans);
    assert_eq!(printed, expected);
    assert_eq!(Waterfall::new().render(&[]), "");
}

#[test]
fn why_a_trace_was_kept_stands_in_the_header_and_on_spans_that_differ() {
    let reason = |reasons: &[&str]| {
        AttributeValue::Array(reasons.iter().map(|reason| (*reason).into()).collect())
    };
    let kept = |ids, service, reasons: &[&str]| {
        let attributes = vec![("phoenix.sampling.reason", reason(reasons))];
        span(ids, service, SpanKind::Server, "GET", (0, 1), attributes)
    };
    let spans = [
        kept((1, 0), "a", &["head", "error"]),
        kept((2, 1), "b", &["head", "slow"]),
    ];
    let printed = Waterfall::new().times(false).render(&spans);
    let expected = "\
trace · 2 services · 2 spans · kept: head, error, slow
GET · a · server · kept: head, error
└╴GET · b · server · kept: head, slow
";
    assert_eq!(printed, expected);
    let spans = [kept((1, 0), "a", &["error"]), kept((2, 1), "b", &["error"])];
    let printed = Waterfall::new().times(false).render(&spans);
    let expected = "\
trace · 2 services · 2 spans · kept: error
GET · a · server
└╴GET · b · server
";
    assert_eq!(printed, expected);
}

#[test]
fn only_attributes_that_matter_are_printed() {
    let attributes = || {
        let keys = [
            "http.request.method",
            "http.route",
            "http.response.status_code",
            "http.request.resend_count",
            "rpc.response.status_code",
            "rpc.status_code",
            "rpc.method",
            "db.query.summary",
            "db.query.text",
            "db.response.status_code",
            "gen_ai.usage.input_tokens",
            "gen_ai.input.messages",
            "error.type",
            "exception.message",
            "phoenix.task.id",
            "phoenix.correlation.id",
            "code.function.name",
            "network.protocol.version",
            "server.port",
        ];
        keys.into_iter()
            .zip((1..).map(AttributeValue::Int))
            .collect()
    };
    let spans = [span(
        (1, 0),
        "s",
        SpanKind::Internal,
        "op",
        (0, 1),
        attributes(),
    )];
    let stable = Waterfall::new().times(false);
    let expected = "\
trace · s · 1 span
op · http.request.method=1 · http.route=2 · http.response.status_code=3 \
· http.request.resend_count=4 · rpc.response.status_code=5 · rpc.status_code=6 · db.query.summary=8 \
· db.response.status_code=10 · gen_ai.usage.input_tokens=11 · error.type=13 \
· exception.message=14 · phoenix.task.id=15
";
    assert_eq!(stable.render(&spans), expected);
    let chosen = stable.attributes(|key| key.starts_with("server."));
    assert_eq!(
        chosen.render(&spans),
        "trace · s · 1 span\nop · server.port=19\n"
    );
}

#[test]
fn an_error_is_told_in_the_best_words_there_are() {
    let check = |description: &str, attributes, events: &[(&str, &str)], expected: &str| {
        let mut span = span((1, 0), "s", SpanKind::Internal, "op", (0, 1), attributes);
        span.status = Status::error(description.to_owned());
        span.events = vec![Event {
            name: "exception".into(),
            at_unix_nanos: 0,
            attributes: events
                .iter()
                .map(|(key, text)| ((*key).into(), (*text).into()))
                .collect(),
        }];
        span.events.retain(|event| !event.attributes.is_empty());
        let printed = Waterfall::new().times(false).render(&[span]);
        assert_eq!(
            printed,
            format!("trace · s · 1 span · 1 error\n{expected}\n")
        );
    };
    let timeout = || vec![("error.type", "timeout".into())];
    let exception = [
        ("exception.type", "io::Error"),
        ("exception.message", "broken pipe"),
    ];
    check("", vec![], &[], "op · ✗ error");
    check("", timeout(), &[], "op · ✗ timeout");
    check("timeout", timeout(), &[], "op · ✗ timeout");
    check("took 3 s", timeout(), &[], "op · ✗ timeout: took 3 s");
    check("", vec![], &exception, "op · ✗ io::Error: broken pipe");
    check(
        "broken pipe",
        timeout(),
        &exception,
        "op · ✗ timeout: broken pipe",
    );
    let both = "op · ✗ timeout: took 3 s · ◆ exception: broken pipe";
    check("took 3 s", timeout(), &exception, both);
}

#[test]
fn events_are_named_and_counted() {
    let mut busy = span((1, 0), "s", SpanKind::Internal, "op", (0, 1), NONE);
    let event = |index| Event {
        name: format!("step {index}"),
        at_unix_nanos: 0,
        attributes: vec![],
    };
    busy.events = (1..=4).map(event).collect();
    let printed = Waterfall::new().times(false).render(&[busy.clone()]);
    let expected = "op · ◆ step 1 · ◆ step 2 · ◆ step 3 · ◆ 1 more event";
    assert_eq!(printed, format!("trace · s · 1 span\n{expected}\n"));
    busy.events = (1..=1_000).map(event).collect();
    assert!(
        Waterfall::new()
            .render(&[busy])
            .contains("◆ 997 more events")
    );
}

#[test]
fn a_span_of_the_sdk_becomes_a_plain_one() {
    let key_values = || {
        let reasons = Value::Array(vec![StringValue::from("head")].into());
        vec![
            KeyValue::new("rows", 3),
            KeyValue::new("ratio", 0.5),
            KeyValue::new("r", reasons),
        ]
    };
    let at = |nanos| UNIX_EPOCH + Duration::from_nanos(nanos);
    let mut events = SpanEvents::default();
    events
        .events
        .push(trace::Event::new("retry", at(15), key_values(), 0));
    let data = SpanData {
        span_context: SpanContext::new(
            TraceId::from(7_u128),
            SpanId::from(2_u64),
            TraceFlags::SAMPLED,
            true,
            trace::TraceState::default(),
        ),
        parent_span_id: SpanId::from(1_u64),
        parent_span_is_remote: true,
        span_kind: SpanKind::Client,
        name: "SELECT tasks".into(),
        start_time: at(10),
        end_time: at(30),
        attributes: key_values(),
        dropped_attributes_count: 0,
        events,
        links: SpanLinks::default(),
        status: Status::error("gone"),
        instrumentation_scope: InstrumentationScope::default(),
    };
    let attributes: Vec<(String, AttributeValue)> = vec![
        ("rows".into(), 3.into()),
        ("ratio".into(), 0.5.into()),
        ("r".into(), AttributeValue::Array(vec!["head".into()])),
    ];
    let expected = Span {
        trace_id: TraceId::from(7_u128),
        span_id: SpanId::from(2_u64),
        parent_span_id: Some(SpanId::from(1_u64)),
        name: "SELECT tasks".into(),
        service: "store".into(),
        kind: SpanKind::Client,
        start_unix_nanos: 10,
        end_unix_nanos: 30,
        status: Status::error("gone"),
        attributes: attributes.clone(),
        events: vec![Event {
            name: "retry".into(),
            at_unix_nanos: 15,
            attributes,
        }],
        sampled: true,
    };
    assert_eq!(Span::from_sdk(&data, "store"), expected);
    let mut root = data;
    root.parent_span_id = SpanId::INVALID;
    assert_eq!(Span::from_sdk(&root, "store").parent_span_id, None);
}

#[test]
fn values_print_as_what_they_are() {
    let check = |value: AttributeValue, expected: &str| assert_eq!(value.to_string(), expected);
    check(true.into(), "true");
    check(i64::MIN.into(), "-9223372036854775808");
    check(f64::NAN.into(), "NaN");
    check(1e300.into(), "1e300");
    check("a \"b\"".into(), "a \"b\"");
    check(AttributeValue::Bytes(vec![0, 255]), "0x00ff");
    check(AttributeValue::Array(vec![]), "[]");
    let map = vec![(
        "k".to_owned(),
        AttributeValue::Array(vec!["v".into(), 1.into()]),
    )];
    check(AttributeValue::Map(map), "{k: [\"v\", 1]}");
}
