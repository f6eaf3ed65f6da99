//! The platform as a user runs it: the program is started as a process, and judged by its exit code and its output.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use phoenix_trace::testing::OtlpReceiver;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

fn request_flow(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_request-flow"));
    command.args(arguments).stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> Output {
    request_flow(arguments)
        .output()
        .expect("the program starts")
}

/// Runs a load and returns its report; the program has to find nothing wrong.
fn load(arguments: &[&str]) -> Value {
    let output = run(&[&["--json", "--concurrency", "8", "--requests"], arguments].concat());
    let errors = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).expect(&errors);
    assert!(output.status.success(), "{report:#}\n{errors}");
    report
}

#[test]
fn a_question_is_one_tree_across_five_services() {
    let output = run(&["--stable", "--ask", "fts: sampling AND errors"]);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}\n{errors}");
    let tree = &text[text.find("trace ·").expect("a tree")..];
    assert_eq!(
        tree.trim_end(),
        include_str!("question.txt").trim_end(),
        "{tree}"
    );
}

#[test]
fn every_request_of_a_load_is_one_connected_trace() {
    let report = load(&["100"]);
    assert_eq!(report["requests"], 100);
    for all in ["traces", "connected_traces", "correlated_requests"] {
        assert_eq!(report[all], 100, "{all}: {report:#}");
    }
    assert_eq!(report["failed_requests"], 5);
    assert_eq!(report["failed_requests_fully_kept"], 5);
    assert_eq!(report["lost_spans"], 0);
    assert!(report["kept"]["error"].as_u64() > Some(0), "{report:#}");
}

#[test]
fn at_the_rates_of_production_no_error_is_lost() {
    let report = load(&["200", "--environment", "production"]);
    assert_eq!(report["failed_requests"], 10);
    assert_eq!(report["failed_requests_fully_kept"], 10);
    assert_eq!(report["lost_spans"], 0);
    let kept = |service: &str| {
        report["head_kept_by_service"][service]
            .as_u64()
            .unwrap_or(0)
    };
    assert!(kept("api-gateway") < 60, "{report:#}");
    // Four requests were hung up; the client may have gone before the gateway called on.
    assert!(kept("orchestrator-service") >= 196, "{report:#}");
}

#[test]
fn a_collector_gets_the_same_spans() {
    let collector = OtlpReceiver::start().expect("a collector");
    let report = load(&["20", "--otlp", &collector.grpc_endpoint()]);
    assert_eq!(
        Some(collector.spans().len() as u64),
        report["spans"].as_u64()
    );
}

#[test]
fn a_port_in_use_is_an_error_that_names_the_service() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    let output = run(&["--serve", "--port", &port]);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(errors.contains("request-flow: api-gateway"), "{errors}");
    assert!(errors.contains("in use"), "{errors}");
}

#[test]
fn an_interrupt_ends_everything_cleanly() {
    let mut flow = request_flow(&["--serve"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut first_line = String::new();
    let mut stdout = BufReader::new(flow.stdout.take().expect("piped"));
    stdout.read_line(&mut first_line).expect("a line");
    let gateway = first_line
        .split_once("http://")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(address, _)| address.to_owned())
        .expect(&first_line);
    let flow_id = Pid::from_raw(flow.id().cast_signed()).expect("an id");
    kill_process(flow_id, Signal::INT).expect("it runs");
    let output = flow.wait_with_output().expect("it ends");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let address = gateway.parse().expect("an address");
    let left = std::net::TcpStream::connect_timeout(&address, Duration::from_secs(1));
    assert!(left.is_err(), "the gateway still listens");
}
