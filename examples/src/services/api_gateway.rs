//! `api-gateway`: HTTP in, gRPC out. Questions and documents arrive as JSON; answers leave as JSON or, word by word, as
//! server-sent events.

use std::convert::Infallible;
use std::fmt;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use phoenix_trace::{
    Edge, ForcedTracing, HttpServerLayer, attribute_keys, phoenix_main, record, traced_operation,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};

use super::wiring::{BoxError, TracedChannel, channel, listen, setting};
use crate::rpc::orchestrator::answer_part::Part;
use crate::rpc::orchestrator::orchestrator_client::OrchestratorClient;
use crate::rpc::orchestrator::{Answer, AnswerPart, AskRequest, NewDocument};

type Orchestrator = OrchestratorClient<TracedChannel>;

attribute_keys! {
    mod keys {
        /// How long the question is, in characters.
        QUESTION_LENGTH: "phoenix.question.length" => int,
        /// How many documents the answer names as its sources.
        SOURCES: "phoenix.answer.sources" => int,
    }
}

#[derive(Deserialize)]
struct Question {
    question: String,
    #[serde(default)]
    stream: bool,
}

#[derive(Deserialize)]
struct Document {
    title: String,
    text: String,
}

#[derive(Serialize)]
struct AnswerBody {
    answer: String,
    sources: Vec<String>,
    model: String,
    input_tokens: u32,
    output_tokens: u32,
}

#[phoenix_main(service = "api-gateway")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let orchestrator =
        OrchestratorClient::new(channel("ORCHESTRATOR_URL", "orchestrator-service")?);
    let layer = HttpServerLayer::new().exclude("/healthz");
    let layer = match setting("PUBLIC_EDGE").as_deref() {
        Some("false") => layer,
        _ => layer.edge(edge()),
    };
    let app = Router::new()
        .route("/v1/ask", post(ask))
        .route("/v1/documents", post(add_document))
        .route("/healthz", get(|| async { "ok" }))
        .with_state(orchestrator)
        .layer(layer);
    axum::serve(listen().await?, app)
        .with_graceful_shutdown(phoenix_trace::shutdown_signal())
        .await?;
    Ok(())
}

/// Clients are not believed, unless `PUBLIC_EDGE=false` says that all are inside, but may name their requests. Whoever knows `FORCED_TRACING_CREDENTIAL` may have a trace kept.
fn edge() -> Edge {
    let edge = Edge::new().accept_correlation_id();
    match setting("FORCED_TRACING_CREDENTIAL") {
        Some(credential) => edge.forced_tracing(ForcedTracing::new(credential.as_bytes())),
        None => edge,
    }
}

async fn ask(
    State(orchestrator): State<Orchestrator>,
    body: Result<Json<Question>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(Question { question, stream }) = body?;
    if stream {
        answer_in_parts(orchestrator, question).await
    } else {
        answer(orchestrator, question).await
    }
}

#[traced_operation(
    name = "answer",
    attributes(keys::QUESTION_LENGTH = question.chars().count()),
    err(if = |failure: &Failure| failure.is_ours())
)]
async fn answer(mut orchestrator: Orchestrator, question: String) -> Result<Response, Failure> {
    let answer = orchestrator
        .ask(AskRequest { question })
        .await?
        .into_inner();
    record!(keys::SOURCES = answer.sources.len());
    tracing::info!(sources = answer.sources.len(), "answered");
    Ok(Json(AnswerBody::from(answer)).into_response())
}

#[traced_operation(
    name = "answer in parts",
    attributes(keys::QUESTION_LENGTH = question.chars().count()),
    err(if = |failure: &Failure| failure.is_ours())
)]
async fn answer_in_parts(
    mut orchestrator: Orchestrator,
    question: String,
) -> Result<Response, Failure> {
    let parts = orchestrator.ask_stream(AskRequest { question }).await?;
    let events = parts.into_inner().map(|part| event(part).or_else(broken));
    Ok(Sse::new(events).into_response())
}

async fn add_document(
    State(mut orchestrator): State<Orchestrator>,
    body: Result<Json<Document>, JsonRejection>,
) -> Result<Response, Failure> {
    let Json(Document { title, text }) = body?;
    let added = orchestrator
        .add_document(NewDocument { title, text })
        .await?;
    let body = Json(json!({ "id": added.into_inner().id }));
    Ok((StatusCode::CREATED, body).into_response())
}

/// One part of a streamed answer as one event.
fn event(part: Result<AnswerPart, Status>) -> Result<Event, axum::Error> {
    match part {
        Ok(AnswerPart { part }) => match part {
            Some(Part::Sources(sources)) => {
                Event::default().event("sources").json_data(sources.titles)
            }
            Some(Part::Text(text)) => Event::default().json_data(text),
            Some(Part::Finished(finished)) => Event::default().event("finished").json_data(json!({
                "model": finished.model,
                "input_tokens": finished.input_tokens,
                "output_tokens": finished.output_tokens,
            })),
            None => Ok(Event::default().comment("")),
        },
        Err(status) => Event::default()
            .event("error")
            .json_data(json!({ "code": status.code().description(), "message": status.message() })),
    }
}

/// An event that could not be written as JSON is told as an error of the stream.
fn broken(error: axum::Error) -> Result<Event, Infallible> {
    Ok(Event::default()
        .event("error")
        .data(error.to_string().replace(['\r', '\n'], " ")))
}

impl From<Answer> for AnswerBody {
    fn from(answer: Answer) -> Self {
        Self {
            answer: answer.text,
            sources: answer.sources,
            model: answer.model,
            input_tokens: answer.input_tokens,
            output_tokens: answer.output_tokens,
        }
    }
}

/// Why a request was not answered: the client's JSON, or a service behind the gateway.
#[derive(Debug)]
enum Failure {
    Body(JsonRejection),
    Backend(Status),
}

impl Failure {
    /// Whether the platform failed, and not the client.
    fn is_ours(&self) -> bool {
        self.http_status().is_server_error()
    }

    fn http_status(&self) -> StatusCode {
        match self {
            Self::Body(rejection) => rejection.status(),
            Self::Backend(status) => http_status(status.code()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(rejection) => f.write_str(&rejection.body_text()),
            Self::Backend(status) => f.write_str(status.message()),
        }
    }
}

impl std::error::Error for Failure {}

impl From<JsonRejection> for Failure {
    fn from(rejection: JsonRejection) -> Self {
        Self::Body(rejection)
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        Self::Backend(status)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        if self.is_ours() {
            let error: &(dyn std::error::Error + 'static) = &self;
            tracing::error!(
                error,
                status = self.http_status().as_u16(),
                "the request failed"
            );
        }
        let code = match &self {
            Self::Body(_) => "BadRequest".to_owned(),
            Self::Backend(status) => format!("{:?}", status.code()),
        };
        let body = json!({ "error": { "code": code, "message": self.to_string() } });
        (self.http_status(), Json(body)).into_response()
    }
}

fn http_status(code: Code) -> StatusCode {
    match code {
        Code::InvalidArgument | Code::OutOfRange | Code::FailedPrecondition => {
            StatusCode::BAD_REQUEST
        }
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
