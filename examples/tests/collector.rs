//! The collector is absent, goes away, or does not answer: requests are not affected, and the account stays right.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use opentelemetry::trace::TraceId;
use phoenix_trace::testing::{Fault, OtlpReceiver, ReceivedSpan};

use crate::support::client;
use crate::support::platform::{Ended, Platform, Service, TRACED, otlp};
use crate::support::port::ReservedPort;

const WITHIN: Duration = Duration::from_secs(30);
const FAILURE: &str = "traces cannot be exported";

fn tells_failure(line: &str) -> Option<()> {
    line.contains(FAILURE).then_some(())
}

/// All that a service said, apart from the line at its start that says where traces go.
fn complaints(ended: &Ended) -> Vec<&String> {
    let mut lines = ended.stderr.iter();
    let first = lines.next().expect("a line at the start");
    assert!(first.contains("traces go"), "{ended:?}");
    lines.collect()
}

/// Asks for as long as `time`, one request after the other.
fn ask_for(platform: &Platform, time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        let answer = client::ask(platform.gateway(), "What is a span?");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

fn check_an_absent_collector(protocol: &str) {
    let port = ReservedPort::new();
    let url = port.url();
    let mut telemetry = otlp(&url, "50");
    telemetry[0].1 = protocol;
    let platform = Platform::start(&telemetry);
    ask_for(&platform, Duration::from_millis(200));
    for service in platform.traced() {
        let told = service.child.stderr.wait_for(WITHIN, tells_failure);
        assert!(told.is_some(), "it says nothing; {}", service.child);
    }
    // A batch is due every 50 ms, and the first one is tried again after a second.
    ask_for(&platform, Duration::from_millis(1500));

    for ended in platform.stop() {
        // A connection that is refused is refused at once: there is nothing to wait for.
        assert!(ended.took < Duration::from_secs(2), "{ended:?}");
        assert!(ended.ended_as_asked(), "{ended:?}");
        let lines = complaints(&ended);
        assert_eq!(lines.len(), 1, "{ended:?}");
        for part in [
            FAILURE,
            "requests are not affected",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ] {
            assert!(lines[0].contains(part), "{part}: {}", lines[0]);
        }
        let account = ended.account;
        assert!(account.balances(), "{ended:?}");
        assert!(account.failed > 0, "{ended:?}");
        assert_eq!(account.failed, account.ended, "{ended:?}");
    }
}

#[test]
fn without_a_collector_requests_are_answered_and_one_line_says_so_over_grpc() {
    check_an_absent_collector("grpc");
}

#[test]
fn without_a_collector_requests_are_answered_and_one_line_says_so_over_http() {
    check_an_absent_collector("http/protobuf");
}

/// The traces of `spans` that reach through all services.
fn whole_traces(spans: &[ReceivedSpan]) -> usize {
    let mut services: HashMap<TraceId, HashSet<&str>> = HashMap::new();
    for ReceivedSpan { span, .. } in spans {
        let of_trace = services.entry(span.trace_id).or_default();
        of_trace.insert(&span.service);
    }
    let whole = |services: &&HashSet<&str>| services.len() == TRACED.len();
    services.values().filter(whole).count()
}

#[test]
fn over_http_a_whole_trace_arrives_as_protobuf() {
    let collector = OtlpReceiver::start().expect("a port");
    let url = collector.http_endpoint();
    let mut telemetry = otlp(&url, "50");
    telemetry[0].1 = "http/protobuf";
    let platform = Platform::start(&telemetry);
    let answer = client::ask(platform.gateway(), "What is a span?");
    assert_eq!(answer.status, 200, "{}", answer.body);
    let whole = |spans: &[ReceivedSpan]| whole_traces(spans) == 1 && spans.len() == 21;
    collector
        .wait_for(WITHIN, whole)
        .unwrap_or_else(|error| panic!("{error}"));
    for ended in platform.stop() {
        assert_eq!(ended.account.acknowledged, ended.account.ended, "{ended:?}");
        assert!(complaints(&ended).is_empty(), "{ended:?}");
    }
}

#[test]
fn spans_recorded_while_the_collector_was_away_arrive_when_it_is_back() {
    let (grpc, http) = (ReservedPort::new(), ReservedPort::new());
    let collector = || OtlpReceiver::start_on_ports(grpc.number(), http.number()).expect("a port");
    let first = collector();
    let url = grpc.url();
    let platform = Platform::start(&otlp(&url, "50"));
    let ask = || {
        let answer = client::ask(platform.gateway(), "What is a span?");
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    ask();
    let before = first
        .wait_for(WITHIN, |spans| {
            whole_traces(spans) == 1 && spans.len() == 21
        })
        .unwrap_or_else(|error| panic!("{error}"));
    drop(first);

    for _ in 0..10 {
        ask();
    }
    for service in platform.traced() {
        let told = service.child.stderr.wait_for(WITHIN, tells_failure);
        assert!(told.is_some(), "it says nothing; {}", service.child);
    }

    let second = collector();
    let after = second
        .wait_for(WITHIN, |spans| {
            whole_traces(spans) == 10 && spans.len() >= 210
        })
        .unwrap_or_else(|error| panic!("{error}"));
    for service in platform.traced() {
        let told = service.child.stderr.wait_for(WITHIN, |line| {
            line.contains("takes traces again").then_some(())
        });
        assert!(told.is_some(), "it says nothing; {}", service.child);
    }

    let ended = platform.stop();
    let acknowledged: u64 = ended.iter().map(|ended| ended.account.acknowledged).sum();
    assert_eq!(acknowledged, (before.len() + after.len()) as u64);
    for ended in ended {
        assert!(ended.ended_as_asked(), "{ended:?}");
        assert_eq!(
            complaints(&ended).len(),
            2,
            "it is away, it is back: {ended:?}"
        );
        assert!(ended.account.all_arrived(), "{ended:?}");
    }
}

#[test]
fn a_collector_that_does_not_answer_holds_up_neither_requests_nor_the_end_for_long() {
    let collector = OtlpReceiver::start().expect("a collector");
    collector.respond_with(Fault::Hang);
    let platform = Platform::start(&otlp(&collector.grpc_endpoint(), "50"));
    ask_for(&platform, Duration::from_millis(500));
    let mut platform = platform;
    let gateway: Service = platform.take("api-gateway");
    let ended = gateway.stop();
    assert!(ended.ended_as_asked(), "{ended:?}");
    let account = ended.account;
    assert!(account.balances(), "{ended:?}");
    assert!(account.in_doubt > 0, "sent, and not answered: {ended:?}");
    assert_eq!(account.acknowledged, 0, "{ended:?}");
}

#[test]
fn a_collector_that_fails_now_and_then_gets_everything() {
    let collector = OtlpReceiver::start().expect("a collector");
    collector.respond_times(3, Fault::Unavailable);
    collector.respond_times(2, Fault::CloseConnection);
    let platform = Platform::start(&otlp(&collector.grpc_endpoint(), "50"));
    ask_for(&platform, Duration::from_millis(300));
    collector
        .wait_for(WITHIN, |spans| {
            TRACED
                .iter()
                .all(|name| spans.iter().any(|s| s.span.service == *name))
        })
        .unwrap_or_else(|error| panic!("{error}"));
    for ended in platform.stop() {
        let name = &ended.name;
        let arrived = collector
            .spans()
            .iter()
            .filter(|s| s.span.service == *name)
            .count();
        assert_eq!(ended.account.acknowledged, arrived as u64, "{ended:?}");
        assert!(ended.account.all_arrived(), "{ended:?}");
    }
}
