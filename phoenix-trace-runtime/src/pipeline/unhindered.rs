//! Recording goes on whatever the pipeline's other users do: an exporter that hangs, threads that hold its locks.

use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::Pipeline;
use crate::config::Config;
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::segment::lock;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;
use crate::{DropReason, bootstrap};

static SITE: Site = Site::new("root", SpanKind::Internal, "");
const DEADLINE: Duration = Duration::from_secs(60);

/// Tells how many spans it is given, and hangs for as long as the other end of a channel lives.
#[derive(Debug)]
struct Hangs {
    given: Sender<usize>,
    until: Mutex<Receiver<()>>,
}

impl SpanExporter for Hangs {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _ = self.given.send(batch.len());
        let _ = lock(&self.until).recv();
        Ok(())
    }
}

/// A pipeline whose exporter hangs until the sender is dropped, and what the exporter is given.
fn hanging(config: Config) -> (std::sync::Arc<Pipeline>, Receiver<usize>, Sender<()>) {
    let ((given, gets), (unblock, until)) = (channel(), channel());
    let until = Mutex::new(until);
    let config = config.exporter(Hangs { given, until });
    let pipeline = bootstrap::start(config.export_delay(Duration::ZERO));
    (pipeline.expect("it starts"), gets, unblock)
}

fn small_queue() -> Config {
    let config =
        Config::from_vars(|name| (name == "OTEL_BSP_MAX_QUEUE_SIZE").then(|| "1000".to_owned()));
    config.sampler(Sampler::always_on())
}

/// Records and ends spans on a thread of its own; true: it came to its end.
fn records(pipeline: &std::sync::Arc<Pipeline>, spans: usize) -> bool {
    let pipeline = pipeline.clone();
    let (done, ended) = channel();
    std::thread::spawn(move || {
        let _scoped = Scoped::enter(pipeline);
        (0..spans).for_each(|_| drop(enter(&SITE, &[])));
        let _ = done.send(());
    });
    ended.recv_timeout(DEADLINE).is_ok()
}

#[test]
fn recording_waits_for_no_exporter() {
    let (pipeline, gets, unblock) = hanging(small_queue());
    assert!(records(&pipeline, 1));
    assert_eq!(gets.recv_timeout(DEADLINE), Ok(1), "the exporter hangs now");
    assert!(records(&pipeline, 10_000));
    let stats = pipeline.stats();
    assert_eq!((stats.ended, stats.acknowledged), (10_001, 0), "{stats}");
    let full = stats
        .dropped
        .iter()
        .find(|(reason, _)| *reason == DropReason::QueueFull);
    assert!(
        full.is_some_and(|(_, spans)| *spans >= 9_000) && stats.balances(),
        "{stats}"
    );
    drop(unblock);
    pipeline.shutdown(DEADLINE);
}

#[test]
fn a_span_that_is_dropped_takes_no_lock_of_the_pipeline() {
    let config = Config::default().sampler(Sampler::ratio(0.0)).no_exporter();
    let pipeline = bootstrap::start(config).expect("it starts");
    let (go, went) = channel::<()>();
    let (done, is_done) = channel();
    let of_thread = pipeline.clone();
    std::thread::spawn(move || {
        let _scoped = Scoped::enter(of_thread);
        let record = || (0..1_000).for_each(|_| drop(enter(&SITE, &[])));
        // Its own buffers are filled once.
        record();
        let _ = done.send(());
        let _ = went.recv();
        record();
        let _ = done.send(());
    });
    assert_eq!(is_done.recv_timeout(DEADLINE), Ok(()));
    let held = (
        lock(&pipeline.buffers),
        lock(&pipeline.waiting.segments),
        pipeline.tallies.hold(),
        lock(&pipeline.running),
    );
    let _ = go.send(());
    assert_eq!(
        is_done.recv_timeout(DEADLINE),
        Ok(()),
        "it does not wait for a lock"
    );
    drop(held);
    assert_eq!(pipeline.stats().discarded, 2_000);
    pipeline.shutdown(DEADLINE);
}

#[test]
fn a_segment_is_handed_over_as_a_whole() {
    const SPANS: usize = 400;
    let config = Config::default().sampler(Sampler::always_on());
    let (pipeline, gets, unblock) = hanging(config);
    let scoped = Scoped::enter(pipeline.clone());
    let root = enter(&SITE, &[]);
    (1..SPANS).for_each(|_| drop(enter(&SITE, &[])));
    assert!(
        gets.try_recv().is_err(),
        "nothing is handed over before the end"
    );
    drop(root);
    drop(scoped);
    assert_eq!(gets.recv_timeout(DEADLINE), Ok(SPANS));
    drop(unblock);
    pipeline.shutdown(DEADLINE);
}

#[test]
fn locks_that_a_panic_has_poisoned_hinder_nobody() {
    let config = Config::default().sampler(Sampler::ratio(0.0)).no_exporter();
    let pipeline = bootstrap::start(config).expect("it starts");
    let of_thread = pipeline.clone();
    let panics = std::thread::spawn(move || {
        let _held = (
            lock(&of_thread.buffers),
            lock(&of_thread.waiting.segments),
            lock(&of_thread.running),
        );
        panic!("told to");
    });
    assert!(panics.join().is_err());
    assert!(pipeline.buffers.is_poisoned());
    assert!(records(&pipeline, 1_000));
    assert_eq!(pipeline.stats().discarded, 1_000);
    assert!(pipeline.shutdown(DEADLINE));
}
