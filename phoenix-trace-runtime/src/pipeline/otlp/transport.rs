//! A request and its answer, whatever is sent: framed, compressed, with its headers, over a connection that lasts.

use std::sync::Mutex;

use ::http::header::{CONTENT_TYPE, USER_AGENT};
use ::http::{HeaderValue, Method, Request};
use bytes::Bytes;

use super::super::destination::Answer;
use super::answer::Teller;
use super::body::{Body, Buffers, compress};
use super::connection::{Connection, Lost};
use super::encode::MAX_REQUEST;
use super::{grpc, http};
use crate::config::{Compression, Protocol, Settings};
use crate::record::segment::lock;

#[derive(Debug)]
pub(super) struct Transport {
    settings: Settings,
    teller: Teller,
    connection: Connection,
    /// Requests before their compression.
    plain: Mutex<Vec<u8>>,
    buffers: Buffers,
}

/// What there was of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    Nothing,
    Answered,
    /// The credentials were not taken.
    Denied,
}

impl Transport {
    pub(super) fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            teller: Teller::new(&settings),
            connection: Connection::new(&settings)?,
            settings,
            plain: Mutex::default(),
            buffers: Buffers::default(),
        })
    }

    /// The body of a request. `encode` is given how many bytes are to be free before the message, and a buffer to write it
    /// to, and says where in the buffer it begins. `Err`: what becomes of it without a request.
    pub(super) fn body(
        &self,
        encode: impl FnOnce(usize, &mut Vec<u8>) -> Result<usize, Answer>,
    ) -> Result<Bytes, Answer> {
        let frame = match self.settings.protocol {
            Protocol::Grpc => grpc::FRAME,
            Protocol::HttpProtobuf => 0,
        };
        let mut buffer = self.buffers.lend();
        let start = if self.settings.compression == Compression::None {
            encode(frame, &mut buffer)?
        } else {
            let mut plain = lock(&self.plain);
            let start = encode(0, &mut plain)?;
            buffer.resize(frame, 0);
            let request = plain.get(start..).unwrap_or_default();
            compress(self.settings.compression, request, &mut buffer).map_err(|error| {
                Answer::Refused {
                    why: format!("a batch cannot be compressed: {error}"),
                }
            })?;
            Buffers::shrink(&mut plain);
            frame
        };
        if self.settings.protocol == Protocol::Grpc {
            let compressed = self.settings.compression != Compression::None;
            grpc::frame(&mut buffer, start, compressed);
        }
        Ok(buffer.into_bytes().slice(start - frame..))
    }

    /// Sends a request of `members` spans or points.
    pub(super) async fn send(&self, body: Bytes, members: usize) -> Answer {
        self.send_once(body, members).await.0
    }

    /// The same, and what there was of an answer.
    pub(super) async fn send_once(&self, body: Bytes, members: usize) -> (Answer, Seen) {
        let mut seen = Seen::Nothing;
        let (body, handed_over) = Body::new(body);
        let exchange = self.connection.exchange(self.request(body), &handed_over);
        let answer = match exchange.await {
            Ok(response) => {
                let of_http = matches!(response.status.as_u16(), 401 | 403 | 407);
                seen = match of_http || grpc::is_denied(&response) {
                    true => Seen::Denied,
                    false => Seen::Answered,
                };
                match self.settings.protocol {
                    Protocol::Grpc => grpc::answer(&response, &self.teller),
                    Protocol::HttpProtobuf => http::answer(&response, &self.teller),
                }
            }
            Err(Lost::BeforeSending(why)) => Answer::Later {
                why: self.teller.say(&format!("cannot be reached: {why}")),
                after: None,
            },
            Err(Lost::AfterSending(why)) => Answer::Unknown {
                why: self.teller.say(&format!("did not answer: {why}")),
                again: true,
            },
        };
        let answer = match answer {
            // More than there were cannot have been rejected.
            Answer::Taken { rejected, message } => Answer::Taken {
                rejected: rejected.min(members),
                message,
            },
            answer => answer,
        };
        (answer, seen)
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
}

pub(super) fn too_large() -> Answer {
    Answer::TooLarge {
        why: format!(
            "a batch is larger than the {} MiB that OTLP allows",
            MAX_REQUEST >> 20
        ),
    }
}

/// As the OTLP specification asks.
pub(super) const AGENT: &str = concat!(
    "OTel-OTLP-Exporter-phoenix-trace/",
    env!("CARGO_PKG_VERSION")
);
