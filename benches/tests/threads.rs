//! Threads come and go: what they leave behind does not grow with their number.

use std::alloc::System;
use std::thread;

use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, record, spawn_thread, traced_operation};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WAVE: usize = 50;
const THREADS: usize = 10_000;

#[traced_operation]
fn root() {
    let threads: Vec<_> = (0..WAVE).map(|_| spawn_thread(child)).collect();
    for thread in threads {
        thread.join().expect("it ends");
    }
}

#[traced_operation(attributes("user.id" = "somebody"))]
fn child() {
    record!("user.name" = "some name that is stored in the strand");
}

/// Half of the threads work for a span of this one, half have roots of their own.
fn waves(threads: usize) {
    for _ in 0..threads / (2 * WAVE) {
        root();
        let roots: Vec<_> = (0..WAVE).map(|_| thread::spawn(child)).collect();
        for thread in roots {
            thread.join().expect("it ends");
        }
    }
}

// One test: another that ran beside it would be counted.
#[test]
fn ten_thousand_threads_leave_nothing_behind_that_grows_with_their_number() {
    let config = Config::default().sampler(Sampler::ratio(0.0)).no_exporter();
    let telemetry = phoenix_trace::init(config).expect("telemetry starts");
    // By then the strands that are kept for later have grown to what they hold, one after the other.
    waves(THREADS);
    let region = Region::new(ALLOCATOR);
    waves(THREADS);
    let change = region.change();
    let left = change.bytes_allocated as i64 - change.bytes_deallocated as i64;
    let account = telemetry.shutdown();
    let spans = 2 * THREADS as u64;
    assert_eq!(
        account.discarded,
        spans + spans / (2 * WAVE as u64),
        "{account}"
    );
    // A strand that each thread left would be a mebibyte and more.
    assert!(
        left < 256 * 1024,
        "{left} bytes are left of {THREADS} threads"
    );
}
