use std::future::{Future as _, pending};
use std::task::{Context, Waker};

use phoenix_trace_runtime::private::outcome;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, DropReason, Stats, current_span};

use crate::support::{enter, traced};

fn given_up(stats: &Stats) -> u64 {
    let reason = |(reason, _): &&(DropReason, u64)| *reason == DropReason::TooMuchOpen;
    stats.dropped.iter().find(reason).expect("a reason").1
}

/// Segments that stay open until the handles go: their roots are suspended.
fn open(capture: &Capture, number: usize, spans: usize, failing: bool) -> Vec<impl Sized> {
    let segment = |_| {
        let mut root = Box::pin(capture.future(traced("root", async move {
            for _ in 0..spans {
                drop(enter("child"));
            }
            if failing {
                let failing = enter("failing");
                let failed = "x".parse::<u8>();
                failing.outcome(outcome!(&failed));
            }
            pending::<()>().await;
        })));
        let mut context = Context::from_waker(Waker::noop());
        assert!(root.as_mut().poll(&mut context).is_pending());
        root
    };
    (0..number).map(segment).collect()
}

#[test]
fn of_too_many_open_segments_failures_are_the_last_to_go() {
    let config = || {
        let config = Config::default().service("test").max_open_segments(100);
        config.sampler(Sampler::ratio(0.0))
    };
    // With less than half of them open, everything is recorded.
    let capture = Capture::with_config(config());
    drop(open(&capture, 40, 100, true));
    let stats = capture.stats();
    assert_eq!(given_up(&stats), 0, "{stats}");
    assert_eq!(capture.exported().len(), 40 * 102);

    // With more, what ends well is given up, but nothing that fails.
    let capture = Capture::with_config(config());
    drop(open(&capture, 99, 100, true));
    let stats = capture.stats();
    assert!(given_up(&stats) > 30 * 90, "{stats}");
    let failing = capture.exported();
    let failing = failing.iter().filter(|span| span.name == "failing").count();
    assert_eq!(failing, 99, "{stats}");

    // Beyond the bound nothing is recorded, which is counted; and everything again when there is room.
    let capture = Capture::with_config(config());
    let segments = open(&capture, 300, 0, false);
    assert!(capture.stats().segments_open <= 100, "{}", capture.stats());
    assert!(given_up(&capture.stats()) >= 200, "{}", capture.stats());
    drop(segments);
    drop(open(&capture, 1, 1, true));
    assert_eq!(capture.exported().len(), 3, "{}", capture.stats());
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_is_undecided_is_bounded_in_bytes() {
    const ROOM: usize = 1024 * 1024;
    let config = Config::default().service("test").max_undecided_bytes(ROOM);
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    drop(open(&capture, 200, 1_000, true));
    let stats = capture.stats();
    // A span takes more than 64 bytes.
    assert!(given_up(&stats) as usize > 200_000 - ROOM / 64, "{stats}");
    let failing = capture.exported();
    let failing = failing.iter().filter(|span| span.name == "failing").count();
    assert!(failing >= 100, "{failing} of 200: {}", capture.stats());
    drop(open(&capture, 1, 5_000, false));
    let stats = capture.stats();
    assert!(stats.balances(), "{stats}");
    capture.run(|| {
        let _root = enter("root");
        assert!(current_span().is_recording(), "there is room again");
    });
}
