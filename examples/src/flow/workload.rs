//! The requests that are sent: a handful that show the cases, or a mix of them as load.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rusqlite::Connection;
use tokio::task::JoinSet;

use super::client::{Ask, Exchange, GatewayClient};

const QUESTIONS: [&str; 12] = [
    "What is a span?",
    "How does sampling keep every error?",
    "Which header carries the trace id?",
    "What is a correlation id for?",
    "How do I trace a gRPC service?",
    "How does full-text search rank documents?",
    "What does an n-gram model know?",
    "When is a segment dropped?",
    "How are spans exported over OTLP?",
    "What should an attribute be called?",
    "How does baggage differ from attributes?",
    "What happens to spans at shutdown?",
];

const COMPARISON: &str = "compare: guides";
/// A full-text expression whose parenthesis is never closed.
const MALFORMED: &str = "fts: span AND (trace";

/// A request that shows one thing.
pub(crate) struct Case {
    pub(crate) title: &'static str,
    pub(crate) ask: Ask,
    /// Whether another connection holds the database locked meanwhile.
    pub(crate) lock_database: bool,
    /// Whether it is meant to fail.
    pub(crate) fails: bool,
}

/// The cases, in the order in which they are shown.
pub(crate) fn cases() -> Vec<Case> {
    let case = |title, ask| Case {
        title,
        ask,
        lock_database: false,
        fails: false,
    };
    vec![
        case("plain", Ask::Whole(QUESTIONS[0].into())),
        case("streamed", Ask::Streamed(QUESTIONS[1].into())),
        Case {
            fails: true,
            ..case(
                "fails in the database: a malformed expression",
                Ask::Whole(MALFORMED.into()),
            )
        },
        Case {
            fails: true,
            lock_database: true,
            ..case(
                "fails in the database: locked past its timeout",
                Ask::Document {
                    title: "A note".into(),
                    text: "It is written while a backup holds the database.".into(),
                },
            )
        },
        case(
            "the client hangs up midway",
            Ask::HangUp(QUESTIONS[4].into()),
        ),
        case(
            "slow: every document is compared",
            Ask::Whole(COMPARISON.into()),
        ),
    ]
}

/// Sends the case's request.
pub(crate) async fn send_case(
    gateway: &GatewayClient,
    database: &Path,
    case: &Case,
    correlation_id: String,
) -> Result<Exchange, rusqlite::Error> {
    let lock = case
        .lock_database
        .then(|| lock(database.to_owned()))
        .transpose()?;
    let exchange = gateway.send(case.ask.clone(), correlation_id).await;
    drop(lock);
    Ok(exchange)
}

/// Sends `requests` of the mix, `concurrency` at once. `name` gives each its correlation id.
pub(crate) async fn load(
    gateway: &GatewayClient,
    requests: u32,
    concurrency: u32,
    name: impl Fn(u32) -> String + Clone + Send + 'static,
) -> Vec<Exchange> {
    let next = Arc::new(AtomicU32::new(0));
    let mut clients = JoinSet::new();
    for _ in 0..concurrency.min(requests) {
        let (gateway, next, name) = (gateway.clone(), Arc::clone(&next), name.clone());
        clients.spawn(async move {
            let mut exchanges = Vec::new();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= requests {
                    return exchanges;
                }
                exchanges.push(gateway.send(mix(index), name(index)).await);
            }
        });
    }
    clients.join_all().await.into_iter().flatten().collect()
}

/// Whether the request was meant to fail.
pub(crate) fn is_meant_to_fail(ask: &Ask) -> bool {
    matches!(ask, Ask::Whole(question) if question == MALFORMED)
}

/// Of a hundred requests: 77 plain, 10 streamed, 5 that fail, 5 that add a document, 2 hung up, 1 slow.
fn mix(index: u32) -> Ask {
    let question = || QUESTIONS[index as usize % QUESTIONS.len()].to_owned();
    match index % 100 {
        59 => Ask::Whole(COMPARISON.to_owned()),
        13 | 63 => Ask::HangUp(question()),
        index if index % 20 == 7 => Ask::Whole(MALFORMED.to_owned()),
        index if index % 20 == 17 => Ask::Document {
            title: format!("Note {index}"),
            text: format!("What was learned from request {index}."),
        },
        index if index % 10 == 4 => Ask::Streamed(question()),
        _ => Ask::Whole(question()),
    }
}

/// Locks the database as a backup or a migration would, until it is dropped.
fn lock(database: PathBuf) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(database)?;
    connection.execute_batch("BEGIN EXCLUSIVE")?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_is_as_described() {
        let count = |kind: fn(&Ask) -> bool| (0..100).map(mix).filter(kind).count();
        assert_eq!(count(|ask| matches!(ask, Ask::Whole(_))), 83);
        assert_eq!(count(is_meant_to_fail), 5);
        assert_eq!(count(|ask| matches!(ask, Ask::Streamed(_))), 10);
        assert_eq!(count(|ask| matches!(ask, Ask::HangUp(_))), 2);
        assert_eq!(count(|ask| matches!(ask, Ask::Document { .. })), 5);
    }
}
