//! `document-service`: gRPC over SQLite. Searches by full text, lists titles, compares documents and adds them.

use std::path::PathBuf;
use std::sync::Arc;

use phoenix_trace::{phoenix_main, traced_grpc_service};
use rusqlite::ErrorCode;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic::{Request, Response, Status};

use super::document_query::{any_word, words};
use super::document_store::DocumentStore;
use super::documents;
use super::wiring::{BoxError, health, listen, required};
use crate::rpc::documents::documents_server::{self, DocumentsServer};
use crate::rpc::documents::{
    Added, Likeness, LikenessRequest, LikenessTable, NewDocument, Passage, Passages, SearchRequest,
    TitleList, TitlesRequest,
};

struct Service {
    store: Arc<DocumentStore>,
}

#[phoenix_main(service = "document-service")]
pub(crate) async fn main() -> Result<(), BoxError> {
    let path = PathBuf::from(required("DATABASE_PATH", "the file of the documents")?);
    let store = DocumentStore::open(&path, documents())
        .map_err(|error| format!("cannot open {}: {error}", path.display()))?;
    let service = Service {
        store: Arc::new(store),
    };
    Server::builder()
        .add_service(health::<DocumentsServer<Service>>().await)
        .add_service(DocumentsServer::new(service))
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listen().await?).with_nodelay(Some(true)),
            phoenix_trace::shutdown_signal(),
        )
        .await?;
    Ok(())
}

#[traced_grpc_service]
#[tonic::async_trait]
impl documents_server::Documents for Service {
    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<Passages>, Status> {
        let SearchRequest {
            query,
            expression,
            limit,
        } = request.into_inner();
        let query = if expression {
            Some(query)
        } else {
            any_word(&query)
        };
        let found = match query {
            Some(query) => self.run(move |store| store.search(&query, limit)).await?,
            None => Vec::new(),
        };
        tracing::info!(passages = found.len(), "searched");
        let passages = found
            .into_iter()
            .map(|passage| Passage {
                title: passage.title,
                text: passage.text,
            })
            .collect();
        Ok(Response::new(Passages { passages }))
    }

    async fn titles(&self, request: Request<TitlesRequest>) -> Result<Response<TitleList>, Status> {
        let request = request.into_inner();
        let longest = request
            .words
            .iter()
            .flat_map(|word| words(word))
            .max_by_key(String::len);
        let titles = match longest {
            Some(word) => {
                self.run(move |store| store.titles(&word, request.limit))
                    .await?
            }
            None => Vec::new(),
        };
        Ok(Response::new(TitleList { titles }))
    }

    async fn likeness(
        &self,
        request: Request<LikenessRequest>,
    ) -> Result<Response<LikenessTable>, Status> {
        let limit = request.into_inner().limit;
        let alike = self.run(move |store| store.likeness(limit)).await?;
        let rows = alike
            .into_iter()
            .map(|pair| Likeness {
                first: pair.first,
                second: pair.second,
                shared_stems: pair.shared_stems,
            })
            .collect();
        Ok(Response::new(LikenessTable { rows }))
    }

    async fn add(&self, request: Request<NewDocument>) -> Result<Response<Added>, Status> {
        let NewDocument { title, text } = request.into_inner();
        if title.trim().is_empty() || text.trim().is_empty() {
            return Err(Status::invalid_argument(
                "a document needs a title and a text",
            ));
        }
        let id = self.run(move |store| store.add(&title, &text)).await?;
        Ok(Response::new(Added { id }))
    }
}

impl Service {
    /// Runs blocking work on the store apart from the tasks that serve.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&DocumentStore) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Status> {
        let store = Arc::clone(&self.store);
        phoenix_trace::spawn_blocking(move || work(&store))
            .await
            .map_err(|error| Status::internal(error.to_string()))?
            .map_err(|error| {
                tracing::warn!(
                    error = &error as &(dyn std::error::Error + 'static),
                    "the query failed"
                );
                status(&error)
            })
    }
}

/// A locked database may be free later; any other failure is the service's own.
fn status(error: &rusqlite::Error) -> Status {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            Status::unavailable(error.to_string())
        }
        _ => Status::internal(error.to_string()),
    }
}
