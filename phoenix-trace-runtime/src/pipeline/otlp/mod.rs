//! OTLP over gRPC and over HTTP, spoken straight from strands to the receiver, whose every answer is told apart.

mod answer;
mod attributes;
mod body;
mod connection;
mod encode;
mod group;
mod grpc;
mod http;
mod spans;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod tls;
mod value;
mod wire;

use std::sync::Mutex;

use ::http::header::{CONTENT_TYPE, USER_AGENT};
use ::http::{HeaderValue, Method, Request};
use bytes::Bytes;
use opentelemetry_sdk::Resource;

use self::answer::Teller;
use self::body::{Body, Buffers, compress};
use self::connection::{Connection, Lost};
use self::encode::{Encoded, Encoder, MAX_REQUEST};
use super::destination::{Answer, Destination, Piece, Sending};
use crate::config::{Compression, Protocol, Settings};
use crate::record::segment::lock;

/// An OTLP receiver.
#[derive(Debug)]
pub(crate) struct Otlp {
    settings: Settings,
    teller: Teller,
    connection: Connection,
    encoder: Mutex<Encoder>,
    /// Batches before their compression.
    plain: Mutex<Vec<u8>>,
    buffers: Buffers,
}

impl Otlp {
    /// Nothing is connected before the first batch.
    ///
    /// # Errors
    /// When a file that the settings name cannot be used, or no certificate authority is known for `https`.
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            teller: Teller::new(&settings),
            connection: Connection::new(&settings)?,
            settings,
            encoder: Mutex::new(Encoder::new()),
            plain: Mutex::default(),
            buffers: Buffers::default(),
        })
    }

    /// The body of the request for `batch`, and how many spans it has. `Err`: what became of it without a request.
    fn body(&self, batch: &[Piece<'_>]) -> Result<(Bytes, usize), Answer> {
        let frame = match self.settings.protocol {
            Protocol::Grpc => grpc::FRAME,
            Protocol::HttpProtobuf => 0,
        };
        let mut buffer = self.buffers.lend();
        let (start, spans) = if self.settings.compression == Compression::None {
            let Encoded { start, spans } = self.encode(batch, frame, &mut buffer)?;
            (start, spans)
        } else {
            let mut plain = lock(&self.plain);
            let Encoded { start, spans } = self.encode(batch, 0, &mut plain)?;
            buffer.resize(frame, 0);
            let request = plain.get(start..).unwrap_or_default();
            compress(self.settings.compression, request, &mut buffer).map_err(|error| {
                Answer::Refused {
                    why: format!("a batch cannot be compressed: {error}"),
                }
            })?;
            Buffers::shrink(&mut plain);
            (frame, spans)
        };
        if self.settings.protocol == Protocol::Grpc {
            let compressed = self.settings.compression != Compression::None;
            grpc::frame(&mut buffer, start, compressed);
        }
        Ok((buffer.into_bytes().slice(start - frame..), spans))
    }

    fn encode(
        &self,
        batch: &[Piece<'_>],
        free: usize,
        out: &mut Vec<u8>,
    ) -> Result<Encoded, Answer> {
        match lock(&self.encoder).encode(batch, free, out) {
            Some(Encoded { spans: 0, .. }) => Err(Answer::Taken {
                rejected: 0,
                message: String::new(),
            }),
            Some(encoded) => Ok(encoded),
            None => Err(Answer::TooLarge {
                why: format!(
                    "a batch is larger than the {} MiB that OTLP allows",
                    MAX_REQUEST >> 20
                ),
            }),
        }
    }

    fn request(&self, body: Body) -> Request<Body> {
        let mut request = Request::new(body);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.settings.uri.clone();
        let headers = request.headers_mut();
        *headers = self.settings.headers.clone();
        headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
        let kind = match self.settings.protocol {
            Protocol::Grpc => grpc::headers(self.settings.compression, headers),
            Protocol::HttpProtobuf => http::headers(self.settings.compression, headers),
        };
        headers.insert(CONTENT_TYPE, kind);
        request
    }

    async fn send_batch(&self, batch: &[Piece<'_>]) -> Answer {
        let (body, spans) = match self.body(batch) {
            Ok(body) => body,
            Err(answer) => return answer,
        };
        let (body, handed_over) = Body::new(body);
        let exchange = self.connection.exchange(self.request(body), &handed_over);
        let answer = match exchange.await {
            Ok(response) => match self.settings.protocol {
                Protocol::Grpc => grpc::answer(&response, &self.teller),
                Protocol::HttpProtobuf => http::answer(&response, &self.teller),
            },
            Err(Lost::BeforeSending(why)) => Answer::Later {
                why: self.teller.say(&format!("cannot be reached: {why}")),
                after: None,
            },
            Err(Lost::AfterSending(why)) => Answer::Unknown {
                why: self.teller.say(&format!("did not answer: {why}")),
                again: true,
            },
        };
        match answer {
            // More than there were cannot have been rejected.
            Answer::Taken { rejected, message } => Answer::Taken {
                rejected: rejected.min(spans),
                message,
            },
            answer => answer,
        }
    }
}

impl Destination for Otlp {
    fn set_resource(&mut self, resource: &Resource) {
        lock(&self.encoder).set_resource(resource);
    }

    fn send<'a>(&'a self, batch: &'a [Piece<'a>]) -> Sending<'a> {
        Box::pin(self.send_batch(batch))
    }
}

/// As the OTLP specification asks.
const AGENT: &str = concat!(
    "OTel-OTLP-Exporter-phoenix-trace/",
    env!("CARGO_PKG_VERSION")
);
