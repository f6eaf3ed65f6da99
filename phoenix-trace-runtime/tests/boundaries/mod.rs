//! Servers and clients over real sockets; what they record is compared as whole trees.

mod captured_headers;
mod correlation;
mod decision;
mod edge;
mod excluded;
mod grpc;
mod grpc_answers;
mod grpc_deadlines;
mod grpc_web;
mod http_attempts;
mod http_client;
mod http_hosts;
mod http_server;
mod http_servers;
#[cfg(feature = "otlp")]
mod measured;
mod peer;
mod propagators;
#[cfg(feature = "reqwest")]
mod reqwest;
mod rpc_names;
mod services;
#[cfg(feature = "warp")]
mod warp;

use std::future::Future;
use std::net::SocketAddr;

use opentelemetry::trace::SpanKind;
use phoenix_trace_runtime::testing::Capture;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Runs `future` on this thread, with everything that it spawns.
fn block_on<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

/// What `future` and all that it spawns recorded, and what it returned.
fn captured<F: Future>(capture: &Capture, future: F) -> F::Output {
    let _guard = capture.enter();
    block_on(future)
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Serves `app`, and gives the address.
async fn serve(app: axum::Router) -> SocketAddr {
    let (listener, address) = listen().await;
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// Sends the bytes of a request, and reads the whole response.
async fn send(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    let _ = stream.read_to_string(&mut response).await;
    response
}

/// A span of the code behind a boundary.
fn work(name: &'static str) {
    drop(crate::support::enter(name));
}

/// The value of a header field in a response as it came over the wire.
fn header<'a>(response: &'a str, name: &str) -> Option<&'a str> {
    response
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_once(": "))
        .find(|(field, _)| *field == name)
        .map(|(_, value)| value)
}

/// The attributes of the only span of this kind that is called `name`.
fn attributes(capture: &Capture, kind: SpanKind, name: &str) -> String {
    let spans = capture.exported();
    let span = spans
        .iter()
        .find(|span| span.name == name && span.span_kind == kind);
    let span = span.unwrap_or_else(|| panic!("no span {name} in {}", capture.tree()));
    let mut lines: Vec<String> = span
        .attributes
        .iter()
        .filter(|attribute| !attribute.key.as_str().starts_with("phoenix.correlation"))
        .map(|attribute| format!("{} = {}", attribute.key, attribute.value))
        .collect();
    lines.sort();
    lines.join("\n")
}
