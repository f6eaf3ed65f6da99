//! Requests come and go, those that fail or are given up among them: what they leave behind, in whatever table, does not grow
//! with their number.

mod calls;
mod clients;
mod http;
mod sockets;

use std::alloc::System;
use std::future::{Future, poll_fn};
use std::ops::Range;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use phoenix_trace::sampling::Sampler;
use phoenix_trace::{Config, Stats};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How many there are of each kind at first. Each round makes as many as all before it, so that every table that keeps them has to
/// grow in it.
const FIRST: usize = 1_000;
const WAVE: usize = 500;
/// After so many whatever has a bound has reached it.
const MOST: usize = 32 * FIRST;
/// Less for each than any place in a table.
const LEFT: isize = 8;

/// One kind of request: what happens to the one with this number.
struct Kind {
    name: &'static str,
    request: Box<dyn Fn(usize) -> Pin<Box<dyn Future<Output = ()>>>>,
}

fn kind<F: Future<Output = ()> + 'static>(
    name: &'static str,
    request: impl Fn(usize) -> F + 'static,
) -> Kind {
    Kind {
        name,
        request: Box::new(move |number| Box::pin(request(number))),
    }
}

/// Gives a future up after its first poll.
async fn give_up(future: impl Future) {
    let mut future = pin!(future);
    poll_fn(|cx| Poll::Ready(assert!(future.as_mut().poll(cx).is_pending()))).await;
}

/// A body of one piece, and what comes after it.
struct Piece<E> {
    piece: Option<Bytes>,
    then: Then<E>,
}

enum Then<E> {
    End(Option<::http::HeaderMap>),
    Fault(Option<E>),
    /// Nothing ever.
    Silence,
}

impl<E> Piece<E> {
    fn new(piece: &'static [u8], then: Then<E>) -> Self {
        Self {
            piece: Some(Bytes::from_static(piece)),
            then,
        }
    }
}

impl<E: Unpin> Body for Piece<E> {
    type Data = Bytes;
    type Error = E;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, E>>> {
        let this = self.get_mut();
        if let Some(piece) = this.piece.take() {
            return Poll::Ready(Some(Ok(Frame::data(piece))));
        }
        match &mut this.then {
            Then::End(trailers) => Poll::Ready(trailers.take().map(|all| Ok(Frame::trailers(all)))),
            Then::Fault(error) => Poll::Ready(error.take().map(Err)),
            Then::Silence => Poll::Pending,
        }
    }
}

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}

/// Has requests made, and waits until nothing of them is open or on its way.
fn make(runtime: &Runtime, kind: &Kind, numbers: Range<usize>) {
    for first in numbers.step_by(WAVE) {
        runtime.block_on(async {
            for number in first..first + WAVE {
                (kind.request)(number).await;
            }
            let under_way = |account: &Stats| account.segments_open + account.queued > 0;
            let over = async {
                while under_way(&phoenix_trace::stats()) {
                    tokio::task::yield_now().await;
                }
            };
            let waited = tokio::time::timeout(Duration::from_secs(60), over).await;
            let account = phoenix_trace::stats();
            assert!(waited.is_ok(), "{}: {account}", kind.name);
        });
    }
}

// One test: another that ran beside it would be counted.
#[test]
fn requests_leave_nothing_behind_that_grows_with_their_number() {
    // So many panics are told to nobody.
    std::panic::set_hook(Box::new(|_| {}));
    let config = Config::default()
        .service("callee")
        .sampler(Sampler::ratio(0.5))
        .exporter(Discard)
        .export_delay(Duration::from_millis(1))
        .metrics_console()
        .log_writer(std::io::sink());
    let telemetry = phoenix_trace::init(config).expect("telemetry starts");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let kinds = http::kinds()
        .into_iter()
        .chain(calls::kinds())
        .chain(clients::kinds())
        .chain(runtime.block_on(sockets::kinds()));
    for kind in kinds {
        let left = growth(&runtime, &kind);
        assert!(left < LEFT, "{}: each leaves {left} bytes", kind.name);
    }
    let account = telemetry.shutdown();
    assert!(account.balances() && account.open == 0, "{account}");
}

/// How many bytes each request of a kind leaves behind, however many there are.
fn growth(runtime: &Runtime, kind: &Kind) -> isize {
    make(runtime, kind, 0..FIRST);
    let (mut made, mut left) = (FIRST, LEFT);
    while made < MOST && left >= LEFT {
        let region = Region::new(ALLOCATOR);
        make(runtime, kind, made..2 * made);
        let change = region.change();
        let bytes = change.bytes_allocated as isize - change.bytes_deallocated as isize;
        left = bytes / made as isize;
        made *= 2;
    }
    left
}
