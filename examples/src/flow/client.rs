//! The platform's client: sends one request over HTTP to the gateway, and tells what came back.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tokio::time::timeout;

const CORRELATION_ID: &str = "x-correlation-id";
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub(crate) struct GatewayClient {
    client: Client<HttpConnector, Full<Bytes>>,
    address: SocketAddr,
}

/// What to send.
#[derive(Clone, Debug)]
pub(crate) enum Ask {
    Whole(String),
    Streamed(String),
    /// Streamed, but the client hangs up after the first words.
    HangUp(String),
    Document {
        title: String,
        text: String,
    },
}

/// A request and what became of it.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) ask: Ask,
    pub(crate) correlation_id: String,
    /// The correlation id of the answer.
    pub(crate) answered_id: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) latency: Duration,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    Answered(String),
    HungUp { after: String },
    Failed { kind: String, message: String },
}

impl GatewayClient {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            client: Client::builder(TokioExecutor::new()).build_http(),
            address,
        }
    }

    pub(crate) async fn send(&self, ask: Ask, correlation_id: String) -> Exchange {
        let start = Instant::now();
        let mut answered_id = None;
        let exchange = self.exchange(&ask, &correlation_id, &mut answered_id);
        let outcome = match timeout(ANSWER_WITHIN, exchange).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(error)) => Outcome::failed("transport", error),
            Err(_) => Outcome::failed("timeout", format!("no answer within {ANSWER_WITHIN:?}")),
        };
        Exchange {
            ask,
            correlation_id,
            answered_id,
            outcome,
            latency: start.elapsed(),
        }
    }

    async fn exchange(
        &self,
        ask: &Ask,
        correlation_id: &str,
        answered_id: &mut Option<String>,
    ) -> Result<Outcome, Box<dyn std::error::Error + Send + Sync>> {
        let request = Request::post(format!("http://{}{}", self.address, ask.path()))
            .header(header::CONTENT_TYPE, "application/json")
            .header(CORRELATION_ID, correlation_id)
            .body(Full::from(ask.body().to_string()))?;
        let response = self.client.request(request).await?;
        let id = response.headers().get(CORRELATION_ID);
        *answered_id = id.and_then(|id| id.to_str().ok()).map(str::to_owned);
        let status = response.status();
        match ask {
            Ask::Streamed(_) if status.is_success() => {
                read_events(response.into_body(), false).await
            }
            Ask::HangUp(_) if status.is_success() => read_events(response.into_body(), true).await,
            _ => {
                let body = response.into_body().collect().await?.to_bytes();
                Ok(whole(status, &body))
            }
        }
    }
}

impl Ask {
    pub(crate) fn path(&self) -> &'static str {
        match self {
            Self::Document { .. } => "/v1/documents",
            _ => "/v1/ask",
        }
    }

    pub(crate) fn body(&self) -> Value {
        match self {
            Self::Whole(question) => json!({ "question": question }),
            Self::Streamed(question) | Self::HangUp(question) => {
                json!({ "question": question, "stream": true })
            }
            Self::Document { title, text } => json!({ "title": title, "text": text }),
        }
    }
}

impl Outcome {
    fn failed(kind: impl Into<String>, message: impl ToString) -> Self {
        Self::Failed {
            kind: kind.into(),
            message: message.to_string(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(text) => write!(f, "{text}"),
            Self::HungUp { after } => write!(f, "{after}… (the client hung up here)"),
            Self::Failed { kind, message } => write!(f, "{kind}: {message}"),
        }
    }
}

fn whole(status: StatusCode, body: &[u8]) -> Outcome {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    if status.is_success() {
        let answer = body["answer"].as_str().map(str::to_owned);
        return Outcome::Answered(answer.unwrap_or_else(|| body.to_string()));
    }
    let code = body["error"]["code"].as_str().unwrap_or("no code");
    let message = body["error"]["message"].as_str().unwrap_or("no message");
    Outcome::failed(format!("{} {code}", status.as_u16()), message)
}

/// Reads server-sent events to their end, or only to the first words of the answer.
async fn read_events(
    mut body: Incoming,
    hang_up: bool,
) -> Result<Outcome, Box<dyn std::error::Error + Send + Sync>> {
    let mut events = Events::default();
    while let Some(frame) = body.frame().await {
        if let Some(data) = frame?.data_ref() {
            events.read(data);
        }
        if hang_up && !events.text.is_empty() {
            return Ok(Outcome::HungUp { after: events.text });
        }
    }
    Ok(events.outcome())
}

/// The answer as far as its events have come.
#[derive(Default)]
struct Events {
    /// The beginning of a line whose end has not come yet.
    rest: Vec<u8>,
    event: String,
    text: String,
    finished: bool,
    failure: Option<(String, String)>,
}

impl Events {
    fn read(&mut self, data: &[u8]) {
        self.rest.extend_from_slice(data);
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            self.line(String::from_utf8_lossy(&line).trim_end());
        }
    }

    fn line(&mut self, line: &str) {
        if line.is_empty() {
            self.event.clear();
        } else if let Some(event) = line.strip_prefix("event: ") {
            event.clone_into(&mut self.event);
        } else if let Some(data) = line.strip_prefix("data: ") {
            let data: Value = serde_json::from_str(data).unwrap_or_default();
            match self.event.as_str() {
                "" => self.text.push_str(data.as_str().unwrap_or_default()),
                "finished" => self.finished = true,
                "error" => {
                    let part = |name: &str| data[name].as_str().unwrap_or_default().to_owned();
                    self.failure = Some((format!("stream {}", part("code")), part("message")));
                }
                _ => {}
            }
        }
    }

    fn outcome(self) -> Outcome {
        match self.failure {
            Some((kind, message)) => Outcome::Failed { kind, message },
            None if self.finished => Outcome::Answered(self.text),
            None => Outcome::failed("stream cut short", self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(stream: &[&str]) -> Outcome {
        let mut events = Events::default();
        for part in stream {
            events.read(part.as_bytes());
        }
        events.outcome()
    }

    #[test]
    fn words_join_across_events_and_frames() {
        let stream = [
            "event: sources\ndata: [\"Spans\"]\n\ndata: \"A sp",
            "an\"\n\ndata: \" is\"\n\nevent: finished\ndata: {}\n\n",
        ];
        assert_eq!(outcome(&stream), Outcome::Answered("A span is".into()));
    }

    #[test]
    fn a_stream_without_its_end_has_failed() {
        assert!(matches!(
            outcome(&["data: \"A\"\n\n"]),
            Outcome::Failed { .. }
        ));
        let stream = ["event: error\ndata: {\"code\":\"Internal\",\"message\":\"locked\"}\n\n"];
        assert_eq!(
            outcome(&stream),
            Outcome::failed("stream Internal", "locked")
        );
    }

    #[test]
    fn an_error_body_names_code_and_message() {
        let body = br#"{"error":{"code":"Internal","message":"fts5: syntax error"}}"#;
        let outcome = whole(StatusCode::INTERNAL_SERVER_ERROR, body);
        assert_eq!(
            outcome,
            Outcome::failed("500 Internal", "fts5: syntax error")
        );
    }
}
