//! Spans that start where a thread is ending and can record no more. In a process of its own: on such a thread it is the pipeline of
//! the process that counts them.

use std::future::Future as _;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use phoenix_trace_runtime::outcome::Outcome;
use phoenix_trace_runtime::private::{self, Site, SpanKind};
use phoenix_trace_runtime::{Config, DropReason, init};

static SITE: Site = Site::new("span", SpanKind::Internal, "");

struct Records;

impl Drop for Records {
    fn drop(&mut self) {
        drop(private::enter(&SITE, &[]));
        let body = async { private::start(&SITE, &[]) };
        let traced = pin!(private::traced(body, |()| Outcome::Ok));
        let mut context = Context::from_waker(Waker::noop());
        assert!(traced.poll(&mut context).is_ready());
    }
}

thread_local! {
    /// Made before the recorder's own state, and so dropped after it.
    static RECORDS: Records = const { Records };
}

#[test]
fn spans_that_start_where_a_thread_is_ending_are_counted() {
    let telemetry = init(Config::default().no_exporter()).expect("it starts");
    let thread = std::thread::spawn(|| {
        RECORDS.with(|_| ());
        drop(private::enter(&SITE, &[]));
    });
    thread.join().expect("it ends");
    let stats = telemetry.shutdown_within(Duration::from_secs(5));
    let lost = (DropReason::ThreadEnded, 2);
    assert!(stats.ended == 3 && stats.dropped.contains(&lost), "{stats}");
    assert!(stats.balances(), "{stats}");
}
