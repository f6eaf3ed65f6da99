//! `llm-service`: the platform's interface to a language model. A question and passages in, a completion out, whole or
//! streamed; the model itself is behind an OpenAI-compatible HTTP interface at `LLM_URL`.

use phoenix_trace::{current_span, phoenix_main, record, traced_grpc_service, traced_operation};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::chat_api::{ChatApi, ChatError, Message, Piece, Usage};
use super::wiring::{BoxError, health, listen, required, setting};
use crate::rpc::llm::llm_server::{self, LlmServer};
use crate::rpc::llm::{self, Completion, CompletionPart, CompletionRequest};

const DEFAULT_MODEL: &str = "phoenix-ngram";
const DEFAULT_PROVIDER: &str = "phoenix";
const INSTRUCTIONS: &str = "Answer the question in a few sentences, from the passages.";

/// How many pieces of an answer may wait for a client that reads slowly.
const PIECES_AHEAD: usize = 8;

struct Service {
    api: ChatApi,
}

#[phoenix_main(service = "llm-service")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let url = required("LLM_URL", "the URL of an OpenAI-compatible server")?;
    let model = setting("LLM_MODEL").unwrap_or_else(|| DEFAULT_MODEL.into());
    let provider = setting("LLM_PROVIDER").unwrap_or_else(|| DEFAULT_PROVIDER.into());
    let api = ChatApi::new(&url, model, provider)
        .map_err(|error| format!("LLM_URL is {url}: {error}"))?;
    Server::builder()
        .add_service(health::<LlmServer<Service>>().await)
        .add_service(LlmServer::new(Service { api }))
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listen().await?).with_nodelay(Some(true)),
            phoenix_trace::shutdown_signal(),
        )
        .await?;
    Ok(())
}

#[traced_grpc_service]
#[tonic::async_trait]
impl llm_server::Llm for Service {
    async fn complete(
        &self,
        request: Request<CompletionRequest>,
    ) -> Result<Response<Completion>, Status> {
        let answer = chat(&self.api, request.into_inner()).await?;
        Ok(Response::new(Completion {
            text: answer.text,
            model: self.api.model.clone(),
            usage: answer.usage.map(llm::Usage::from),
        }))
    }

    type CompleteStreamStream = ReceiverStream<Result<CompletionPart, Status>>;

    async fn complete_stream(
        &self,
        request: Request<CompletionRequest>,
    ) -> Result<Response<Self::CompleteStreamStream>, Status> {
        let (sender, parts) = mpsc::channel(PIECES_AHEAD);
        let api = self.api.clone();
        phoenix_trace::spawn(async move {
            let result = tokio::select! {
                result = chat_in_pieces(&api, request.into_inner(), &sender) => result,
                // The client has gone: the model need not go on, and the call ends as cancelled.
                () = sender.closed() => Ok(()),
            };
            if let Err(error) = result {
                // It fails if the client has gone meanwhile, and then nobody needs the error.
                let _ = sender.send(Err(error.into())).await;
            }
        });
        Ok(Response::new(ReceiverStream::new(parts)))
    }
}

/// One call of the model, answered at once.
#[traced_operation(
    name = "chat",
    kind = client,
    attributes(
        "gen_ai.operation.name" = "chat",
        "gen_ai.provider.name" = api.provider,
        "gen_ai.request.model" = api.model,
        "gen_ai.request.max_tokens" = request.max_tokens,
    )
)]
async fn chat(api: &ChatApi, request: CompletionRequest) -> Result<Piece, ChatError> {
    current_span().set_name(&format!("chat {}", api.model));
    let max_tokens = request.max_tokens;
    let answer = api.complete(&messages(request), max_tokens).await?;
    record_usage(answer.usage);
    tracing::info!(model = api.model, max_tokens, "completed");
    Ok(answer)
}

/// One call of the model, answered piece by piece; it ends early when the client has gone.
#[traced_operation(
    name = "chat",
    kind = client,
    attributes(
        "gen_ai.operation.name" = "chat",
        "gen_ai.provider.name" = api.provider,
        "gen_ai.request.model" = api.model,
        "gen_ai.request.max_tokens" = request.max_tokens,
    )
)]
async fn chat_in_pieces(
    api: &ChatApi,
    request: CompletionRequest,
    parts: &mpsc::Sender<Result<CompletionPart, Status>>,
) -> Result<(), ChatError> {
    current_span().set_name(&format!("chat {}", api.model));
    let max_tokens = request.max_tokens;
    api.stream(&messages(request), max_tokens, async |piece| {
        record_usage(piece.usage);
        let part = CompletionPart {
            text: piece.text,
            model: api.model.clone(),
            usage: piece.usage.map(llm::Usage::from),
        };
        parts.send(Ok(part)).await.is_ok()
    })
    .await
}

/// What the answer cost, which its last piece tells.
fn record_usage(usage: Option<Usage>) {
    record!(
        "gen_ai.usage.input_tokens" = usage.map(|usage| usage.prompt_tokens),
        "gen_ai.usage.output_tokens" = usage.map(|usage| usage.completion_tokens),
    );
}

fn messages(request: CompletionRequest) -> [Message; 2] {
    let mut prompt = String::new();
    for passage in &request.passages {
        prompt.push_str(passage);
        prompt.push('\n');
    }
    prompt.push_str(&request.question);
    [
        Message {
            role: "system",
            content: INSTRUCTIONS.to_owned(),
        },
        Message {
            role: "user",
            content: prompt,
        },
    ]
}

impl From<Usage> for llm::Usage {
    fn from(usage: Usage) -> Self {
        Self {
            input_tokens: usage.prompt_tokens,
            output_tokens: usage.completion_tokens,
        }
    }
}

impl From<ChatError> for Status {
    fn from(error: ChatError) -> Self {
        match error {
            ChatError::Unreachable(_) => Self::unavailable(error.to_string()),
            _ => Self::internal(error.to_string()),
        }
    }
}
