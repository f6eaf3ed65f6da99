//! `orchestrator-service`: a question in, an answer out. It plans the request, finds documents through the data router
//! and has the language model answer from them.

use std::pin::Pin;

use phoenix_trace::{attribute_keys, phoenix_main, record, traced_grpc_service, traced_operation};
use tokio_stream::{Stream, StreamExt as _};
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::wiring::{BoxError, TracedChannel, channel, health, listen};
use crate::rpc::llm::llm_client::LlmClient;
use crate::rpc::llm::{CompletionPart, CompletionRequest};
use crate::rpc::orchestrator::answer_part::Part;
use crate::rpc::orchestrator::orchestrator_server::{self, OrchestratorServer};
use crate::rpc::orchestrator::{
    Answer, AnswerPart, AskRequest, DocumentAdded, Finished, NewDocument, Sources,
};
use crate::rpc::router::data_router_client::DataRouterClient;
use crate::rpc::router::{DataKind, Document, FindRequest, Finding};

attribute_keys! {
    mod keys {
        /// The kinds of data that a plan asks for.
        PLAN_KINDS: "phoenix.plan.kinds" => string[],
        /// How much was found.
        FINDINGS: "phoenix.findings" => int,
    }
}

const MAX_FINDINGS: u32 = 4;
const MAX_TOKENS: u32 = 60;

struct Service {
    router: DataRouterClient<TracedChannel>,
    llm: LlmClient<TracedChannel>,
}

/// What a question asks for, and of which kinds of data.
struct Plan {
    question: String,
    kinds: Vec<DataKind>,
}

#[phoenix_main(service = "orchestrator-service")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let service = Service {
        router: DataRouterClient::new(channel("DATA_ROUTER_URL", "data-router")?),
        llm: LlmClient::new(channel("LLM_SERVICE_URL", "llm-service")?),
    };
    Server::builder()
        .add_service(health::<OrchestratorServer<Service>>().await)
        .add_service(OrchestratorServer::new(service))
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listen().await?).with_nodelay(Some(true)),
            phoenix_trace::shutdown_signal(),
        )
        .await?;
    Ok(())
}

#[traced_grpc_service]
#[tonic::async_trait]
impl orchestrator_server::Orchestrator for Service {
    async fn ask(&self, request: Request<AskRequest>) -> Result<Response<Answer>, Status> {
        let plan = plan(&request.get_ref().question)?;
        let findings = self.find(&plan).await?;
        let sources = titles(&findings);
        let completion = self
            .llm
            .clone()
            .complete(completion_request(plan, findings))
            .await?
            .into_inner();
        let usage = completion.usage.unwrap_or_default();
        Ok(Response::new(Answer {
            text: completion.text,
            sources,
            model: completion.model,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
        }))
    }

    type AskStreamStream = Pin<Box<dyn Stream<Item = Result<AnswerPart, Status>> + Send>>;

    async fn ask_stream(
        &self,
        request: Request<AskRequest>,
    ) -> Result<Response<Self::AskStreamStream>, Status> {
        let plan = plan(&request.get_ref().question)?;
        let findings = self.find(&plan).await?;
        let titles = titles(&findings);
        let completion = self
            .llm
            .clone()
            .complete_stream(completion_request(plan, findings))
            .await?
            .into_inner();
        let sources = tokio_stream::once(Ok(part(Part::Sources(Sources { titles }))));
        let words = completion.map(|step| step.map(answer_part));
        Ok(Response::new(Box::pin(sources.chain(words))))
    }

    async fn add_document(
        &self,
        request: Request<NewDocument>,
    ) -> Result<Response<DocumentAdded>, Status> {
        let NewDocument { title, text } = request.into_inner();
        let stored = self.router.clone().store(Document { title, text }).await?;
        Ok(Response::new(DocumentAdded {
            id: stored.into_inner().id,
        }))
    }
}

impl Service {
    #[traced_operation(name = "find documents", attributes(keys::PLAN_KINDS = plan.kind_words()))]
    async fn find(&self, plan: &Plan) -> Result<Vec<Finding>, Status> {
        let request = FindRequest {
            question: plan.question.clone(),
            kinds: plan.kinds.iter().map(|kind| i32::from(*kind)).collect(),
            limit: MAX_FINDINGS,
        };
        let findings = self
            .router
            .clone()
            .find(request)
            .await?
            .into_inner()
            .findings;
        record!(keys::FINDINGS = findings.len());
        tracing::info!(kinds = ?plan.kind_words(), findings = findings.len(), "found documents");
        Ok(findings)
    }
}

impl Plan {
    fn kind_words(&self) -> Vec<&'static str> {
        self.kinds.iter().map(|kind| kind.word()).collect()
    }
}

/// `fts: …` is a full-text expression, `compare: …` asks which documents are alike, all else is a question in words.
/// What it refuses is the client's mistake, and no error of the platform.
#[traced_operation(name = "plan", err = skip)]
fn plan(question: &str) -> Result<Plan, Status> {
    let question = question.trim();
    if question.is_empty() {
        return Err(Status::invalid_argument("the question is empty"));
    }
    let (kinds, question) = if let Some(expression) = question.strip_prefix("fts:") {
        (vec![DataKind::Expression], expression.trim())
    } else if let Some(subject) = question.strip_prefix("compare:") {
        (vec![DataKind::Likeness, DataKind::Titles], subject.trim())
    } else {
        let kinds = vec![DataKind::Passages, DataKind::Titles, DataKind::Terms];
        (kinds, question)
    };
    Ok(Plan {
        question: question.to_owned(),
        kinds,
    })
}

fn completion_request(plan: Plan, findings: Vec<Finding>) -> CompletionRequest {
    CompletionRequest {
        question: plan.question,
        passages: findings.into_iter().map(|finding| finding.text).collect(),
        max_tokens: MAX_TOKENS,
    }
}

/// The titles of what was found, each once, in the order of the findings.
fn titles(findings: &[Finding]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for finding in findings {
        if !titles.contains(&finding.title) {
            titles.push(finding.title.clone());
        }
    }
    titles
}

fn answer_part(step: CompletionPart) -> AnswerPart {
    match step.usage {
        Some(usage) => part(Part::Finished(Finished {
            model: step.model,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
        })),
        None => part(Part::Text(step.text)),
    }
}

fn part(part: Part) -> AnswerPart {
    AnswerPart { part: Some(part) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(question: &str) -> Vec<DataKind> {
        plan(question).map(|plan| plan.kinds).unwrap_or_default()
    }

    #[test]
    fn the_prefix_of_a_question_chooses_the_kinds_of_data() {
        assert_eq!(kinds("fts: trace AND"), [DataKind::Expression]);
        assert_eq!(kinds("compare: guides")[0], DataKind::Likeness);
        assert_eq!(kinds("what is a span?").len(), 3);
    }

    #[test]
    fn an_empty_question_is_the_clients_mistake() {
        let refused = plan("  ").err().map(|status| status.code());
        assert_eq!(refused, Some(tonic::Code::InvalidArgument));
    }
}
