//! A process with nothing to do wakes up for nothing. In a process of its own, where there is one exporting thread.
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::Duration;

use phoenix_trace_runtime::private::{Site, SpanKind, enter};
use phoenix_trace_runtime::{Config, init, spawn};

#[path = "support/asleep.rs"]
mod asleep;

use asleep::{SOON, Tells, check_asleep};

static SITE: Site = Site::new("span", SpanKind::Internal, "");

/// With a configuration file, which is watched.
fn config() -> (Config, PathBuf) {
    let folder = std::env::temp_dir().join(format!("phoenix-idle-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("otel.yaml");
    let text = "file_format: \"1.1\"\n\
        distribution: {phoenix_trace: {sampling: {rules: [{always: true}]}}}\n";
    std::fs::write(&path, text).expect("it is written");
    (Config::from_file(path), folder)
}

#[test]
fn with_nothing_to_do_the_exporting_thread_sleeps() {
    let (tell, told) = channel();
    let (config, folder) = config();
    let config = config
        .export_delay(Duration::from_millis(10))
        .grace_period(Duration::from_millis(10))
        .cut_after(Duration::from_millis(10))
        .exporter(Tells(tell.clone()))
        .also_exporter(Tells(tell));
    let telemetry = init(config).expect("it starts");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let root = enter(&SITE, &[]);
        let outlives = spawn(async { tokio::time::sleep(Duration::from_millis(1)).await });
        drop(root);
        outlives.await.expect("it ends");
    });
    for _ in 0..2 {
        assert_eq!(told.recv_timeout(SOON), Ok(1));
    }

    check_asleep(2);

    // It is asleep, not gone.
    drop(enter(&SITE, &[]));
    assert_eq!(told.recv_timeout(SOON), Ok(1));
    let account = telemetry.shutdown_within(SOON);
    std::fs::remove_dir_all(folder).expect("it is there");
    assert!(account.balances(), "{account}");
}
