//! Requests over HTTP/1.1 on one connection that is kept alive. Every response is as long as the first.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::TEXT;

/// How long each request took.
pub(super) async fn requests(address: SocketAddr, until: Instant) -> Result<Vec<Duration>, String> {
    let failed = |error: std::io::Error| error.to_string();
    let mut connection = TcpStream::connect(address).await.map_err(failed)?;
    connection.set_nodelay(true).map_err(failed)?;
    let request = format!(
        "POST /echo/17 HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n{TEXT}",
        TEXT.len()
    );

    connection
        .write_all(request.as_bytes())
        .await
        .map_err(failed)?;
    let mut response = Vec::new();
    while !response.ends_with(TEXT.as_bytes()) {
        if connection.read_buf(&mut response).await.map_err(failed)? == 0 {
            return Err(format!(
                "the server answered `{}`",
                String::from_utf8_lossy(&response)
            ));
        }
    }

    let mut took = Vec::new();
    loop {
        let started = Instant::now();
        if started >= until {
            return Ok(took);
        }
        connection
            .write_all(request.as_bytes())
            .await
            .map_err(failed)?;
        connection.read_exact(&mut response).await.map_err(failed)?;
        took.push(started.elapsed());
        if !response.ends_with(TEXT.as_bytes()) {
            return Err("a response differs from the first".to_owned());
        }
    }
}
