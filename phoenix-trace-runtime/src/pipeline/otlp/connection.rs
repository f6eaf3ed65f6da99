//! One request, one response, over a connection that is made when it is needed and made anew when it is gone.

use std::error::Error;
use std::sync::Mutex;
use std::time::Duration;

use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;

use super::body::{Body, HandedOver};
use super::tls;
use crate::config::{Protocol, Settings};
use crate::record::segment::lock;

/// How much of an answer is read, by the OTLP specification.
pub(super) const MAX_RESPONSE: usize = 4 * 1024 * 1024;

type Hyper = Client<HttpsConnector<HttpConnector>, Body>;

#[derive(Debug)]
pub(super) struct Connection {
    client: Mutex<Hyper>,
    tls: ClientConfig,
    protocol: Protocol,
    timeout: Option<Duration>,
}

/// What a receiver, or something on the way to it, answered.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) end: End,
}

/// How an answer ended.
#[derive(Debug)]
pub(super) enum End {
    Complete(Option<HeaderMap>),
    /// There is more than [`MAX_RESPONSE`], which was not read.
    TooLong,
    Broken(String),
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Lost {
    /// The receiver cannot have the request.
    BeforeSending(String),
    AfterSending(String),
}

impl Connection {
    pub(super) fn new(settings: &Settings) -> Result<Self, String> {
        let Settings {
            protocol, timeout, ..
        } = *settings;
        let tls = tls::config(settings)?;
        Ok(Self {
            client: Mutex::new(client(&tls, protocol, timeout)),
            tls,
            protocol,
            timeout,
        })
    }

    pub(super) async fn exchange(
        &self,
        request: Request<Body>,
        handed_over: &HandedOver,
    ) -> Result<Response, Lost> {
        let client = lock(&self.client).clone();
        let exchange = async {
            let response = client.request(request).await;
            Ok(read(response.map_err(|error| chain(&error))?).await)
        };
        let result = match self.timeout {
            None => exchange.await,
            Some(timeout) => match tokio::time::timeout(timeout, exchange).await {
                Ok(result) => result,
                Err(_) => {
                    // Its connection may lead nowhere any more without a sign of it: the next request gets another.
                    *lock(&self.client) = self::client(&self.tls, self.protocol, self.timeout);
                    Err(format!("nothing came within {timeout:?}"))
                }
            },
        };
        result.map_err(|why| match handed_over.is_set() {
            true => Lost::AfterSending(why),
            false => Lost::BeforeSending(why),
        })
    }
}

/// Redirects are not followed: this client does not know how to.
fn client(tls: &ClientConfig, protocol: Protocol, timeout: Option<Duration>) -> Hyper {
    const PROBE: Duration = Duration::from_secs(60);
    let mut tcp = HttpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_keepalive(Some(PROBE));
    tcp.set_connect_timeout(timeout);
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls.clone())
        .https_or_http();
    let connector = match protocol {
        Protocol::Grpc => connector.enable_http2().wrap_connector(tcp),
        Protocol::HttpProtobuf => connector.enable_all_versions().wrap_connector(tcp),
    };
    Client::builder(TokioExecutor::new())
        .pool_max_idle_per_host(1)
        .http2_only(protocol == Protocol::Grpc)
        .build(connector)
}

async fn read(response: http::Response<Incoming>) -> Response {
    let (head, mut incoming) = response.into_parts();
    let mut body = Vec::new();
    let mut trailers = None;
    let end = loop {
        let frame = match incoming.frame().await {
            None => break End::Complete(trailers),
            Some(Err(error)) => break End::Broken(chain(&error)),
            Some(Ok(frame)) => frame,
        };
        match frame.into_data() {
            Ok(data) if body.len() + data.len() > MAX_RESPONSE => break End::TooLong,
            Ok(data) => body.extend_from_slice(&data),
            Err(frame) => trailers = frame.into_trailers().ok().or(trailers),
        }
    };
    Response {
        status: head.status,
        headers: head.headers,
        body,
        end,
    }
}

/// An error and all that caused it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut line = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !line.ends_with(&text) {
            line = format!("{line}: {text}");
        }
        source = error.source();
    }
    line
}
