//! How calls end: by an error before the stream or in it, a panic, a client that goes, a status that is no server error.

use phoenix_trace::testing::Capture;
use tokio_stream::StreamExt as _;
use tonic::Code;

use super::services::{Below, Futures, Served, Shop};
use super::shop::orders_server::Orders;
use super::{Dropped, client_of, order, tree};

#[track_caller]
fn check(service: impl Orders, id: u32, ending: &'static str, expected: (Code, &str, &str)) {
    let capture = Capture::new();
    let _guard = capture.enter();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let (placed, watched) = runtime.expect("a runtime").block_on(async {
        let mut client = client_of(service).await;
        let placed = client.place_order(order(id, ending)).await.err();
        let watched = match client.watch_url(order(id, ending)).await {
            Ok(stream) => stream.into_inner().filter_map(Result::err).next().await,
            Err(status) => Some(status),
        };
        (placed, watched)
    });
    let (code, in_unary, in_stream) = expected;
    let expected = format!("{in_unary}\n{in_stream}");
    assert_eq!(tree(&capture), expected);
    let codes = [&placed, &watched].map(|status| status.as_ref().map(tonic::Status::code));
    assert!(codes.contains(&Some(code)), "{placed:?} {watched:?}");
}

fn both(ending: &'static str, id: u32, expected: (Code, &str, &str)) {
    check(Below(Shop::default()), id, ending, expected);
    check(Served::new(Futures(Shop::default())), id, ending, expected);
}

#[test]
fn an_error_of_the_caller_is_no_error_of_the_server() {
    both(
        "missing",
        1,
        (
            Code::NotFound,
            "shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=NOT_FOUND\n└╴reserve\n",
            "shop.v1.Orders/WatchURL · server · rpc.response.status_code=OK\n├╴reserve\n└╴reserve\n",
        ),
    );
}

#[test]
fn an_error_of_the_server_fails_the_span() {
    both(
        "broken",
        1,
        (
            Code::Internal,
            "shop.v1.Orders/PlaceOrder · server · ✗ INTERNAL: the till is jammed · rpc.response.status_code=INTERNAL\n└╴reserve\n",
            "shop.v1.Orders/WatchURL · server · rpc.response.status_code=OK\n├╴reserve\n└╴reserve\n",
        ),
    );
}

#[test]
fn an_error_before_the_stream_fails_the_span() {
    both(
        "early",
        1,
        (
            Code::Unavailable,
            "shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK\n└╴reserve\n",
            "shop.v1.Orders/WatchURL · server · ✗ UNAVAILABLE: not today · rpc.response.status_code=UNAVAILABLE\n└╴reserve\n",
        ),
    );
}

#[test]
fn an_error_in_the_stream_fails_the_span() {
    both(
        "late",
        3,
        (
            Code::DataLoss,
            "shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK\n└╴reserve\n",
            "shop.v1.Orders/WatchURL · server · ✗ DATA_LOSS: the roll is torn · rpc.response.status_code=DATA_LOSS\n├╴reserve\n└╴reserve\n",
        ),
    );
}

#[test]
fn a_panic_fails_the_span() {
    let panics = "✗ panic: the till is on fire";
    both(
        "panic",
        2,
        (
            // The connection says no more.
            Code::Cancelled,
            &format!("shop.v1.Orders/PlaceOrder · server · {panics}\n└╴reserve\n"),
            "shop.v1.Orders/WatchURL · server · ✗ panic: the roll is on fire\n├╴reserve\n└╴reserve\n",
        ),
    );
}

async fn cancelled<S: Orders>(make: fn(Shop) -> S) -> String {
    let capture = Capture::new();
    let _guard = capture.enter();
    let (dropped, told) = Dropped::new();
    let mut client = client_of(make(Shop { dropped })).await;
    let call = tokio::spawn(async move { client.place_order(order(7, "pending")).await });
    // The handler waits when all that could run has run.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    call.abort();
    told.await.expect("the handler was dropped");
    let (dropped, told) = Dropped::new();
    let mut client = client_of(make(Shop { dropped })).await;
    let stream = client.watch_url(order(7, "pending")).await;
    let mut stream = stream.expect("receipts").into_inner();
    stream.next().await.expect("a receipt").expect("no error");
    drop(stream);
    told.await.expect("the stream was dropped");
    tree(&capture)
}

const CANCELLED: &str = "\
shop.v1.Orders/PlaceOrder · server · phoenix.cancelled=true
└╴reserve

shop.v1.Orders/WatchURL · server · phoenix.cancelled=true
├╴reserve
└╴reserve
";

#[tokio::test]
async fn a_client_that_goes_cancels_the_span() {
    assert_eq!(cancelled(Below).await, CANCELLED);
    assert_eq!(
        cancelled(|shop| Served::new(Futures(shop))).await,
        CANCELLED
    );
}
