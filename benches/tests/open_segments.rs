//! A hundred thousand segments that stay open, and more that would: memory stays within its bound, failures are kept, and
//! the account says what was given up.

use std::alloc::System;
use std::future::{Future, pending};
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::Duration;

use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, DropReason, record, traced_operation};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const BOUND: usize = 100_000;
const STARTED: usize = 120_000;
const SPANS: usize = 30;

#[traced_operation]
async fn stays_open(fails: bool) {
    for number in 0..SPANS {
        child(number);
    }
    if fails {
        let _ = failing();
    }
    pending().await
}

#[traced_operation(attributes("user.id" = "somebody"))]
fn child(number: usize) {
    record!("user.name" = %number);
}

#[traced_operation]
fn failing() -> Result<u8, std::num::ParseIntError> {
    "x".parse()
}

// One test: another that ran beside it would be counted.
#[test]
fn a_hundred_thousand_open_segments_stay_within_their_bound() {
    const ROOM: usize = 512 * 1024 * 1024;
    let config = Config::default()
        .sampler(Sampler::ratio(0.0))
        .max_open_segments(BOUND)
        // On a slow machine this takes minutes.
        .cut_after(Duration::from_secs(3600))
        .max_undecided_bytes(ROOM)
        .no_exporter();
    let telemetry = phoenix_trace::init(config).expect("telemetry starts");
    let region = Region::new(ALLOCATOR);
    let mut open: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::with_capacity(STARTED);
    for number in 0..STARTED {
        let mut segment = Box::pin(stays_open(number % 1000 == 0));
        let mut context = Context::from_waker(Waker::noop());
        assert!(segment.as_mut().poll(&mut context).is_pending());
        open.push(segment);
    }
    let change = region.change();
    let held = change.bytes_allocated - change.bytes_deallocated;
    assert!(held < ROOM, "{held} bytes");
    let account = phoenix_trace::stats();
    assert!(account.segments_open <= BOUND as u64 + 64, "{account}");
    drop(open);
    let account = telemetry.shutdown();
    let given_up = |reason: &&(DropReason, u64)| reason.0 == DropReason::TooMuchOpen;
    let given_up = account
        .dropped
        .iter()
        .find(given_up)
        .map_or(0, |(_, spans)| *spans);
    assert!(account.balances(), "{account}");
    assert!(given_up > (STARTED - BOUND - 64) as u64, "{account}");
    let failed = BOUND.div_ceil(1000) as u64;
    assert!(account.segments_kept_by_error >= failed, "{account}");
}
