//! Many requests at once: none torn, none lost, and at reduced rates what the rates say.

use std::time::Duration;

use serde_json::Value;

use crate::support::launcher::Launcher;

/// For machines that are busy with other things.
const WITHIN: Duration = Duration::from_secs(600);

/// Runs a load and returns its report; the program has to find nothing wrong.
fn load(arguments: &[&str]) -> Value {
    load_of("16", arguments)
}

/// The same with so many requests at once.
fn load_of(concurrency: &str, arguments: &[&str]) -> Value {
    let first = ["--json", "--concurrency", concurrency, "--requests"];
    let mut flow = Launcher::start(&[&first, arguments].concat());
    let status = flow.ended(WITHIN);
    let report: Value = serde_json::from_str(&flow.stdout())
        .unwrap_or_else(|error| panic!("no report ({error}); {}", flow.child));
    assert!(status.success(), "{report:#}\n{}", flow.stderr());
    assert_eq!(
        flow.stderr().matches("panicked").count(),
        0,
        "{}",
        flow.child
    );
    report
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

#[test]
fn every_request_is_one_connected_trace() {
    let report = load(&["200"]);
    for all in [
        "requests",
        "traces",
        "connected_traces",
        "correlated_requests",
    ] {
        assert_eq!(report[all], 200, "{all}: {report:#}");
    }
    assert_eq!(report["failed_requests"], 10, "{report:#}");
    assert_eq!(report["failed_requests_fully_kept"], 10, "{report:#}");
    assert_eq!(report["lost_spans"], 0, "{report:#}");
    assert_eq!(
        report["segments_by_service"], report["head_kept_by_service"],
        "in development all is kept"
    );
    assert_eq!(report["problems"], serde_json::json!([]));
}

/// Of each hundred requests 85 ask for passages and titles, 5 send an expression that fails, 5 add a document, and the
/// rest ask as the first.
#[test]
fn at_the_rates_of_production_each_service_keeps_its_share_and_no_error_is_lost() {
    const REQUESTS: u64 = 2000;
    let report = load(&[&REQUESTS.to_string(), "--environment", "production"]);
    assert_eq!(report["failed_requests"], REQUESTS / 20, "{report:#}");
    assert_eq!(
        report["failed_requests_fully_kept"], report["failed_requests"],
        "{report:#}"
    );
    assert_eq!(report["lost_spans"], 0, "{report:#}");
    assert_eq!(report["segments_without_reason"], 0, "{report:#}");

    // The program judges itself by the same.
    let expected = &report["head_expected_by_service"];
    assert_eq!(expected.as_object().map(serde_json::Map::len), Some(5));
    let kept = |service: &str| number(&report["head_kept_by_service"][service]);
    for service in ["orchestrator-service", "data-router"] {
        assert_eq!(kept(service), REQUESTS, "{service}: {report:#}");
        let exactly = serde_json::json!({"least": REQUESTS, "most": REQUESTS});
        assert_eq!(expected[service], exactly, "{service}");
    }
    // Nine in ten requests get as far as the model, with one segment; as many have two segments in the document
    // service, which share their trace's fate, and the others one.
    let (one_each, two_each) = (REQUESTS / 10, REQUESTS * 9 / 10);
    for (service, rate, once, twice) in [
        ("api-gateway", 0.1, REQUESTS, 0),
        ("llm-service", 0.5, two_each, 0),
        ("document-service", 0.1, one_each, two_each),
    ] {
        let (once, twice) = (once as f64, twice as f64);
        let expected = (once + 2.0 * twice) * rate;
        let sigma = ((once + 4.0 * twice) * rate * (1.0 - rate)).sqrt();
        let off = (kept(service) as f64 - expected).abs();
        assert!(
            off <= 5.0 * sigma,
            "{service} kept {}, expected {expected} ± {sigma:.1}: {report:#}",
            kept(service)
        );
    }
}

/// The gateway and the document service keep one tenth of the traces, and tell of every request. Of the fifty three send an
/// expression that fails, and two add a document.
#[test]
fn metrics_count_every_request_at_a_tenth_of_the_traces() {
    let report = load_of("4", &["50", "--environment", "production"]);
    let kept = number(&report["segments_by_service"]["api-gateway"]);
    assert!(kept < 25, "{report:#}");
    assert_eq!(report["failed_requests"], 3, "{report:#}");
    let measured = &report["measured"];
    // 45 requests get as far as the model, and ask the document service twice.
    assert_eq!(
        measured["requests"],
        serde_json::json!({
            "api-gateway": 50,
            "orchestrator-service": 50,
            "data-router": 50,
            "llm-service": 45,
            "document-service": 95,
        }),
        "{report:#}"
    );
    assert_eq!(measured["failed"]["api-gateway"], 3, "{report:#}");
    // Who was called has said its name, so that the graph of services is as exact.
    assert_eq!(
        measured["calls"],
        serde_json::json!({
            "api-gateway -> orchestrator-service": 50,
            "orchestrator-service -> data-router": 50,
            "orchestrator-service -> llm-service": 45,
            "data-router -> document-service": 95,
        }),
        "{report:#}"
    );
}
