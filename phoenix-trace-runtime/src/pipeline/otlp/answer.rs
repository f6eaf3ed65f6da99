//! What is made of an answer and said about it, without anything that is secret.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message as _;

use super::super::destination::Answer;
use crate::config::{Settings, Signal, shown};
use crate::printable::escape;

/// Puts into words what became of a batch.
#[derive(Clone)]
pub(super) struct Teller {
    signal: Signal,
    endpoint: String,
    /// The values of headers, and the words that they consist of: receivers may repeat them.
    secrets: Vec<String>,
}

impl std::fmt::Debug for Teller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Teller").field(&self.endpoint).finish()
    }
}

impl Teller {
    pub(super) fn new(settings: &Settings) -> Self {
        /// Shorter values would be found in any text.
        const VALUE: usize = 4;
        /// Shorter words of a value are no secrets, such as `Bearer`.
        const WORD: usize = 8;
        let values = || settings.headers.values().filter_map(|v| v.to_str().ok());
        let query = settings.uri.query().into_iter();
        let parts = query.flat_map(|query| query.split(['&', '=']));
        let words = values().flat_map(str::split_whitespace).chain(parts);
        let mut secrets: Vec<String> = values()
            .filter(|value| value.len() >= VALUE)
            .chain(words.filter(|word| word.len() >= WORD))
            .map(str::to_owned)
            .collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self {
            signal: settings.signal,
            endpoint: settings.endpoint.clone(),
            secrets,
        }
    }

    /// One line about the endpoint.
    pub(super) fn say(&self, what: &str) -> String {
        const LENGTH: usize = 1_000;
        format!("{} {}", self.endpoint, self.clean(what, LENGTH))
    }

    /// What a receiver says, as it may stand in a line.
    pub(super) fn quote(&self, message: &str) -> String {
        const LENGTH: usize = 300;
        self.clean(message, LENGTH)
    }

    /// At most `length` characters of a text, without control characters, what turns the reading direction, and secrets.
    fn clean(&self, text: &str, length: usize) -> String {
        let mut text = text.to_owned();
        for secret in &self.secrets {
            text = text.replace(secret, "…");
        }
        let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
        escape(plain.take(length).collect::<String>().trim())
    }

    /// A response that says that the request was taken. Those to metrics differ from those to traces in names alone.
    pub(super) fn taken(&self, message: &[u8]) -> Answer {
        match ExportTraceServiceResponse::decode(message) {
            Ok(response) => {
                let partial = response.partial_success.unwrap_or_default();
                Answer::Taken {
                    rejected: usize::try_from(partial.rejected_spans).unwrap_or(0),
                    message: self.quote(&partial.error_message),
                }
            }
            Err(error) => self.unreadable(&format!("with success, but no OTLP response: {error}")),
        }
    }

    /// The receiver said that it took the request, and something that cannot be read.
    pub(super) fn unreadable(&self, what: &str) -> Answer {
        Answer::Unknown {
            why: self.say(&format!("answered {what}")),
            again: false,
        }
    }

    /// What an HTTP status other than one of success means. `message`: what the receiver says beyond it.
    pub(super) fn refused(&self, status: StatusCode, headers: &HeaderMap, message: &str) -> Answer {
        let remedy = self.remedy(status, headers);
        let colon = if message.is_empty() { "" } else { ": " };
        let message = self.quote(message);
        let why = self.say(&format!("answered {status}{colon}{message}{remedy}"));
        match status.as_u16() {
            429 | 502 | 503 | 504 => Answer::Later {
                why,
                after: retry_after(headers),
            },
            413 => Answer::TooLarge { why },
            300..=399 | 401 | 403 | 404 | 405 | 407 | 415 | 501 => Answer::Hopeless { why },
            _ => Answer::Refused { why },
        }
    }

    fn remedy(&self, status: StatusCode, headers: &HeaderMap) -> String {
        match status.as_u16() {
            401 | 407 => UNAUTHENTICATED.to_owned(),
            403 => self.forbidden(),
            404 | 405 | 415 | 501 => self.no_service(),
            300..=399 => {
                let location = headers.get(header::LOCATION).and_then(|l| l.to_str().ok());
                let to = location.map_or(String::new(), |to| format!(" to {}", shown(to)));
                format!(
                    "{to}; redirects are not followed: set the endpoint to where the receiver is"
                )
            }
            _ => String::new(),
        }
    }

    pub(super) fn forbidden(&self) -> String {
        let what = self.signal.name();
        format!("; may these credentials (OTEL_EXPORTER_OTLP_HEADERS) write {what}?")
    }

    pub(super) fn no_service(&self) -> String {
        let what = self.signal.name();
        format!(
            "; does the endpoint lead to a receiver of OTLP {what}, with the right port, path and \
             OTEL_EXPORTER_OTLP_PROTOCOL?"
        )
    }
}

pub(super) const UNAUTHENTICATED: &str =
    "; are the credentials in OTEL_EXPORTER_OTLP_HEADERS set and right?";

/// Nobody is made to wait for longer: it is more than any batch is held for.
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long the receiver asks to wait: seconds, or a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST_PAUSE));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let pause = date.duration_since(SystemTime::now()).unwrap_or_default();
    Some(pause.min(LONGEST_PAUSE))
}
