//! Unary calls on one HTTP/2 connection, by hand: a client of tonic's would take as long as the server.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{Request, Uri};
use prost::Message as _;
use tokio::net::TcpStream;

use super::TEXT;

/// The message.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Text {
    #[prost(string, tag = "1")]
    text: String,
}

/// How long each call took.
pub(super) async fn requests(address: SocketAddr, until: Instant) -> Result<Vec<Duration>, String> {
    let stream = TcpStream::connect(address).await;
    let stream = stream.map_err(|error| error.to_string())?;
    stream
        .set_nodelay(true)
        .map_err(|error| error.to_string())?;
    let failed = |error: h2::Error| error.to_string();
    let (mut client, connection) = h2::client::handshake(stream).await.map_err(failed)?;
    let connection = tokio::spawn(connection);
    let uri: Uri = format!("http://{address}/bench.Echo/Unary")
        .parse()
        .map_err(|error: http::uri::InvalidUri| error.to_string())?;
    let message = framed();

    call(&mut client, &uri, &message).await?;
    let mut took = Vec::new();
    loop {
        let started = Instant::now();
        if started >= until {
            break;
        }
        call(&mut client, &uri, &message).await?;
        took.push(started.elapsed());
    }
    drop(client);
    connection.abort();
    Ok(took)
}

/// The message with its length in front.
fn framed() -> Bytes {
    let text = Text {
        text: TEXT.to_owned(),
    };
    let mut framed = BytesMut::new();
    framed.put_u8(0);
    framed.put_u32(text.encoded_len() as u32);
    framed.put_slice(&text.encode_to_vec());
    framed.freeze()
}

async fn call(client: &mut SendRequest<Bytes>, uri: &Uri, message: &Bytes) -> Result<(), String> {
    let failed = |error: h2::Error| error.to_string();
    let request = Request::post(uri.clone())
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .map_err(|error| error.to_string())?;
    let (response, mut body) = client.send_request(request, false).map_err(failed)?;
    body.send_data(message.clone(), true).map_err(failed)?;
    let mut answer = response.await.map_err(failed)?.into_body();
    let mut taken = 0;
    while let Some(data) = answer.data().await {
        let data = data.map_err(failed)?;
        taken += data.len();
        answer
            .flow_control()
            .release_capacity(data.len())
            .map_err(failed)?;
    }
    let trailers = answer.trailers().await.map_err(failed)?;
    let status = trailers
        .as_ref()
        .and_then(|trailers| trailers.get("grpc-status"));
    if taken == message.len() && status.is_some_and(|status| status == "0") {
        Ok(())
    } else {
        Err(format!("the server answered {taken} bytes and {status:?}"))
    }
}
