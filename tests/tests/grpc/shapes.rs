//! Every shape of RPC, by every kind of impl: the same spans.

use phoenix_trace::testing::Capture;
use tokio_stream::StreamExt as _;

use super::services::{Above, Below, Futures, Native, Served, Shop, native_server};
use super::shop::orders_server::Orders;
use super::{client_of, order, orders, tree};
use crate::spans::attributes;

/// One call of each method.
async fn all_shapes(service: impl Orders) -> String {
    let capture = Capture::new();
    let _guard = capture.enter();
    let mut client = client_of(service).await;
    client.place_order(order(7, "")).await.expect("a receipt");
    client.get_url(order(7, "")).await.expect("a receipt");
    let sum = client.upload_items(orders([1, 2, 3])).await;
    assert_eq!(sum.expect("a receipt").get_ref().id, 6);
    let watched = client.watch_url(order(2, "")).await.expect("receipts");
    assert_eq!(watched.into_inner().collect::<Vec<_>>().await.len(), 2);
    let answers = client.chat(orders([4, 5, 6])).await.expect("receipts");
    assert_eq!(answers.into_inner().collect::<Vec<_>>().await.len(), 3);
    client.health(order(7, "")).await.expect("a receipt");
    assert_eq!(
        attributes(&capture, "shop.v1.Orders/PlaceOrder"),
        "rpc.method=shop.v1.Orders/PlaceOrder rpc.response.status_code=OK rpc.system.name=grpc user.id=7"
    );
    tree(&capture)
}

/// The skipped `Health` has no span of its own, so that the operation in it is a root.
const EXPECTED: &str = "\
shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK
└╴reserve

shop.v1.Orders/GetURL · server · rpc.response.status_code=OK
└╴reserve

shop.v1.Orders/UploadItems · server · rpc.response.status_code=OK
├╴reserve
├╴reserve
└╴reserve

shop.v1.Orders/WatchURL · server · rpc.response.status_code=OK
├╴reserve
├╴reserve
└╴reserve

shop.v1.Orders/Chat · server · rpc.response.status_code=OK
├╴reserve
├╴reserve
└╴reserve

reserve
";

#[tokio::test]
async fn above_async_trait() {
    assert_eq!(all_shapes(Above(Shop::default())).await, EXPECTED);
}

#[tokio::test]
async fn below_async_trait() {
    assert_eq!(all_shapes(Below(Shop::default())).await, EXPECTED);
}

#[tokio::test]
async fn native_async_functions() {
    let service = Served::new(Native(Shop::default()));
    assert_eq!(all_shapes(service).await, EXPECTED);
}

#[tokio::test]
async fn functions_that_return_futures() {
    let service = Served::new(Futures(Shop::default()));
    assert_eq!(all_shapes(service).await, EXPECTED);
}

#[test]
fn what_is_no_rpc_stays_as_it_was() {
    fn seen<S: native_server::Orders>(service: &S) -> (&'static str, S::Till) {
        (S::SHOP, service.till())
    }
    assert_eq!(seen(&Native(Shop::default())), ("native", 7));
    assert_eq!(seen(&Futures(Shop::default())), ("futures", 7));
}
