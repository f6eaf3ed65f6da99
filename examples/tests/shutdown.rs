//! SIGTERM: what a service recorded arrives, its clients get their answers, and a second signal does not wait.

use std::collections::HashSet;
use std::net::TcpStream;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::trace::TraceId;
use phoenix_trace::testing::{Fault, OtlpReceiver};
use rustix::process::Signal;

use crate::support::client;
use crate::support::platform::{END_WITHIN, Platform, Service, otlp};
use crate::support::port::ReservedPort;

/// Nothing is sent for an hour, unless a flush asks for it.
const NEVER: &str = "3600000";
/// What "at once" means on a busy machine, far below the five seconds of each step of a shutdown.
const AT_ONCE: Duration = Duration::from_millis(1500);
const WITHIN: Duration = Duration::from_secs(20);
/// The first event of a streamed answer that comes from the model: a piece of text.
const FIRST_WORD: &str = "data: \"";

/// SIGTERM to `name` while an answer streams from the model to the client: through this service, or after it.
fn check_that_everything_arrives(name: &str) {
    let collector = OtlpReceiver::start().expect("a collector");
    let mut platform = Platform::start(&otlp(&collector.grpc_endpoint(), NEVER));
    let plain = client::ask(platform.gateway(), "fts: span");
    assert_eq!(plain.status, 200, "{}", plain.body);
    let mut streamed = client::ask_streamed(platform.gateway(), "What is a span?");
    streamed.read_until(FIRST_WORD);
    assert_eq!(collector.requests(), 0, "nothing is sent before a flush");

    let ended = platform.take(name).stop();
    assert!(ended.ended_as_asked(), "{ended:?}");
    let answer = streamed.finish();
    assert!(
        answer.body.contains("event: finished"),
        "the answer was cut short: {}",
        answer.body
    );
    assert!(ended.account.all_arrived(), "{ended:?}");
    let spans = collector.spans();
    assert_eq!(spans.len() as u64, ended.account.ended, "{ended:?}");
    assert!(spans.iter().all(|received| received.span.service == name));
    let traces: HashSet<TraceId> = spans.iter().map(|s| s.span.trace_id).collect();
    assert_eq!(traces.len(), 2, "both requests: {spans:#?}");
    assert_eq!(
        ended.stderr.len(),
        1,
        "it has nothing to complain about: {ended:?}"
    );
}

#[test]
fn the_gateway_flushes_at_sigterm() {
    check_that_everything_arrives("api-gateway");
}

#[test]
fn the_orchestrator_flushes_at_sigterm() {
    check_that_everything_arrives("orchestrator-service");
}

#[test]
fn the_data_router_flushes_at_sigterm() {
    check_that_everything_arrives("data-router");
}

#[test]
fn the_document_service_flushes_at_sigterm() {
    check_that_everything_arrives("document-service");
}

#[test]
fn the_llm_service_flushes_at_sigterm() {
    check_that_everything_arrives("llm-service");
}

#[test]
fn the_model_server_finishes_its_answers_at_sigterm() {
    let mut platform = Platform::start(&[("OTEL_TRACES_EXPORTER", "none")]);
    let mut streamed = client::ask_streamed(platform.gateway(), "What is a span?");
    streamed.read_until(FIRST_WORD);
    let ended = platform.take("model-server").stop();
    assert!(ended.ended_as_asked(), "{ended:?}");
    let answer = streamed.finish();
    assert!(answer.body.contains("event: finished"), "{}", answer.body);
}

/// Waits until nobody listens any more: the server has heard the signal. Nothing tells its clients so but a refusal.
fn wait_until_refused(service: &Service) {
    let start = Instant::now();
    while TcpStream::connect(service.address).is_ok() {
        assert!(
            start.elapsed() < WITHIN,
            "it still listens; {}",
            service.child
        );
        thread::sleep(Duration::from_millis(5));
    }
}

/// A gateway alone, whose requests fail.
fn lonely_gateway(collector: &OtlpReceiver) -> (Service, ReservedPort) {
    let nobody = ReservedPort::new();
    let url = collector.grpc_endpoint();
    let telemetry = otlp(&url, NEVER);
    let gateway = Service::start(
        "api-gateway",
        &[&telemetry, &[("ORCHESTRATOR_URL", &*nobody.url())]],
    );
    (gateway, nobody)
}

/// A second signal ends the process at once: it does not wait for anything more.
fn end_at_once(mut service: Service) -> ExitStatus {
    let start = Instant::now();
    service.child.signal(Signal::TERM);
    let status = service.child.wait(END_WITHIN);
    assert!(
        start.elapsed() < AT_ONCE,
        "it took {:?} ({status}); {}",
        start.elapsed(),
        service.child
    );
    status
}

#[test]
fn a_second_sigterm_ends_the_gateway_at_once_while_a_request_is_open() {
    let collector = OtlpReceiver::start().expect("a collector");
    let (gateway, _nobody) = lonely_gateway(&collector);
    let _half = client::half_a_request("/v1/ask", gateway.address);
    gateway.child.signal(Signal::TERM);
    wait_until_refused(&gateway);
    assert_eq!(end_at_once(gateway).code(), Some(143));
}

#[test]
fn a_second_sigterm_ends_a_service_at_once_while_the_collector_does_not_answer() {
    let collector = OtlpReceiver::start().expect("a collector");
    collector.respond_with(Fault::Hang);
    let (gateway, _nobody) = lonely_gateway(&collector);
    let answer = client::ask(gateway.address, "What is a span?");
    assert_eq!(answer.status, 503, "{}", answer.body);
    gateway.child.signal(Signal::TERM);
    collector
        .wait_for_requests(WITHIN, 1)
        .expect("it flushes after the first signal");
    assert_eq!(end_at_once(gateway).code(), Some(143));
}

#[test]
fn a_second_sigterm_ends_the_model_server_at_once_while_a_request_is_open() {
    let model = Service::start("model-server", &[]);
    let _half = client::half_a_request("/v1/chat/completions", model.address);
    model.child.signal(Signal::TERM);
    wait_until_refused(&model);
    assert_eq!(end_at_once(model).code(), Some(143));
}

#[test]
fn a_request_that_never_ends_does_not_keep_a_service_from_ending() {
    let collector = OtlpReceiver::start().expect("a collector");
    let (gateway, _nobody) = lonely_gateway(&collector);
    let answer = client::ask(gateway.address, "What is a span?");
    assert_eq!(answer.status, 503, "{}", answer.body);
    let _half = client::half_a_request("/v1/ask", gateway.address);
    gateway.child.signal(Signal::TERM);
    let mut gateway = gateway;
    let status = gateway.child.wait(END_WITHIN);
    assert!(
        matches!(status.code(), Some(0 | 143)),
        "{status}; {}",
        gateway.child
    );
    // The request that was answered, and the one that was open until the end.
    let spans = collector.spans();
    let requests = spans.iter().filter(|s| s.span.parent_span_id.is_none());
    assert!(spans.len() >= 3, "{spans:#?}");
    assert!(requests.count() >= 1, "{spans:#?}");
}

#[test]
fn a_service_ends_with_its_launcher() {
    let collector = OtlpReceiver::start().expect("a collector");
    let (mut gateway, _nobody) = lonely_gateway(&collector);
    let answer = client::ask(gateway.address, "What is a span?");
    assert_eq!(answer.status, 503, "{}", answer.body);
    gateway.child.close_stdin();
    let ended = gateway.ended(END_WITHIN);
    assert!(ended.ended_as_asked(), "{ended:?}");
    assert_eq!(collector.spans().len(), 3);
}
