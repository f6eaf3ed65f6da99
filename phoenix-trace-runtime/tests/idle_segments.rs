//! Segments that are open and do nothing cost nothing. In a process of its own, as `idle.rs`.
#![cfg(target_os = "linux")]

use std::future::{Future as _, pending};
use std::sync::mpsc::channel;
use std::task::{Context, Waker};
use std::time::Duration;

use phoenix_trace_runtime::outcome::Outcome;
use phoenix_trace_runtime::private::{Site, SpanKind, enter, start, traced};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::{Config, init, stats};

#[path = "support/asleep.rs"]
mod asleep;

use asleep::{SOON, Tells, check_asleep};

const SEGMENTS: usize = 1_000;

static SITE: Site = Site::new("span", SpanKind::Internal, "");

#[test]
fn open_segments_in_which_nothing_happens_wake_nobody() {
    let (tell, told) = channel();
    let config = Config::default()
        .sampler(Sampler::always_on())
        .export_delay(Duration::from_millis(10))
        .grace_period(Duration::from_millis(10))
        // However slowly this runs.
        .cut_after(Duration::from_secs(3600))
        .exporter(Tells(tell));
    let telemetry = init(config).expect("it starts");
    drop(enter(&SITE, &[]));
    assert_eq!(told.recv_timeout(SOON), Ok(1));
    let open: Vec<_> = (0..SEGMENTS)
        .map(|_| {
            let body = async {
                start(&SITE, &[]);
                drop(enter(&SITE, &[]));
                pending::<()>().await;
            };
            let mut root = Box::pin(traced(body, |()| Outcome::Ok));
            let mut context = Context::from_waker(Waker::noop());
            assert!(root.as_mut().poll(&mut context).is_pending());
            root
        })
        .collect();
    let account = stats();
    let open_now = (account.segments_open, account.open);
    assert_eq!(open_now, (SEGMENTS as u64, SEGMENTS as u64), "{account}");
    check_asleep(1);
    assert!(told.try_recv().is_err(), "nothing is decided");
    drop(open);
    let account = telemetry.shutdown_within(SOON);
    assert_eq!(account.acknowledged, 2 * SEGMENTS as u64 + 1, "{account}");
}
