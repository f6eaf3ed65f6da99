//! However the launcher ends, it says why, and nothing is left running.

use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::thread;
use std::time::Duration;

use phoenix_trace::testing::OtlpReceiver;
use rustix::process::{Signal, kill_process};

use crate::support::launcher::Launcher;

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn a_port_in_use_is_an_error_that_names_the_service() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let mut flow = Launcher::start(&["--serve", "--port", &port]);
    let status = flow.ended(WITHIN);
    assert_eq!(status.code(), Some(1), "{}", flow.child);
    let errors = flow.stderr();
    let error = errors
        .lines()
        .find(|line| line.starts_with("request-flow: "));
    let error = error.unwrap_or_else(|| panic!("no error: {errors}"));
    for part in ["api-gateway", "in use", &port] {
        assert!(error.contains(part), "{part}: {error}");
    }
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn a_check_says_whether_a_collector_takes_spans() {
    let collector = OtlpReceiver::start().expect("a collector");
    let endpoint = collector.grpc_endpoint();
    let mut there = Launcher::start(&["--check", "--otlp", &endpoint]);
    let status = there.ended(WITHIN);
    assert_eq!(status.code(), Some(0), "{}", there.child);
    drop(collector);
    let mut gone = Launcher::start(&["--check", "--otlp", &endpoint]);
    let status = gone.ended(WITHIN);
    assert_eq!(status.code(), Some(1), "{}", gone.child);
}

#[test]
fn the_death_of_a_service_is_an_error_that_names_it() {
    for name in ["llm-service", "model-server"] {
        let mut flow = Launcher::start(&["--serve"]);
        flow.wait_until_it_serves();
        kill_process(flow.service(name), Signal::KILL).expect("it runs");
        let status = flow.ended(WITHIN);
        assert_eq!(status.code(), Some(1), "{}", flow.child);
        let errors = flow.stderr();
        let named = format!("request-flow: {name} ended by itself");
        assert!(errors.contains(&named), "{named}: {errors}");
        assert!(!errors.contains("panicked"), "{errors}");
    }
}

#[test]
fn a_service_that_dies_under_load_is_named_too() {
    let mut flow = Launcher::start(&["--requests", "1000000", "--concurrency", "4"]);
    let under_way = flow.child.stderr.wait_for(WITHIN, |line| {
        line.starts_with("[api-gateway]").then_some(())
    });
    assert!(under_way.is_some(), "{}", flow.child);
    kill_process(flow.service("document-service"), Signal::KILL).expect("it runs");
    let status = flow.ended(WITHIN);
    assert_eq!(status.code(), Some(1), "{}", flow.child);
    let errors = flow.stderr();
    assert!(
        errors.contains("request-flow: document-service ended by itself"),
        "{errors}"
    );
}

/// Interrupts a load after a service has said its first words and `moment` has passed.
fn check_an_interrupt(service: &str, moment: Duration) {
    let mut flow = Launcher::start(&["--requests", "1000000", "--concurrency", "8", "--json"]);
    let prefix = format!("[{service}]");
    let started = flow
        .child
        .stderr
        .wait_for(WITHIN, |line| line.starts_with(&prefix).then_some(()));
    assert!(started.is_some(), "{}", flow.child);
    thread::sleep(moment);
    flow.child.signal(Signal::INT);
    let status = flow.ended(WITHIN);
    let when = format!("{moment:?} after the start of {service}");
    assert_eq!(status.code(), Some(130), "{when}: {}", flow.child);
    let errors = flow.stderr();
    assert!(
        errors.contains("request-flow: interrupted"),
        "{when}: {errors}"
    );
    assert!(!errors.contains("panicked"), "{when}: {errors}");
}

#[test]
fn an_interrupt_during_the_start_ends_everything() {
    for service in ["document-service", "llm-service", "orchestrator-service"] {
        check_an_interrupt(service, Duration::ZERO);
    }
}

#[test]
fn an_interrupt_during_a_load_ends_everything() {
    for _ in 0..2 {
        // A moment of no significance, which is the point of it.
        let moment = Duration::from_millis(fastrand::u64(0..1500));
        check_an_interrupt("api-gateway", moment);
    }
}

#[test]
fn an_interrupt_is_how_serving_ends() {
    let mut flow = Launcher::start(&["--serve"]);
    flow.wait_until_it_serves();
    assert_eq!(flow.processes().len(), 7, "{:?}", flow.processes());
    flow.child.signal(Signal::INT);
    let status = flow.ended(WITHIN);
    assert!(status.success(), "{}", flow.child);
}

#[test]
fn a_second_interrupt_does_not_wait() {
    let mut flow = Launcher::start(&["--serve"]);
    flow.wait_until_it_serves();
    let (stuck, caller) = (
        flow.service("data-router"),
        flow.service("orchestrator-service"),
    );
    // A service that does not react would be waited for, after the one that calls it.
    kill_process(stuck, Signal::STOP).expect("it runs");
    flow.child.signal(Signal::INT);
    flow.wait_until(WITHIN, |left| left.iter().all(|(pid, _)| *pid != caller));
    flow.child.signal(Signal::INT);
    let status = flow.child.wait(Duration::from_secs(5));
    assert_eq!(status.code(), Some(130), "{}", flow.child);
    flow.wait_until(Duration::from_secs(12), |left| left.is_empty());
}

#[test]
fn services_end_when_their_launcher_is_killed() {
    let mut flow = Launcher::start(&["--serve"]);
    flow.wait_until_it_serves();
    flow.child.signal(Signal::KILL);
    let status = flow.child.wait(WITHIN);
    assert_eq!(status.signal(), Some(9));
    flow.wait_until(Duration::from_secs(12), |left| left.is_empty());
}
