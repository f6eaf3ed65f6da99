//! What `request-flow` shows: each request as one whole tree.

use std::collections::HashSet;
use std::time::Duration;

use opentelemetry::trace::TraceId;
use phoenix_trace::testing::{MetricValue, OtlpReceiver};
use phoenix_trace::waterfall::{AttributeValue, Span, Waterfall};

use crate::support::client;
use crate::support::launcher::Launcher;
use crate::support::platform::{Platform, otlp};

const WITHIN: Duration = Duration::from_secs(30);

/// How many times `text` occurs in `all`.
fn count(all: &str, text: &str) -> usize {
    all.matches(text).count()
}

fn check_tree(printed: &str, expected: &str) {
    assert_eq!(printed.trim_end(), expected.trim_end(), "{printed}");
}

/// Spans that run side by side start in any order: they get the order of what they look up, so that runs can be
/// compared. All others stay as they are.
fn with_lookups_in_order(mut spans: Vec<Span>) -> Vec<Span> {
    let lookups = || spans.iter().filter(|span| span.name == "look up");
    let first = lookups().map(|span| span.start_unix_nanos).min();
    let mut kinds: Vec<String> = lookups().map(kind).collect();
    kinds.sort();
    for span in spans.iter_mut().filter(|span| span.name == "look up") {
        let kind = kind(span);
        let place = kinds.iter().position(|other| *other == kind).unwrap_or(0);
        span.start_unix_nanos = first.unwrap_or(0) + place as u64;
    }
    spans
}

fn kind(lookup: &Span) -> String {
    let kind = lookup.attribute("phoenix.lookup.kind");
    kind.expect("a kind of data").to_string()
}

/// Sends one request through a platform, waits for `count` spans, and returns its tree.
fn tree_of(send: impl FnOnce(&Platform), count: usize) -> String {
    let collector = OtlpReceiver::start().expect("a collector");
    let platform = Platform::start(&otlp(&collector.grpc_endpoint(), "50"));
    send(&platform);
    let arrived = collector.wait_for(WITHIN, |spans| spans.len() >= count);
    for ended in platform.stop() {
        assert!(ended.ended_as_asked(), "{ended:?}");
    }
    let tree = tree_at(&collector);
    assert!(arrived.is_ok(), "some spans are missing:\n{tree}");
    tree
}

/// All that has come. After the end of a platform nothing can come any more.
fn tree_at(collector: &OtlpReceiver) -> String {
    let spans = collector
        .spans()
        .into_iter()
        .map(|received| received.span)
        .collect();
    Waterfall::new()
        .width(100)
        .times(false)
        .render(&with_lookups_in_order(spans))
}

#[test]
fn a_question_looks_things_up_side_by_side() {
    let tree = tree_of(
        |platform| {
            let answer = client::ask(platform.gateway(), "What is a span?");
            assert_eq!(answer.status, 200, "{}", answer.body);
        },
        21,
    );
    check_tree(&tree, include_str!("trees/question.txt"));
}

