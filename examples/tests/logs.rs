//! The log lines of real services: each is joined with its trace, and the collector gets the same.

use std::collections::BTreeSet;
use std::time::Duration;

use opentelemetry::trace::{SpanId, TraceId};
use phoenix_trace::testing::OtlpReceiver;
use serde::Deserialize;

use crate::support::client;
use crate::support::launcher::Launcher;
use crate::support::platform::{Platform, TRACED, otlp};

const WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone, Debug, Deserialize)]
struct Line {
    severity: String,
    message: String,
    #[serde(rename = "service.name")]
    service: String,
    trace_id: Option<String>,
    span_id: Option<String>,
    correlation_id: Option<String>,
}

impl Line {
    fn of(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// What tells it from others.
    fn key(&self) -> (String, String, Option<String>, Option<String>) {
        let (service, message) = (self.service.clone(), self.message.clone());
        (
            service,
            message,
            self.trace_id.clone(),
            self.span_id.clone(),
        )
    }
}

#[test]
fn lines_are_found_by_trace_and_by_correlation_id_and_the_collector_has_them_too() {
    let collector = OtlpReceiver::start().expect("a collector");
    let platform = Platform::start(&otlp(&collector.grpc_endpoint(), "50"));
    let printed: Vec<_> = platform
        .traced()
        .map(|service| service.child.stdout.clone())
        .collect();
    let mut requests = Vec::new();
    for (question, id) in [
        ("What is a span?", "order-1"),
        ("fts: span AND (", "order-2"),
    ] {
        let fields: &[(&str, &[u8])] = &[("x-correlation-id", id.as_bytes())];
        let answer = client::ask_with(platform.gateway(), question, fields);
        requests.push((id, answer.status));
    }
    assert_eq!(requests, [("order-1", 200), ("order-2", 500)]);
    for ended in platform.stop() {
        assert!(ended.ended_as_asked(), "{ended:?}");
    }

    let lines: Vec<Line> = printed
        .iter()
        .flat_map(|lines| lines.all())
        .filter_map(|line| Line::of(&line))
        .collect();
    let spans = collector.spans();
    let span_of = |line: &Line| {
        let trace = TraceId::from_hex(line.trace_id.as_deref()?).ok()?;
        let span = SpanId::from_hex(line.span_id.as_deref()?).ok()?;
        spans
            .iter()
            .map(|received| &received.span)
            .find(|there| (there.trace_id, there.span_id) == (trace, span))
    };
    let in_requests: Vec<&Line> = lines
        .iter()
        .filter(|line| line.trace_id.is_some())
        .collect();
    for line in &in_requests {
        let span = span_of(line).unwrap_or_else(|| panic!("no span has {line:?}"));
        assert_eq!(span.service, line.service, "{line:?}");
    }
    for (id, _) in requests {
        let of_request = in_requests
            .iter()
            .filter(|line| line.correlation_id.as_deref() == Some(id));
        let traces: BTreeSet<_> = of_request.clone().map(|line| &line.trace_id).collect();
        assert_eq!(traces.len(), 1, "{id}: {lines:#?}");
        let services: BTreeSet<&str> = of_request.map(|line| line.service.as_str()).collect();
        if id == "order-1" {
            assert_eq!(services, BTreeSet::from(TRACED), "{lines:#?}");
        }
    }
    let failed = in_requests
        .iter()
        .find(|line| line.severity == "ERROR")
        .expect("the gateway says that it failed");
    assert_eq!(failed.correlation_id.as_deref(), Some("order-2"));

    let sent: BTreeSet<_> = collector
        .logs()
        .iter()
        .map(|log| {
            let service = log.service().unwrap_or_default();
            let trace = log.trace_id.map(|id| id.to_string());
            (
                service,
                log.message.clone(),
                trace,
                log.span_id.map(|id| id.to_string()),
            )
        })
        .collect();
    let written: BTreeSet<_> = lines.iter().map(Line::key).collect();
    assert_eq!(sent, written);
}

#[test]
fn the_launcher_shows_what_went_wrong_as_lines_with_ids() {
    let mut flow = Launcher::start(&["--ask", "fts: span AND (", "--json"]);
    flow.ended(WITHIN);
    let errors = flow.stderr();
    let lines: Vec<Line> = errors.lines().filter_map(Line::of).collect();
    let services: Vec<&str> = lines.iter().map(|line| line.service.as_str()).collect();
    assert_eq!(services.len(), 2, "{errors}");
    for service in ["document-service", "api-gateway"] {
        assert!(services.contains(&service), "{service}: {errors}");
    }
    let traces: BTreeSet<_> = lines.iter().map(|line| line.trace_id.clone()).collect();
    assert!(traces.len() == 1 && !traces.contains(&None), "{errors}");
    assert!(
        flow.stdout()
            .contains(traces.first().and_then(Option::as_deref).unwrap_or("none"))
    );
}
