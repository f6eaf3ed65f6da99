//! The model server: stands for a language model of a provider, where no other is named. An OpenAI-compatible
//! `POST /v1/chat/completions` in front of an n-gram generator that is trained, at the start, on the documents. Like a
//! provider's server it is not a part of the platform, and not traced.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};
use tokio_stream::{Stream, StreamExt as _};

use super::documents;
use super::ngram::{Model, count_tokens};
use super::wiring::{BoxError, listen};

/// A streamed answer comes at the pace of a fast reader, as those of large models do.
const TIME_PER_WORD: Duration = Duration::from_millis(4);
/// How long requests that are open at a signal may take.
const OPEN_REQUESTS: Duration = Duration::from_secs(5);
const DEFAULT_TOKENS: usize = 60;
const NAME: &str = "phoenix-ngram";

#[derive(Deserialize)]
struct ChatRequest {
    messages: Vec<Message>,
    max_tokens: Option<usize>,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

/// An answer before it is sent: its words, and how many tokens the request had.
struct Answer {
    words: Vec<String>,
    prompt_tokens: u32,
}

#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let model = Arc::new(Model::train(documents().map(|(_, text)| text)));
    let app = Router::new()
        .route("/v1/chat/completions", post(chat))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(model);
    let mut terminate = signal(SignalKind::terminate())?;
    let (ask, asked) = tokio::sync::oneshot::channel::<()>();
    let server = axum::serve(listen().await?, app).with_graceful_shutdown(async {
        let _ = asked.await;
    });
    // Requests that are open at the signal get their time; a second signal takes it away.
    let end = async {
        terminate.recv().await;
        drop(ask);
        let _ = tokio::time::timeout(OPEN_REQUESTS, terminate.recv()).await;
    };
    tokio::select! {
        ended = server => ended?,
        () = end => {}
    }
    Ok(())
}

async fn chat(State(model): State<Arc<Model>>, Json(request): Json<ChatRequest>) -> Response {
    let stream = request.stream;
    let answer = answer(&model, &request);
    if stream {
        Sse::new(pieces(answer)).into_response()
    } else {
        Json(whole(&answer)).into_response()
    }
}

fn answer(model: &Model, request: &ChatRequest) -> Answer {
    let prompt = request
        .messages
        .last()
        .map_or("", |message| message.content.as_str());
    let introduction = format!(
        "I am an n-gram generator with {} words, not a language model; this is only likely text:",
        model.vocabulary()
    );
    let words = introduction
        .split_inclusive(' ')
        .map(str::to_owned)
        .chain([" ".to_owned()])
        .chain(model.generate(prompt))
        .take(request.max_tokens.unwrap_or(DEFAULT_TOKENS))
        .collect();
    let prompt_tokens = request
        .messages
        .iter()
        .map(|message| count_tokens(&message.content))
        .sum();
    Answer {
        words,
        prompt_tokens,
    }
}

fn whole(answer: &Answer) -> Value {
    json!({
        "object": "chat.completion",
        "model": NAME,
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": answer.words.concat() },
            "finish_reason": "stop",
        }],
        "usage": usage(answer),
    })
}

/// One chunk for each word, then the usage, then the end mark.
fn pieces(answer: Answer) -> impl Stream<Item = Result<Event, Infallible>> {
    let last = chunk(json!([]), usage(&answer));
    let words: Vec<String> = answer
        .words
        .into_iter()
        .map(|word| {
            let choices = json!([{ "index": 0, "delta": { "content": word } }]);
            chunk(choices, Value::Null)
        })
        .collect();
    tokio_stream::iter(words)
        .throttle(TIME_PER_WORD)
        .chain(tokio_stream::iter([last, "[DONE]".to_owned()]))
        .map(|data| Ok(Event::default().data(data)))
}

fn chunk(choices: Value, usage: Value) -> String {
    json!({ "object": "chat.completion.chunk", "model": NAME, "choices": choices, "usage": usage })
        .to_string()
}

fn usage(answer: &Answer) -> Value {
    let completion_tokens = u32::try_from(answer.words.len()).unwrap_or(u32::MAX);
    json!({
        "prompt_tokens": answer.prompt_tokens,
        "completion_tokens": completion_tokens,
        "total_tokens": answer.prompt_tokens.saturating_add(completion_tokens),
    })
}
