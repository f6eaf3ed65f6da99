//! OTLP over gRPC and over HTTP, spoken straight from strands to the receiver, whose every answer is told apart.

mod answer;
mod attributes;
mod body;
mod connection;
mod encode;
#[cfg(feature = "jaeger-remote")]
mod get;
mod group;
mod grpc;
mod http;
mod probe;
mod receiver;
mod spans;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod tls;
mod transport;
mod value;
mod wire;

use std::sync::Mutex;

use bytes::Bytes;
use opentelemetry_sdk::Resource;

use self::encode::{Encoded, Encoder};
#[cfg(feature = "jaeger-remote")]
pub(crate) use self::get::Get;
pub(crate) use self::probe::Probe;
pub(crate) use self::receiver::Receiver;
pub(crate) use self::tls::config as tls_config;
use self::transport::Transport;
use super::destination::{Answer, Destination, Piece, Sending};
use crate::config::Settings;
use crate::record::segment::lock;

/// An OTLP receiver of traces.
#[derive(Debug)]
pub(crate) struct Otlp {
    transport: Transport,
    encoder: Mutex<Encoder>,
}

impl Otlp {
    /// Nothing is connected before the first batch.
    ///
    /// # Errors
    /// When a file that the settings name cannot be used, or no certificate authority is known for `https`.
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        Ok(Self {
            transport: Transport::new(settings)?,
            encoder: Mutex::new(Encoder::new()),
        })
    }

    /// The body of the request for `batch`, and how many spans it has. `Err`: what became of it without a request.
    fn body(&self, batch: &[Piece<'_>]) -> Result<(Bytes, usize), Answer> {
        let mut spans = 0;
        let body = self.transport.body(|free, out| {
            let encoded = self.encode(batch, free, out)?;
            spans = encoded.spans;
            Ok(encoded.start)
        })?;
        Ok((body, spans))
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
            None => Err(transport::too_large()),
        }
    }

    async fn send_batch(&self, batch: &[Piece<'_>]) -> Answer {
        match self.body(batch) {
            Ok((body, spans)) => self.transport.send(body, spans).await,
            Err(answer) => answer,
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
