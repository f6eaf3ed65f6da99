//! `w3c-service`: what the validation service of W3C Trace Context (github.com/w3c/trace-context, `test/`) asks of an
//! implementation. `POST /test` takes a JSON array of calls, makes them one after the other, and answers 200.
//!
//! It is traced by what every service uses: `HttpServerLayer` around the router, `HttpClientLayer` around the client.
//! Whoever reaches it can have it send requests, so it listens on the loopback interface unless told otherwise.

use std::error::Error;
use std::io::{self, Write as _};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::State;
use axum::http::{Request, StatusCode, Uri, header};
use axum::routing::post;
use axum::{Json, Router};
use bytes::Bytes;
use clap::Parser;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use phoenix_trace::http::HttpClient;
use phoenix_trace::{HttpClientLayer, HttpServerLayer, phoenix_main};
use serde::Deserialize;
use serde_json::Value;
use tokio::net::TcpListener;
use tower::{Layer as _, Service as _};

type BoxError = Box<dyn Error + Send + Sync>;

/// Client for calls that carry the trace on.
type TracedClient = HttpClient<Client<HttpConnector, Full<Bytes>>>;

/// A service for the validation service of W3C Trace Context.
#[derive(Parser)]
struct Arguments {
    /// Where to listen; 0 takes any free port.
    #[arg(long, default_value_t = 5000)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,
}

/// A call that the service is asked to make.
#[derive(Deserialize)]
struct Call {
    url: String,
    /// The body of that call: calls for its receiver, as a rule.
    arguments: Value,
}

#[phoenix_main(service = "w3c-service")]
async fn main() -> Result<(), BoxError> {
    let arguments = Arguments::parse();
    let address = SocketAddr::new(arguments.address, arguments.port);
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}"))?;
    writeln!(
        io::stdout(),
        "listening on http://{}/test",
        listener.local_addr()?
    )?;

    let client = Client::builder(TokioExecutor::new()).build_http();
    let app = Router::new()
        .route("/test", post(test))
        .layer(HttpServerLayer::new())
        .with_state(HttpClientLayer::new().layer(client));
    axum::serve(listener, app)
        .with_graceful_shutdown(phoenix_trace::shutdown_signal())
        .await?;
    Ok(())
}

async fn test(
    State(mut client): State<TracedClient>,
    Json(calls): Json<Vec<Call>>,
) -> Result<(), (StatusCode, String)> {
    for call in calls {
        let url = call.url.clone();
        make(&mut client, call)
            .await
            .map_err(|error| (StatusCode::BAD_GATEWAY, format!("{url}: {error}")))?;
    }
    Ok(())
}

async fn make(client: &mut TracedClient, call: Call) -> Result<(), BoxError> {
    let request = Request::post(call.url.parse::<Uri>()?)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(serde_json::to_vec(&call.arguments)?))?;
    std::future::poll_fn(|cx| client.poll_ready(cx)).await?;
    let response = client.call(request).await?;
    // The span of the call lasts until its answer is read.
    response.into_body().collect().await?;
    Ok(())
}
