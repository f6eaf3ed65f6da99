//! A client that sends hostile header fields is answered, and what it sent gets nowhere.

use std::time::Duration;

use opentelemetry::trace::TraceId;
use phoenix_trace::testing::{OtlpReceiver, ReceivedSpan};

use crate::support::client::{self, Answer};
use crate::support::platform::{Platform, TRACED, otlp};

const WITHIN: Duration = Duration::from_secs(30);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

type Fields = Vec<(&'static str, Vec<u8>)>;

/// One request with hostile fields.
struct Case {
    title: &'static str,
    fields: Fields,
    /// Pieces of the fields that may be in no span, besides the trace id.
    hostile: &'static [&'static str],
}

fn case(
    title: &'static str,
    fields: &[(&'static str, &[u8])],
    hostile: &'static [&'static str],
) -> Case {
    let fields = fields.iter().map(|(name, value)| (*name, value.to_vec()));
    Case {
        title,
        fields: fields.collect(),
        hostile,
    }
}

/// Sends the cases one by one, and looks at each answer and the spans of its trace.
fn check(cases: Vec<Case>, look: impl Fn(&Case, &Answer, &[ReceivedSpan])) {
    let collector = OtlpReceiver::start().expect("a collector");
    let platform = Platform::start(&otlp(&collector.grpc_endpoint(), "20"));
    for case in cases {
        let fields: Vec<(&str, &[u8])> = case
            .fields
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        let answer = client::ask_with(platform.gateway(), "What is a span?", &fields);
        let title = case.title;
        assert_eq!(answer.status, 200, "{title}: {}", answer.body);
        collector
            .wait_for(WITHIN, |spans| spans.len() >= 21)
            .unwrap_or_else(|error| panic!("{title}: {error}"));
        let spans = collector.take_spans();
        assert_eq!(spans.len(), 21, "{title}");
        let trace = spans[0].span.trace_id;
        assert!(spans.iter().all(|s| s.span.trace_id == trace), "{title}");

        let all = format!("{spans:?}");
        for part in case.hostile {
            assert!(!all.contains(part), "{title}: {part} is in a span: {all}");
        }
        check_correlation(&case, &answer, &spans);
        look(&case, &answer, &spans);
    }
    for ended in platform.stop() {
        assert!(ended.account.all_arrived(), "{ended:?}");
        assert_eq!(ended.stderr.len(), 1, "a request makes no noise: {ended:?}");
    }
}

/// The answer tells one valid id that is not the client's, and every service has the same.
fn check_correlation(case: &Case, answer: &Answer, spans: &[ReceivedSpan]) {
    let title = case.title;
    let ids = answer.fields("x-correlation-id");
    let [id] = ids[..] else {
        panic!("{title}: {ids:?} instead of one correlation id");
    };
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    assert!(
        (1..=128).contains(&id.len()) && id.bytes().all(valid),
        "{title}: {id:?}"
    );
    for (_, value) in case
        .fields
        .iter()
        .filter(|(name, _)| *name == "x-correlation-id")
    {
        assert_ne!(id.as_bytes(), value, "{title}: the client's id");
    }
    for service in TRACED {
        let carries = |received: &&ReceivedSpan| {
            let span = &received.span;
            span.service == service
                && span
                    .attribute("phoenix.correlation.id")
                    .is_some_and(|value| value.to_string() == id)
        };
        assert!(
            spans.iter().any(|received| carries(&received)),
            "{title}: {service} does not have {id}"
        );
    }
}

fn root(spans: &[ReceivedSpan]) -> &ReceivedSpan {
    let root = spans
        .iter()
        .find(|received| received.span.name == "POST /v1/ask");
    root.expect("the gateway's span")
}

#[test]
fn an_invalid_traceparent_starts_a_new_trace() {
    let valid = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let other = b"00-11111111111111111111111111111111-2222222222222222-01";
    let parent = |title, value: &'static [u8]| case(title, &[("traceparent", value)], &[TRACE]);
    let long = [&valid[..], b"-", &[b'a'; 65_536]].concat();
    let cases = vec![
        parent(
            "upper case",
            b"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        ),
        parent(
            "a zero trace id",
            b"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        ),
        parent(
            "a zero span id",
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        ),
        parent(
            "version ff",
            b"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        parent(
            "too short",
            b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        ),
        parent(
            "not a hexadecimal number",
            b"00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ),
        parent(
            "not ASCII",
            b"00-4bf92f3577b34da6a3ce929d0e0e47\xc3\xa9-00f067aa0ba902b7-01",
        ),
        parent("nothing", b""),
        case("64 KiB", &[("traceparent", &long)], &[TRACE, "aaaaaaaa"]),
        case(
            "two of them",
            &[("traceparent", valid), ("traceparent", other)],
            &[TRACE, "11111111111111111111111111111111"],
        ),
        case(
            "two that are equal",
            &[("traceparent", valid), ("traceparent", valid)],
            &[TRACE],
        ),
        case(
            "a tracestate without its traceparent",
            &[("tracestate", b"vendor=stateofvendor")],
            &["stateofvendor"],
        ),
    ];
    check(cases, |case, _, spans| {
        let root = root(spans);
        assert_eq!(root.span.parent_span_id, None, "{}", case.title);
        assert_ne!(root.span.trace_id, TraceId::INVALID, "{}", case.title);
    });
}

#[test]
fn a_clients_trace_is_linked_and_does_not_go_on() {
    let valid: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let long = [&b"vendor="[..], &[b'a'; 65_536]].concat();
    let members: Vec<String> = (0..4096)
        .map(|number| format!("vendor{number}=aaaaaaaa"))
        .collect();
    let many = members.join(",");
    let cases = vec![
        case(
            "a valid one, sampled, with the highest randomness",
            &[
                ("traceparent", valid),
                ("tracestate", b"phoenix=forced,ot=rv:ffffffffffffff"),
            ],
            &["\"forced\""],
        ),
        case(
            "one member of 64 KiB",
            &[("traceparent", valid), ("tracestate", &long)],
            &["aaaaaaaa"],
        ),
        case(
            "64 KiB of members",
            &[("traceparent", valid), ("tracestate", many.as_bytes())],
            &["vendor"],
        ),
        case(
            "not a list of members",
            &[
                ("traceparent", valid),
                ("tracestate", b"aaaaaaaa tenant=victim\x9b31m"),
            ],
            &["aaaaaaaa", "victim"],
        ),
    ];
    check(cases, |case, _, spans| {
        let root = &root(spans).span;
        assert_ne!(root.trace_id.to_string(), TRACE, "{}", case.title);
        assert_eq!(root.parent_span_id, None, "{}", case.title);
    });
}

#[test]
fn an_invalid_correlation_id_is_replaced() {
    let id = |title, value: &'static [u8]| case(title, &[("x-correlation-id", value)], &["victim"]);
    let long = [b'a'; 65_536];
    let cases = vec![
        id("spaces and an equals sign", b"a=1 tenant=victim"),
        id("a terminal's control sequence", b"\x9b31mvictim\x9b0m"),
        id("not ASCII", "victim-\u{e9}".as_bytes()),
        id("not UTF-8", b"victim\xff\xfe"),
        id("a tab", b"victim\tvictim"),
        id("a path", b"../../victim"),
        id("nothing", b""),
        case("64 KiB", &[("x-correlation-id", &long)], &["aaaaaaaa"]),
        case(
            "one more than allowed",
            &[("x-correlation-id", &long[..129])],
            &["aaaaaaaa"],
        ),
        case(
            "two of them",
            &[
                ("x-correlation-id", b"victim-1"),
                ("x-correlation-id", b"victim-2"),
            ],
            &["victim"],
        ),
        case(
            "in a list",
            &[("x-correlation-id", b"victim-1, victim-2")],
            &["victim"],
        ),
    ];
    check(cases, |case, _, spans| {
        assert_eq!(root(spans).span.parent_span_id, None, "{}", case.title);
    });
}

#[test]
fn baggage_of_any_size_is_survived() {
    let long = [&b"user="[..], &[b'a'; 65_536]].concat();
    let many: Vec<String> = (0..2048)
        .map(|number| format!("key{number}=aaaaaaaa"))
        .collect();
    let many = many.join(",");
    check(
        vec![
            case("one member of 64 KiB", &[("baggage", &long)], &["aaaaaaaa"]),
            case(
                "2048 members",
                &[("baggage", many.as_bytes())],
                &["aaaaaaaa"],
            ),
            case("no members", &[("baggage", b"===;;;,,,\xff")], &["==="]),
        ],
        |_, _, _| {},
    );
}

/// The server itself refuses what HTTP does not allow in a field; nothing of it is recorded either.
#[test]
fn an_escape_character_is_refused_before_anybody_sees_it() {
    let collector = OtlpReceiver::start().expect("a collector");
    let mut platform = Platform::start(&otlp(&collector.grpc_endpoint(), "20"));
    let field: (&str, &[u8]) = ("x-correlation-id", b"\x1b[31mvictim");
    let answer = client::ask_with(platform.gateway(), "What is a span?", &[field]);
    assert_eq!(answer.status, 400);
    let ended = platform.take("api-gateway").stop();
    assert_eq!(ended.account.ended, 0, "{ended:?}");
    assert!(!ended.stderr.join("\n").contains("victim"), "{ended:?}");
}
