//! A small service of axum that asks one of tonic, tested as users test theirs: by what `testing` documents and nothing else.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use http::Request;
use phoenix_trace::grpc::GrpcClient;
use phoenix_trace::sampling::{Rule, SamplingRules};
use phoenix_trace::testing::{Capture, Clock};
use phoenix_trace::{
    Config, GrpcClientLayer, GrpcServerLayer, HttpServerLayer, attribute_keys, phoenix_test,
    traced_operation,
};
use tonic::transport::{Channel, Endpoint, Server};
use tower::{Layer as _, ServiceExt as _};

use super::services::{Above, Shop};
use super::shop::orders_client::OrdersClient;
use super::shop::orders_server::OrdersServer;
use super::{listen, order};

attribute_keys! {
    mod keys {
        /// The order that is asked for.
        ORDER_ID: "shop.order.id" => int,
    }
}

type Orders = OrdersClient<GrpcClient<Channel>>;

#[traced_operation(name = "load order", attributes(keys::ORDER_ID = id))]
async fn load(id: u32, ending: &str, mut orders: Orders) -> Result<(), tonic::Status> {
    orders.place_order(order(id, ending)).await?;
    Ok(())
}

async fn show(
    Path((id, ending)): Path<(u32, String)>,
    State(orders): State<Orders>,
) -> Result<&'static str, StatusCode> {
    let loaded = load(id, &ending, orders).await;
    loaded.map_err(|_| StatusCode::BAD_GATEWAY)?;
    Ok("here it is")
}

/// The front of the shop, and what stands behind it.
async fn shop() -> Router {
    let (listener, address) = listen().await;
    let mut server = Server::builder().layer(GrpcServerLayer::new());
    let server = server.add_service(OrdersServer::new(Above(Shop::default())));
    tokio::spawn(server.serve_with_incoming(listener));
    let channel = Endpoint::from_shared(address).expect("an address");
    let orders = OrdersClient::new(GrpcClientLayer::new().layer(channel.connect_lazy()));
    Router::new()
        .route("/orders/{id}/{ending}", get(show))
        .with_state(orders)
        .layer(HttpServerLayer::new())
}

/// Asks for an order, whole.
async fn ask(shop: Router, path: &str) -> StatusCode {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let Ok(response) = shop.oneshot(request).await;
    let status = response.status();
    // With its end the request's span ends.
    let body = to_bytes(response.into_body(), usize::MAX).await;
    assert!(body.is_ok(), "it is whole");
    status
}

#[phoenix_test]
async fn an_order_is_one_trace(capture: &Capture) {
    assert_eq!(ask(shop().await, "/orders/7/well").await, 200);
    let spans = capture.query();
    spans.assert_called("load order", "shop.v1.Orders/PlaceOrder");
    spans.assert_below("reserve", "GET /orders/{id}/{ending}");
    spans.with("shop.order.id", 7).named("load order").one();
    assert!(spans.failed().is_empty());
    assert_eq!(
        capture.tree(),
        "trace · test · 5 spans · kept: head\n\
         GET /orders/{id}/{ending} · server · http.request.method=GET · \
         http.route=/orders/{id}/{ending} · http.response.status_code=200\n\
         └╴load order\n\
         \u{20} └╴shop.v1.Orders/PlaceOrder · client · rpc.response.status_code=OK\n\
         \u{20}   └╴shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK\n\
         \u{20}     └╴reserve\n"
    );
    capture.assert_clean();
}

#[phoenix_test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fails_is_seen_all_the_way_up(capture: &Capture) {
    assert_eq!(ask(shop().await, "/orders/7/broken").await, 502);
    let failed = capture.query().failed();
    let names: Vec<_> = failed.as_slice().iter().map(|span| &*span.name).collect();
    assert_eq!(
        names,
        [
            "GET /orders/{id}/{ending}",
            "load order",
            "shop.v1.Orders/PlaceOrder",
            "shop.v1.Orders/PlaceOrder",
        ]
    );
}

/// The ids of all that one run records, in the order of starts.
async fn ids(capture: &Capture) -> Vec<String> {
    capture.seed_ids(7);
    assert_eq!(ask(shop().await, "/orders/7/well").await, 200);
    let spans = capture.spans().into_iter();
    spans
        .map(|span| format!("{}-{} {}", span.trace_id, span.span_id, span.name))
        .collect()
}

#[phoenix_test]
async fn ids_are_those_of_the_run_before(capture: &Capture) {
    let before = [
        "b8b4c2977eabce45 GET /orders/{id}/{ending}",
        "a65305fd338ec8fe load order",
        "8ca3cbb6ca63129b shop.v1.Orders/PlaceOrder",
        "aec971331f50717c shop.v1.Orders/PlaceOrder",
        "3b43325c33913dc4 reserve",
    ];
    let trace = "044c3cd7f43c661ce6984080bab12a02";
    assert_eq!(
        ids(capture).await,
        before.map(|span| format!("{trace}-{span}"))
    );
}

/// Requests that take longer than a second are kept, others are not.
fn slow_ones() -> Result<Config, phoenix_trace::Error> {
    let slow = Rule::new().slower_than(Duration::from_secs(1)).ratio(0.0);
    Ok(Config::default().sampler(SamplingRules::new().rule(slow)))
}

async fn takes(duration: Duration, State(clock): State<Clock>) {
    clock.advance(duration);
}

#[phoenix_test(config = slow_ones())]
async fn slow_requests_are_kept(capture: &Capture) {
    let clock = capture.clock();
    let shop = Router::new()
        .route(
            "/fast",
            get(|clock| takes(Duration::from_millis(999), clock)),
        )
        .route(
            "/slow",
            get(|clock| takes(Duration::from_millis(1001), clock)),
        )
        .with_state(clock)
        .layer(HttpServerLayer::new());
    for path in ["/fast", "/slow"] {
        assert_eq!(ask(shop.clone(), path).await, 200);
    }
    let kept = capture.query().named("GET /slow").one();
    assert_eq!(kept.duration_nanos(), 1_001_000_000);
    assert_eq!(capture.query().len(), 1);
}
