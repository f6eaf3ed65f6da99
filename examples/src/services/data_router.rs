//! `data-router`: a question and the kinds of data wanted in, findings out. It knows which backend holds which kind, and
//! asks them side by side.

use phoenix_trace::{attribute_keys, phoenix_main, record, traced_grpc_service, traced_operation};
use tokio_util::task::AbortOnDropHandle;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::glossary;
use super::wiring::{BoxError, TracedChannel, channel, health, listen};
use crate::rpc::documents::documents_client::DocumentsClient;
use crate::rpc::documents::{LikenessRequest, NewDocument, SearchRequest, TitlesRequest};
use crate::rpc::router::data_router_server::{self, DataRouterServer};
use crate::rpc::router::{DataKind, Document, FindRequest, Finding, Findings, Stored};

attribute_keys! {
    mod keys {
        /// The kind of data that is looked up.
        KIND: "phoenix.lookup.kind" => string,
        /// Where this kind of data is kept.
        BACKEND: "phoenix.lookup.backend" => string,
        /// How much was found.
        FOUND: "phoenix.lookup.found" => int,
    }
}

struct Service {
    documents: DocumentsClient<TracedChannel>,
}

/// Where a kind of data is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Backend {
    /// The full-text index of the document service.
    Index { expression: bool },
    /// The document service's list of titles.
    Catalogue,
    /// The document service's comparison of all its documents.
    Comparison,
    /// This service's own memory.
    Glossary,
}

/// One kind of data to look up.
struct Lookup {
    kind: DataKind,
    question: String,
    limit: u32,
}

#[phoenix_main(service = "data-router")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let service = Service {
        documents: DocumentsClient::new(channel("DOCUMENT_SERVICE_URL", "document-service")?),
    };
    Server::builder()
        .add_service(health::<DataRouterServer<Service>>().await)
        .add_service(DataRouterServer::new(service))
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listen().await?).with_nodelay(Some(true)),
            phoenix_trace::shutdown_signal(),
        )
        .await?;
    Ok(())
}

#[traced_grpc_service]
#[tonic::async_trait]
impl data_router_server::DataRouter for Service {
    async fn find(&self, request: Request<FindRequest>) -> Result<Response<Findings>, Status> {
        let request = request.into_inner();
        let lookups: Vec<_> = request
            .kinds()
            .map(|kind| Lookup {
                kind,
                question: request.question.clone(),
                limit: request.limit,
            })
            .map(|lookup| phoenix_trace::spawn(look_up(self.documents.clone(), lookup)))
            .map(AbortOnDropHandle::new)
            .collect();
        let mut findings = Vec::new();
        for lookup in lookups {
            let found = lookup.await;
            findings.extend(found.map_err(|error| Status::internal(error.to_string()))??);
        }
        Ok(Response::new(Findings { findings }))
    }

    async fn store(&self, request: Request<Document>) -> Result<Response<Stored>, Status> {
        let Document { title, text } = request.into_inner();
        let document = NewDocument { title, text };
        let added = self.documents.clone().add(document).await?;
        Ok(Response::new(Stored {
            id: added.into_inner().id,
        }))
    }
}

#[traced_operation(name = "look up", attributes(keys::KIND = lookup.kind.word()))]
async fn look_up(
    documents: DocumentsClient<TracedChannel>,
    lookup: Lookup,
) -> Result<Vec<Finding>, Status> {
    let backend = backend(lookup.kind)?;
    record!(keys::BACKEND = backend.name());
    let found = match backend {
        Backend::Index { expression } => passages(documents, lookup, expression).await?,
        Backend::Catalogue => titles(documents, lookup).await?,
        Backend::Comparison => likeness(documents, lookup).await?,
        Backend::Glossary => terms(&lookup),
    };
    record!(keys::FOUND = found.len());
    tracing::info!(backend = backend.name(), found = found.len(), "looked up");
    Ok(found)
}

impl Backend {
    fn name(self) -> &'static str {
        match self {
            Self::Index { .. } => "full-text index",
            Self::Catalogue => "catalogue",
            Self::Comparison => "comparison",
            Self::Glossary => "glossary",
        }
    }
}

fn backend(kind: DataKind) -> Result<Backend, Status> {
    match kind {
        DataKind::Unspecified => Err(Status::invalid_argument("a lookup names no kind of data")),
        DataKind::Passages => Ok(Backend::Index { expression: false }),
        DataKind::Expression => Ok(Backend::Index { expression: true }),
        DataKind::Titles => Ok(Backend::Catalogue),
        DataKind::Likeness => Ok(Backend::Comparison),
        DataKind::Terms => Ok(Backend::Glossary),
    }
}

async fn passages(
    mut documents: DocumentsClient<TracedChannel>,
    lookup: Lookup,
    expression: bool,
) -> Result<Vec<Finding>, Status> {
    let request = SearchRequest {
        query: lookup.question,
        expression,
        limit: lookup.limit,
    };
    let passages = documents.search(request).await?.into_inner().passages;
    Ok(passages
        .into_iter()
        .map(|passage| finding(lookup.kind, passage.title, passage.text))
        .collect())
}

async fn titles(
    mut documents: DocumentsClient<TracedChannel>,
    lookup: Lookup,
) -> Result<Vec<Finding>, Status> {
    let request = TitlesRequest {
        words: lookup
            .question
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        limit: lookup.limit,
    };
    let titles = documents.titles(request).await?.into_inner().titles;
    Ok(titles
        .into_iter()
        .map(|title| finding(lookup.kind, title.clone(), title))
        .collect())
}

async fn likeness(
    mut documents: DocumentsClient<TracedChannel>,
    lookup: Lookup,
) -> Result<Vec<Finding>, Status> {
    let request = LikenessRequest {
        limit: lookup.limit,
    };
    let rows = documents.likeness(request).await?.into_inner().rows;
    Ok(rows
        .into_iter()
        .map(|row| {
            let text = format!(
                "{} and {} share {} stems.",
                row.first, row.second, row.shared_stems
            );
            finding(lookup.kind, row.first, text)
        })
        .collect())
}

fn terms(lookup: &Lookup) -> Vec<Finding> {
    glossary::explain(&lookup.question)
        .map(|(term, meaning)| finding(lookup.kind, term.to_owned(), meaning.to_owned()))
        .collect()
}

fn finding(kind: DataKind, title: String, text: String) -> Finding {
    Finding {
        kind: kind.into(),
        title,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_data_has_its_backend() {
        let of = |kind| backend(kind).ok();
        assert_eq!(of(DataKind::Terms), Some(Backend::Glossary));
        assert_eq!(
            of(DataKind::Expression),
            Some(Backend::Index { expression: true })
        );
        assert_eq!(of(DataKind::Unspecified), None);
    }
}
