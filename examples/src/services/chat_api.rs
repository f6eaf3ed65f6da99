//! A client for OpenAI-compatible chat completions over HTTP: a prompt in; a completion, whole or piece by piece, out.

use std::fmt;
use std::io;

use bytes::Bytes;
use http::{Method, Request, Response, Uri, header};
use http_body::Body;
use http_body_util::{BodyDataStream, BodyExt as _, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use phoenix_trace::http::HttpClient;
use phoenix_trace::{HttpClientLayer, UrlTemplate};
use serde::{Deserialize, Serialize};
use tokio_stream::StreamExt as _;
use tokio_util::codec::{FramedRead, LinesCodec};
use tokio_util::io::StreamReader;
use tower::{Layer as _, ServiceExt as _};

use super::wiring::{BoxError, setting};

const PATH: &str = "/v1/chat/completions";

/// The longest answer, and the longest line of a streamed one, that is read.
const MAX_ANSWER: usize = 1024 * 1024;
const MAX_LINE: usize = 64 * 1024;

/// A client whose requests are traced.
type TracedClient = HttpClient<Client<HttpConnector, Full<Bytes>>>;

/// Where the model is, and its name.
#[derive(Clone)]
pub(super) struct ChatApi {
    client: TracedClient,
    endpoint: Uri,
    pub(super) model: String,
    pub(super) provider: String,
}

#[derive(Serialize)]
pub(super) struct Message {
    pub(super) role: &'static str,
    pub(super) content: String,
}

#[derive(Serialize)]
struct ChatRequest<'a> {
    model: &'a str,
    messages: &'a [Message],
    max_tokens: u32,
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// A whole answer, or one piece of a streamed one: its text and, in the last piece, what it cost.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) usage: Option<Usage>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq)]
pub(super) struct Usage {
    pub(super) prompt_tokens: u32,
    pub(super) completion_tokens: u32,
}

#[derive(Deserialize)]
struct ChatResponse {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(alias = "delta")]
    message: Content,
}

#[derive(Deserialize)]
struct Content {
    content: Option<String>,
}

impl ChatApi {
    /// `base` is the URL of the server, without `/v1/chat/completions`.
    pub(super) fn new(
        base: &str,
        model: String,
        provider: String,
    ) -> Result<Self, http::uri::InvalidUri> {
        // Whoever serves the model is not a part of the platform, and learns nothing of its requests, unless it is named.
        let insiders = setting("LLM_PROPAGATE_TO").unwrap_or_default();
        let insiders = insiders.split(',').filter(|host| !host.is_empty());
        let traced = HttpClientLayer::new().propagate_to(insiders);
        Ok(Self {
            client: traced.layer(Client::builder(TokioExecutor::new()).build_http()),
            endpoint: format!("{}{PATH}", base.trim_end_matches('/')).parse()?,
            model,
            provider,
        })
    }

    /// The whole answer at once.
    pub(super) async fn complete(
        &self,
        messages: &[Message],
        max_tokens: u32,
    ) -> Result<Piece, ChatError> {
        let response = self.send(messages, max_tokens, false).await?;
        let body = Limited::new(response.into_body(), MAX_ANSWER)
            .collect()
            .await
            .map_err(ChatError::Read)?;
        piece(&body.to_bytes())
    }

    /// Hands each piece of the answer to `each`, until the answer ends or `each` returns `false`.
    pub(super) async fn stream<F>(
        &self,
        messages: &[Message],
        max_tokens: u32,
        mut each: impl FnMut(Piece) -> F,
    ) -> Result<(), ChatError>
    where
        F: Future<Output = bool>,
    {
        let response = self.send(messages, max_tokens, true).await?;
        let body =
            BodyDataStream::new(response.into_body()).map(|data| data.map_err(io::Error::other));
        let lines = LinesCodec::new_with_max_length(MAX_LINE);
        let mut lines = FramedRead::new(StreamReader::new(body), lines);
        while let Some(line) = lines.next().await {
            let line = line.map_err(|error| ChatError::Read(error.into()))?;
            let Some(data) = line.strip_prefix("data:").map(str::trim) else {
                continue;
            };
            if data == "[DONE]" {
                // The body is read to its end: so the request has ended, and its connection can be used again.
                while lines.next().await.is_some_and(|line| line.is_ok()) {}
                return Ok(());
            }
            if !each(piece(data.as_bytes())?).await {
                return Ok(());
            }
        }
        Err(ChatError::CutShort)
    }

    async fn send(
        &self,
        messages: &[Message],
        max_tokens: u32,
        stream: bool,
    ) -> Result<Response<impl Body<Data = Bytes, Error: Into<BoxError>> + use<>>, ChatError> {
        let body = serde_json::to_vec(&ChatRequest {
            model: &self.model,
            messages,
            max_tokens,
            stream,
            stream_options: stream.then_some(StreamOptions {
                include_usage: true,
            }),
        })
        .map_err(ChatError::Json)?;
        let request = Request::builder()
            .method(Method::POST)
            .uri(self.endpoint.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .extension(UrlTemplate::from(PATH))
            .body(Full::from(body))
            .map_err(ChatError::Request)?;
        let response = self
            .client
            .clone()
            .oneshot(request)
            .await
            .map_err(|error| ChatError::Unreachable(error.into()))?;
        if response.status().is_success() {
            Ok(response)
        } else {
            Err(ChatError::Refused(response.status()))
        }
    }
}

fn piece(json: &[u8]) -> Result<Piece, ChatError> {
    let response: ChatResponse = serde_json::from_slice(json).map_err(ChatError::Json)?;
    let text = response
        .choices
        .into_iter()
        .next()
        .and_then(|choice| choice.message.content)
        .unwrap_or_default();
    Ok(Piece {
        text,
        usage: response.usage,
    })
}

/// Why the model gave no answer, or only a part of one.
#[derive(Debug)]
pub(super) enum ChatError {
    Request(http::Error),
    Unreachable(BoxError),
    Refused(http::StatusCode),
    Read(BoxError),
    Json(serde_json::Error),
    CutShort,
}

impl fmt::Display for ChatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(error) => write!(f, "the request for the model is malformed: {error}"),
            Self::Unreachable(error) => write!(f, "the model server cannot be reached: {error}"),
            Self::Refused(status) => write!(f, "the model server answered {status}"),
            Self::Read(error) => write!(f, "the model's answer broke off: {error}"),
            Self::Json(error) => write!(f, "the model's answer is not a chat completion: {error}"),
            Self::CutShort => f.write_str("the model's answer ended before its end mark"),
        }
    }
}

impl std::error::Error for ChatError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(json: &str, text: &str, tokens: Option<u32>) {
        let piece = piece(json.as_bytes()).expect("a completion");
        assert_eq!(piece.text, text);
        assert_eq!(piece.usage.map(|usage| usage.completion_tokens), tokens);
    }

    #[test]
    fn whole_answers_pieces_and_usage_are_read() {
        let usage = r#""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}"#;
        let whole = format!(r#"{{"choices":[{{"message":{{"content":"a span"}}}}],{usage}}}"#);
        check(&whole, "a span", Some(2));
        check(r#"{"choices":[{"delta":{"content":" is"}}]}"#, " is", None);
        check(r#"{"choices":[{"delta":{"role":"assistant"}}]}"#, "", None);
        check(&format!(r#"{{"choices":[],{usage}}}"#), "", Some(2));
    }

    #[test]
    fn what_is_no_completion_says_so() {
        let error = piece(b"<html>").err().map(|error| error.to_string());
        assert!(error.is_some_and(|error| error.contains("not a chat completion")));
    }
}
