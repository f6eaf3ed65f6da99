//! Annotated services behind real tonic servers, called by real clients over the loopback interface.

mod endings;
mod layers;
mod services;
mod shapes;
mod tested;

use std::sync::{Arc, Mutex};

use phoenix_trace::testing::Capture;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::transport::{Channel, Server};

use shop::orders_client::OrdersClient;
use shop::orders_server::{Orders, OrdersServer};

/// What tonic generates.
#[expect(
    clippy::absolute_paths,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    unreachable_pub,
    reason = "the code is generated"
)]
mod shop {
    tonic::include_proto!("shop.v1.Orders");
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Order {
    #[prost(uint32, tag = "1")]
    id: u32,
    /// How the handler ends: "", or what its tests call it.
    #[prost(string, tag = "2")]
    ending: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Receipt {
    #[prost(uint32, tag = "1")]
    id: u32,
}

/// Tells that a handler was dropped.
#[derive(Clone, Default)]
struct Dropped(Arc<Mutex<Option<oneshot::Sender<()>>>>);

impl Dropped {
    fn new() -> (Self, oneshot::Receiver<()>) {
        let (tell, told) = oneshot::channel();
        (Self(Arc::new(Mutex::new(Some(tell)))), told)
    }
}

impl Drop for Dropped {
    fn drop(&mut self) {
        if Arc::strong_count(&self.0) == 1 {
            return;
        }
        let tell = self.0.lock().ok().and_then(|mut tell| tell.take());
        let _ = tell.map(|tell| tell.send(()));
    }
}

/// A client of `service`, which is served on this thread.
async fn client_of(service: impl Orders) -> OrdersClient<Channel> {
    let (listener, address) = listen().await;
    let server = Server::builder().add_service(OrdersServer::new(service));
    tokio::spawn(server.serve_with_incoming(listener));
    connect(address).await
}

async fn listen() -> (TcpListenerStream, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    (
        TcpListenerStream::new(listener),
        format!("http://{address}"),
    )
}

async fn connect(address: String) -> OrdersClient<Channel> {
    OrdersClient::connect(address).await.expect("a connection")
}

fn order(id: u32, ending: &str) -> Order {
    Order {
        id,
        ending: ending.to_owned(),
    }
}

fn orders(ids: [u32; 3]) -> tokio_stream::Iter<std::vec::IntoIter<Order>> {
    let orders: Vec<Order> = ids.into_iter().map(|id| order(id, "")).collect();
    tokio_stream::iter(orders)
}

/// [`Capture::tree`] without what it says of each trace, for short expectations.
fn tree(capture: &Capture) -> String {
    let tree = capture.tree().replace(" · (parent missing)", "");
    let lines = tree.lines().filter(|line| !line.starts_with("trace · "));
    let spans = lines.map(|line| line.split(" · kept: ").next().unwrap_or(line));
    spans.map(|line| format!("{line}\n")).collect()
}
