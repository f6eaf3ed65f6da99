//! Connections: kept, closed, half closed, reset, and such that speak something else.

use std::future::IntoFuture as _;
use std::net::SocketAddr;

use h2::client::SendRequest;
use phoenix_trace::{GrpcServerLayer, HttpServerLayer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use super::calls::Test;
use super::http::app;
use super::{Kind, kind};

fn head(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: a\r\n{fields}\r\n")
}

async fn connect(address: SocketAddr, sends: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream
        .write_all(sends.as_bytes())
        .await
        .expect("it is sent");
    stream
}

/// Reads to the end of the connection.
async fn read(mut stream: TcpStream) {
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// Hangs up without a farewell once it has read this much.
async fn reset(mut stream: TcpStream, after: usize) {
    let _ = stream.read_exact(&mut vec![0; after]).await;
    stream.set_zero_linger().expect("it is reset");
}

/// A call that is reset once its head has come, or before.
async fn call(client: &mut SendRequest<bytes::Bytes>, method: &str, answered: bool) {
    let request = http::Request::post(format!("http://a/test.Test/{method}"))
        .header("content-type", "application/grpc")
        .body(())
        .expect("a request");
    let mut client = client.clone().ready().await.expect("a connection");
    let (answer, mut body) = client.send_request(request, false).expect("it is sent");
    if answered {
        let mut answer = answer.await.expect("an answer").into_body();
        let _ = answer.data().await;
    } else {
        // The server has the call.
        tokio::task::yield_now().await;
    }
    body.send_reset(h2::Reason::CANCEL);
}

pub(super) async fn kinds() -> Vec<Kind> {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(axum::serve(listener, app(HttpServerLayer::new())).into_future());

    let incoming = TcpIncoming::bind(([127, 0, 0, 1], 0).into()).expect("a port");
    let grpc = incoming.local_addr().expect("an address");
    let mut server = Server::builder().layer(GrpcServerLayer::new());
    tokio::spawn(server.add_service(Test).serve_with_incoming(incoming));
    let stream = TcpStream::connect(grpc).await.expect("a connection");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    tokio::spawn(connection);
    let (calls, streams) = (client.clone(), client);

    let closes = head("/do/work", "connection: close\r\n");
    let half = head("/do/work", "");
    let (hangs, streaming) = (head("/do/hang", ""), head("/do/stream", ""));
    let unfinished = head("/do/work", "content-length: 10\r\n") + "half";
    vec![
        kind("connection, closed", move |_| {
            let closes = closes.clone();
            async move { read(connect(address, &closes).await).await }
        }),
        kind("connection, half closed", move |_| {
            let half = half.clone();
            async move {
                let mut stream = connect(address, &half).await;
                stream.shutdown().await.expect("it is closed");
                read(stream).await;
            }
        }),
        kind("connection, reset", move |_| {
            let hangs = hangs.clone();
            async move { reset(connect(address, &hangs).await, 0).await }
        }),
        kind("connection, reset in the body", move |_| {
            let streaming = streaming.clone();
            async move { reset(connect(address, &streaming).await, 20).await }
        }),
        kind("connection, reset in its own body", move |_| {
            let unfinished = unfinished.clone();
            async move { reset(connect(address, &unfinished).await, 20).await }
        }),
        kind("connection, malformed", move |number| async move {
            let nonsense = format!("GET /{number}\0 HTTP/1.1\r\na{number}\u{1}: b\r\n\r\n");
            read(connect(address, &nonsense).await).await;
        }),
        kind("stream, reset", move |_| {
            let mut calls = calls.clone();
            async move { call(&mut calls, "Hang", false).await }
        }),
        kind("stream, reset in the answer", move |_| {
            let mut streams = streams.clone();
            async move { call(&mut streams, "Stream", true).await }
        }),
    ]
}
