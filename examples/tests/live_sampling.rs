//! Sampling rules in a file that is edited while load runs: the rate changes with no process started anew, and an override ends by
//! itself.

use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

use phoenix_trace::testing::OtlpReceiver;
use tempfile::TempDir;

use crate::support::client;
use crate::support::platform::Platform;

const WITHIN: Duration = Duration::from_secs(60);
const GATEWAY: &str = "api-gateway";

/// A configuration file that all services of the platform read.
struct ConfigFile {
    folder: TempDir,
    collector: String,
}

impl ConfigFile {
    fn new(collector: &str, sampling: &str) -> Self {
        let file = Self {
            folder: tempfile::tempdir().expect("a folder"),
            collector: collector.to_owned(),
        };
        file.say(sampling);
        file
    }

    fn path(&self) -> String {
        self.folder.path().join("otel.yaml").display().to_string()
    }

    /// Replaces the file by another one, as editors and deployments do.
    fn say(&self, sampling: &str) {
        let Self { folder, collector } = self;
        let text = format!(
            r#"
file_format: "1.1"
tracer_provider:
  processors:
    - batch: {{schedule_delay: 50, exporter: {{otlp_grpc: {{endpoint: "{collector}"}}}}}}
distribution:
  phoenix_trace:
    sampling: {{{sampling}}}
"#
        );
        let next = folder.path().join("otel.yaml.next");
        fs::write(&next, text).expect("it is written");
        fs::rename(&next, Path::new(&self.path())).expect("it is renamed");
    }
}

/// Sends requests, one after the other, until `done`.
fn ask_until(platform: &Platform, mut done: impl FnMut() -> bool) {
    let patience = std::time::Instant::now() + WITHIN;
    while !done() {
        assert!(std::time::Instant::now() < patience, "it never is so");
        let answer = client::ask(platform.gateway(), "What is a span?");
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
}

fn ask(platform: &Platform, mut times: u32) {
    ask_until(platform, || {
        times -= 1;
        times == 0
    });
}

/// The services whose spans have arrived.
fn services(collector: &OtlpReceiver) -> Vec<String> {
    let spans = collector.spans().into_iter();
    let mut services: Vec<String> = spans.map(|received| received.span.service).collect();
    services.sort_unstable();
    services.dedup();
    services
}

#[test]
fn the_rate_follows_the_file_and_an_override_ends_by_itself() {
    let collector = OtlpReceiver::start().expect("a port");
    let url = collector.grpc_endpoint();
    let file = ConfigFile::new(&url, "rules: [{ratio: 0}]");
    let platform = Platform::start(&[("OTEL_CONFIG_FILE", &file.path())]);
    ask(&platform, 20);
    assert_eq!(services(&collector), [""; 0]);

    // Every service notices for itself.
    file.say("rules: [{ratio: 1}]");
    ask_until(&platform, || services(&collector).len() == 5);

    // A file that cannot be used changes nothing.
    file.say("rules: [{ratio: 2}]");
    let told = |line: &str| line.contains("expected a number from 0 to 1").then_some(());
    for service in platform.traced() {
        let told = service.child.stderr.wait_for(WITHIN, told);
        assert!(told.is_some(), "it says nothing; {}", service.child);
    }
    drop(collector.take_spans());
    ask_until(&platform, || services(&collector).len() == 5);

    // Nothing any more, but for some seconds the gateway's own segments.
    let end = SystemTime::now() + Duration::from_secs(6);
    let expires = humantime::format_rfc3339_millis(end);
    file.say(&format!(
        "rules: [{{ratio: 0}}], overrides: [{{service: {GATEWAY}, ratio: 1, expires: \"{expires}\"}}]"
    ));
    ask_until(&platform, || {
        let before = services(&collector);
        drop(collector.take_spans());
        before == [GATEWAY]
    });
    ask_until(&platform, || SystemTime::now() > end);
    // What was decided before that is sent within the delay of a batch, and some for a busy machine.
    let settled = end + Duration::from_secs(2);
    ask_until(&platform, || SystemTime::now() > settled);
    drop(collector.take_spans());
    ask(&platform, 20);
    for ended in platform.stop() {
        assert!(ended.account.balances(), "{ended:?}");
        let complaints = ended
            .stderr
            .iter()
            .filter(|line| line.contains("sampling rules of"));
        assert_eq!(complaints.count(), 1, "{ended:?}");
    }
    assert_eq!(services(&collector), [""; 0]);
}
