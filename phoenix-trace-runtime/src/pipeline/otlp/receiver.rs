//! Metrics and logs over the same kind of connections: a request that they were encoded to is sent as it is.

use super::super::destination::Answer;
use super::encode::MAX_REQUEST;
use super::transport::{Transport, too_large};
use crate::config::Settings;

/// An OTLP receiver of encoded requests.
#[derive(Debug)]
pub(crate) struct Receiver(Transport);

impl Receiver {
    /// Nothing is connected before the first request.
    ///
    /// # Errors
    /// When a file that the settings name cannot be used, or no certificate authority is known for `https`.
    pub(crate) fn new(settings: Settings) -> Result<Self, String> {
        Transport::new(settings).map(Self)
    }

    /// Sends an encoded request of so many points or records.
    pub(crate) async fn send(&self, request: &[u8], members: usize) -> Answer {
        if request.len() > MAX_REQUEST {
            return too_large();
        }
        let body = self.0.body(|free, out| {
            out.clear();
            out.resize(free, 0);
            out.extend_from_slice(request);
            Ok(free)
        });
        match body {
            Ok(body) => self.0.send(body, members).await,
            Err(answer) => answer,
        }
    }
}
