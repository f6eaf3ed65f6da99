//! One SERVER span for an RPC, whichever layers stand around the service, below the caller's.

use phoenix_trace::testing::Capture;
use phoenix_trace::{GrpcServerLayer, HttpServerLayer, TracingInterceptor};
use tokio_stream::StreamExt as _;
use tonic::transport::{Channel, Server};
use tonic::{Request, Status};

use super::services::{Above, Native, Served, Shop};
use super::shop::orders_client::OrdersClient;
use super::shop::orders_server::OrdersServer;
use super::{connect, listen, order, tree};
use crate::spans::attributes;

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

/// A client of a server that `serve` makes of a router.
macro_rules! client {
    ($server:expr, $service:expr) => {{
        let (listener, address) = listen().await;
        let server = $server.add_service(OrdersServer::new($service));
        tokio::spawn(server.serve_with_incoming(listener));
        connect(address).await
    }};
}

fn told<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    let parent = format!("00-{TRACE}-{CALLER}-01");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", parent.parse().expect("it is ASCII"));
    metadata.insert(
        "x-correlation-id",
        "order-4711".parse().expect("it is ASCII"),
    );
    request
}

const EXPECTED: &str = "\
shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK
└╴reserve
shop.v1.Orders/GetURL · server · ✗ INTERNAL: the till is jammed · rpc.response.status_code=INTERNAL
└╴reserve
shop.v1.Orders/WatchURL · server · rpc.response.status_code=OK
├╴reserve
└╴reserve
";

/// Calls, and checks that what is recorded is the same.
async fn check(capture: &Capture, mut client: OrdersClient<Channel>) {
    let placed = client.place_order(told(order(7, ""))).await;
    let answered = placed.expect("a receipt");
    let id = answered.metadata().get("x-correlation-id");
    assert_eq!(id.expect("an id"), "order-4711");
    let name = answered.metadata().get("x-service-name");
    assert_eq!(name.expect("a name"), "test");
    let status = client.get_url(told(order(7, "broken"))).await;
    let status = status.expect_err("it is broken");
    let id = status.metadata().get("x-correlation-id");
    assert_eq!(id.expect("an id"), "order-4711");
    let name = status.metadata().get("x-service-name");
    assert_eq!(name.expect("a name"), "test");
    let kept = status.metadata().get("server-timing");
    let kept = kept.expect("it failed").to_str().expect("it is ASCII");
    assert!(
        kept.starts_with(&format!("trace;desc=00-{TRACE}-")),
        "{kept}"
    );
    let watched = client.watch_url(told(order(1, ""))).await;
    let watched = watched.expect("receipts").into_inner();
    assert_eq!(watched.collect::<Vec<_>>().await.len(), 1);
    let exported = capture.exported();
    let servers: Vec<_> = exported
        .iter()
        .filter(|span| span.name.starts_with("shop"))
        .collect();
    for span in &servers {
        assert_eq!(span.parent_span_id.to_string(), CALLER);
        assert_eq!(span.span_context.trace_id().to_string(), TRACE);
    }
    assert_eq!(servers.len(), 3);
    assert_eq!(tree(capture), EXPECTED);
    let attributes = attributes(capture, "shop.v1.Orders/PlaceOrder");
    for expected in [
        "rpc.method=shop.v1.Orders/PlaceOrder",
        "rpc.response.status_code=OK",
        "rpc.system.name=grpc",
        "user.id=7",
    ] {
        assert!(attributes.contains(expected), "{expected}: {attributes}");
    }
    assert!(!attributes.contains("http."), "{attributes}");
}

macro_rules! checks {
    ($($(#[$doc:meta])* $name:ident: $server:expr;)*) => {$(
        $(#[$doc])*
        #[tokio::test]
        async fn $name() {
            let capture = Capture::new();
            let _guard = capture.enter();
            check(&capture, client!($server, Above(Shop::default()))).await;
            let capture = Capture::new();
            let _guard = capture.enter();
            check(&capture, client!($server, Served::new(Native(Shop::default())))).await;
        }
    )*};
}

checks! {
    without_a_layer: Server::builder();
    with_the_layer_for_grpc: Server::builder().layer(GrpcServerLayer::new());
    with_the_layer_for_http: Server::builder().layer(HttpServerLayer::new());
    with_http_around_grpc: Server::builder()
        .layer(HttpServerLayer::new())
        .layer(GrpcServerLayer::new());
    with_grpc_around_http: Server::builder()
        .layer(GrpcServerLayer::new())
        .layer(HttpServerLayer::new());
    with_grpc_twice: Server::builder()
        .layer(GrpcServerLayer::new())
        .layer(GrpcServerLayer::new());
    with_the_interceptor: Server::builder()
        .layer(tonic::service::interceptor::InterceptorLayer::new(TracingInterceptor));
}

/// What one layer excludes has no span of another one either, nor one of the service.
macro_rules! excluded {
    ($outer:expr, $inner:expr) => {
        let capture = Capture::new();
        let _guard = capture.enter();
        let outer = $outer.exclude("/shop.v1.Orders/PlaceOrder");
        let mut server = Server::builder().layer(outer).layer($inner);
        let mut client = client!(server, Above(Shop::default()));
        client.place_order(order(7, "")).await.expect("a receipt");
        assert_eq!(tree(&capture), "reserve\n");
    };
}

#[tokio::test]
async fn a_layer_that_excludes_a_method_takes_its_span() {
    excluded!(GrpcServerLayer::new(), HttpServerLayer::new());
    excluded!(HttpServerLayer::new(), GrpcServerLayer::new());
}

/// An interceptor refuses all calls but those that say who they are.
#[tokio::test]
async fn a_method_that_was_reached_names_the_calls_that_do_not_reach_it() {
    let capture = Capture::new();
    let _guard = capture.enter();
    let guard = |request: Request<()>| match request.metadata().get("user") {
        Some(_) => Ok(request),
        None => Err(Status::unauthenticated("who are you?")),
    };
    let guard = tonic::service::interceptor::InterceptorLayer::new(guard);
    let mut server = Server::builder().layer(GrpcServerLayer::new()).layer(guard);
    let mut client = client!(server, Above(Shop::default()));
    let mut known = Request::new(order(7, ""));
    known
        .metadata_mut()
        .insert("user", "me".parse().expect("a value"));
    let refused = client.place_order(order(7, "")).await;
    assert!(refused.is_err());
    client.place_order(known).await.expect("a receipt");
    let refused = client.place_order(order(7, "")).await;
    assert!(refused.is_err());
    assert_eq!(
        tree(&capture),
        "\
grpc · server · rpc.response.status_code=UNAUTHENTICATED

shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=OK
└╴reserve

shop.v1.Orders/PlaceOrder · server · rpc.response.status_code=UNAUTHENTICATED
"
    );
}

#[tokio::test]
async fn a_method_that_nobody_has_is_seen_by_the_layer_for_http() {
    let capture = Capture::new();
    let _guard = capture.enter();
    let (listener, address) = listen().await;
    let server = Server::builder()
        .layer(HttpServerLayer::new())
        .add_routes(tonic::service::Routes::default());
    tokio::spawn(server.serve_with_incoming(listener));
    let status = connect(address).await.place_order(order(7, "")).await;
    assert_eq!(
        status.expect_err("nobody is there").code(),
        tonic::Code::Unimplemented
    );
    assert_eq!(
        tree(&capture),
        "grpc · server · ✗ UNIMPLEMENTED · rpc.response.status_code=UNIMPLEMENTED\n"
    );
    assert!(attributes(&capture, "grpc").contains("rpc.method=_OTHER"));
}
