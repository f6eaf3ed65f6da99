//! The platform: five services as a team would write them, and the model server that stands for a provider outside.
//! Each is a process of its own; each has a `main` in a module of its own.

pub(crate) mod wiring;

pub(crate) mod api_gateway;
pub(crate) mod orchestrator;

pub(crate) mod data_router;
mod glossary;

mod document_query;
pub(crate) mod document_service;
mod document_store;

mod chat_api;
pub(crate) mod llm_service;

pub(crate) mod model_server;
mod ngram;

/// The documents that the repository carries, each with its title as the first line.
static DOCUMENTS: &[&str] = include!(concat!(env!("OUT_DIR"), "/documents.rs"));

/// Title and text of each document of the repository.
fn documents() -> impl Iterator<Item = (&'static str, &'static str)> {
    DOCUMENTS.iter().filter_map(|document| {
        let (title, text) = document.split_once('\n')?;
        Some((title.trim_start_matches("# ").trim(), text.trim()))
    })
}
