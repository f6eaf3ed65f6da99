//! Telemetry in a process without a `tracing` subscriber: what is logged becomes lines, as long as it runs and when it runs
//! again. A process of its own, since subscribers are the process's.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use phoenix_trace_runtime::{Config, init, stats, with_correlation_id};
use tracing_log::log;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Written {
    /// Severity, message and correlation id of each line.
    fn lines(&self) -> Vec<String> {
        let text = String::from_utf8(self.0.lock().expect("no panic").clone());
        let line = |line: &str| {
            let line: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let member = |name: &str| line[name].as_str().unwrap_or("-").to_owned();
            ["severity", "message", "correlation_id"]
                .map(member)
                .join(" ")
        };
        text.expect("text").lines().map(line).collect()
    }
}

fn log_all() {
    with_correlation_id("order-4711".parse().ok(), || {
        tracing::info!("from tracing");
        tracing::debug!("in detail");
        log::warn!("from log");
        log::debug!("in detail, from log");
    });
}

#[test]
fn a_process_without_a_subscriber_gets_one() {
    let written = Written::default();
    let config = || Config::default().no_exporter().log_writer(written.clone());
    let telemetry = init(config()).expect("it starts");
    log_all();
    let account = telemetry.shutdown();
    let expected = ["INFO from tracing order-4711", "WARN from log order-4711"];
    assert_eq!(written.lines(), expected);
    assert_eq!(account.logs.lines.map(|lines| lines.written), Some(2));

    // What comes too late is counted.
    log_all();
    assert_eq!(written.lines().len(), 2);
    let late = stats().logs.lines.map(|lines| lines.already_shutdown);
    assert_eq!(late, Some(2));

    // Another telemetry, at other levels.
    let telemetry = init(config().log_filter("debug")).expect("it starts again");
    log_all();
    telemetry.shutdown();
    let expected = [
        "INFO from tracing order-4711",
        "DEBUG in detail order-4711",
        "WARN from log order-4711",
        "DEBUG in detail, from log order-4711",
    ];
    assert_eq!(written.lines()[2..], expected);

    // Without traces there are lines.
    let disabled =
        Config::from_vars(|name| (name == "OTEL_SDK_DISABLED").then(|| "true".to_owned()));
    let telemetry = init(disabled.log_writer(written.clone())).expect("it starts");
    log_all();
    telemetry.shutdown();
    assert_eq!(
        written.lines()[6..],
        expected[..1]
            .iter()
            .chain(&expected[2..3])
            .copied()
            .collect::<Vec<_>>()
    );
}