/// Nothing is sampled: the trace is there because somebody asked for it who may, and whole.
#[test]
fn a_forced_trace_is_kept_by_every_service() {
    let collector = OtlpReceiver::start().expect("a collector");
    let endpoint = collector.grpc_endpoint();
    let mut settings = otlp(&endpoint, "50").to_vec();
    settings.extend([
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_TRACES_SAMPLER_ARG", "0"),
        ("FORCED_TRACING_CREDENTIAL", "open sesame"),
    ]);
    let platform = Platform::start(&settings);
    for credential in ["open sesame", "guessed"] {
        let fields: [(&str, &[u8]); 2] = [
            ("x-envoy-force-trace", b"1"),
            ("x-phoenix-trace-credential", credential.as_bytes()),
        ];
        let answer = client::ask_with(platform.gateway(), "What is a span?", &fields);
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for ended in platform.stop() {
        assert!(ended.ended_as_asked(), "{ended:?}");
    }
    let tree = tree_at(&collector);
    let sampled = include_str!("trees/question.txt");
    check_tree(&tree, &sampled.replace("kept: head", "kept: forced"));
}

#[test]
fn a_streamed_answer_is_one_tree_as_well() {
    let tree = tree_of(
        |platform| {
            let answer = client::ask_streamed(platform.gateway(), "What is a span?").finish();
            assert!(answer.body.contains("event: finished"), "{}", answer.body);
        },
        21,
    );
    check_tree(&tree, include_str!("trees/streamed.txt"));
}

#[test]
fn an_error_of_the_database_is_told_by_every_service_on_its_way() {
    let tree = tree_of(
        |platform| {
            let answer = client::ask(platform.gateway(), "fts: span AND (trace");
            assert_eq!(answer.status, 500, "{}", answer.body);
        },
        12,
    );
    check_tree(&tree, include_str!("trees/error.txt"));
}

#[test]
fn a_question_of_the_users_is_printed_as_a_tree() {
    let mut flow = Launcher::start(&["--stable", "--ask", "fts: sampling AND errors"]);
    let status = flow.ended(WITHIN);
    let text = flow.stdout();
    assert!(status.success(), "{}", flow.child);
    let tree = text
        .find("trace ·")
        .unwrap_or_else(|| panic!("no tree: {text}"));
    check_tree(&text[tree..], include_str!("trees/expression.txt"));
}

#[test]
fn without_arguments_each_request_is_shown_with_its_waterfall() {
    let mut flow = Launcher::start(&[]);
    let status = flow.ended(WITHIN);
    let text = flow.stdout();
    assert!(status.success(), "{}", flow.child);
    let requests: Vec<&str> = text.split("── ").skip(1).collect();
    assert_eq!(requests.len(), 6, "{text}");
    for request in requests {
        assert_eq!(count(request, "request         POST"), 1, "{request}");
        assert_eq!(count(request, "correlation id  flow-"), 1, "{request}");
        assert_eq!(count(request, "\ntrace "), 1, "{request}");
        let services = match request.contains("fails in the database") {
            true => "4 services",
            false => "5 services",
        };
        assert!(request.contains(services), "{request}");
        assert!(request.contains("kept: head"), "{request}");
    }
    assert_eq!(count(&text, "check failed"), 0, "{text}");
}

/// What the launcher's own receiver has, a collector of the user's has too.
#[test]
fn a_collector_gets_the_same_spans_metrics_and_logs() {
    let collector = OtlpReceiver::start().expect("a collector");
    let mut flow = Launcher::start(&[
        "--requests",
        "20",
        "--json",
        "--otlp",
        &collector.grpc_endpoint(),
    ]);
    let status = flow.ended(WITHIN);
    assert!(status.success(), "{}", flow.child);
    let report: serde_json::Value = serde_json::from_str(&flow.stdout()).expect("a report");
    let spans = collector.spans();
    assert_eq!(Some(spans.len() as u64), report["spans"].as_u64());
    let traces: HashSet<TraceId> = spans.iter().map(|s| s.span.trace_id).collect();
    assert_eq!(traces.len(), 20);
    let of_gateway = |resource: &[(String, AttributeValue)]| {
        let mut names = resource.iter().filter(|(key, _)| key == "service.name");
        names.any(|(_, name)| name.to_string() == "api-gateway")
    };
    let requests = collector.points().into_iter().filter(|point| {
        point.name == "http.server.request.duration" && of_gateway(&point.resource)
    });
    let requests = requests.map(|point| match point.value {
        MetricValue::Histogram { count, .. } => count,
        other => panic!("{other:?}"),
    });
    assert_eq!(requests.sum::<u64>(), 20);
    let lines = flow.stderr();
    let lines = lines
        .lines()
        .filter(|line| line.starts_with("{\"timestamp\""));
    let lines = lines.count();
    assert!(lines > 0, "what went wrong is logged; {}", flow.child);
    assert_eq!(collector.logs().len(), lines, "{}", flow.child);
}

#[test]
fn a_collector_that_is_not_there_is_named() {
    let port = crate::support::port::ReservedPort::new();
    let mut flow = Launcher::start(&["--ask", "What is a span?", "--otlp", &port.url()]);
    let status = flow.ended(WITHIN);
    assert!(!status.success(), "{}", flow.child);
    let errors = flow.stderr();
    assert!(errors.contains(&port.url()), "{errors}");
    assert!(flow.stdout().contains("5 services"), "{}", flow.child);
}
