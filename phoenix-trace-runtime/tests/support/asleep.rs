//! What tests of threads that sleep share: how often those of the toolkit woke up, and an exporter that tells what it was given.

use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Far longer than each delay, grace period and pause of a test that waits for so long that nothing happens.
const A_WHILE: Duration = Duration::from_millis(400);
/// For what is to happen soon: only a test that fails waits so long.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Tells how many spans it was given.
#[derive(Debug)]
pub(crate) struct Tells(pub(crate) Sender<usize>);

impl SpanExporter for Tells {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.0.send(batch.len());
        Ok(())
    }
}

/// How often the exporting thread, those of `exporters`, and the one that writes lines of logs have gone to sleep or were
/// interrupted.
fn switches(exporters: usize) -> u64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("threads");
    let statuses = tasks.filter_map(|task| {
        let status = std::fs::read_to_string(task.ok()?.path().join("status"));
        status
            .ok()
            .filter(|text| text.contains("Name:\tphoenix-trace"))
    });
    let statuses: Vec<String> = statuses.collect();
    let threads = exporters + if cfg!(feature = "logs") { 2 } else { 1 };
    assert_eq!(statuses.len(), threads, "each exporter has a thread");
    let lines = statuses.iter().flat_map(|status| status.lines());
    let counters = lines.filter(|line| line.contains("ctxt_switches:"));
    let numbers = counters.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok());
    numbers.sum()
}

/// Lets them do what there is to do, and waits for a while in which they do nothing.
pub(crate) fn check_asleep(exporters: usize) {
    let start = Instant::now();
    let mut last = switches(exporters);
    loop {
        std::thread::sleep(A_WHILE / 4);
        let now = switches(exporters);
        if now == last {
            break;
        }
        assert!(start.elapsed() < SOON, "they do not go to sleep");
        last = now;
    }
    std::thread::sleep(A_WHILE);
    assert_eq!(switches(exporters), last, "one woke up");
}
