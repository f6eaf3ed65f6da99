//! A single service with nothing configured: its traces are shown where it was started.

use std::time::Duration;

use crate::support::client;
use crate::support::platform::Service;
use crate::support::port::ReservedPort;

const WITHIN: Duration = Duration::from_secs(2);

#[test]
fn a_service_with_nothing_configured_shows_its_traces() {
    let orchestrator = ReservedPort::new();
    let gateway = Service::start(
        "api-gateway",
        &[&[("ORCHESTRATOR_URL", &*orchestrator.url())]],
    );
    let told = gateway.child.stderr.wait_for(WITHIN, |line| {
        line.contains("traces go to this console").then_some(())
    });
    assert!(told.is_some(), "it does not say so; {}", gateway.child);
    let answer = client::ask(gateway.address, "What is a span?");
    assert_eq!(answer.status, 503, "{}", answer.body);

    // Whoever tries a service by hand looks at its terminal at once.
    let shown = gateway
        .child
        .stderr
        .wait_for(WITHIN, |line| line.contains("POST /v1/ask").then_some(()));
    assert!(shown.is_some(), "nothing is shown; {}", gateway.child);
    let ended = gateway.stop();
    let text = ended.stderr.join("\n");
    for part in [
        "3 spans",
        "answer",
        "Orchestrator/Ask",
        "UNAVAILABLE",
        "✗ 503",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains('\x1b'),
        "no colours where there is no terminal: {text}"
    );
    assert!(ended.account.all_arrived(), "{ended:?}");
}
