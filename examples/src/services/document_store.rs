//! The documents in SQLite: connections, schema, and the four statements that the service runs. Everything here blocks.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use phoenix_trace::db_span;
use rusqlite::{Connection, Error, Params, Result, Row, TransactionBehavior, params};

use super::document_query::words;

/// The name of the database on its spans.
const NAMESPACE: &str = "documents";

/// How long a statement waits for another connection's lock before it fails.
const BUSY_TIMEOUT: Duration = Duration::from_millis(300);

/// Readers are not kept waiting by a writer, nor it by them; writers wait for each other.
const JOURNAL: &str = "PRAGMA journal_mode = WAL;";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS documents (id INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS stems (document_id INTEGER NOT NULL REFERENCES documents (id), stem TEXT NOT NULL,
        PRIMARY KEY (document_id, stem)) WITHOUT ROWID;
    CREATE VIRTUAL TABLE IF NOT EXISTS documents_index
        USING fts5(title, text, content = 'documents', content_rowid = 'id', tokenize = 'porter');
    CREATE TRIGGER IF NOT EXISTS documents_added AFTER INSERT ON documents BEGIN
        INSERT INTO documents_index (rowid, title, text) VALUES (new.id, new.title, new.text);
    END;
";

const SEARCH: &str = "SELECT title, snippet(documents_index, 1, '', '', '', 48) FROM documents_index \
     WHERE documents_index MATCH ?1 ORDER BY rank LIMIT ?2";

const TITLES: &str =
    "SELECT title FROM documents WHERE lower(title) LIKE '%' || ?1 || '%' ORDER BY title LIMIT ?2";

/// Every stem of each document against every stem of each other one, among the oldest: no index can help, which is what
/// makes it slow, and it must not grow slower with every document that is added.
const LIKENESS: &str = "SELECT first.title, second.title, count(*) AS shared \
     FROM documents AS first JOIN documents AS second ON first.id < second.id AND second.id <= 24 \
     JOIN stems AS mine ON mine.document_id = first.id \
     JOIN stems AS yours ON yours.document_id = second.id AND substr(mine.stem, 1, 5) = substr(yours.stem, 1, 5) \
     GROUP BY first.id, second.id ORDER BY shared DESC, first.id LIMIT ?1";

const INSERT: &str = "INSERT INTO documents (title, text) VALUES (?1, ?2)";

/// A part of a document that matched a search.
pub(super) struct Passage {
    pub(super) title: String,
    pub(super) text: String,
}

/// Two documents, and how many stems they share.
pub(super) struct Likeness {
    pub(super) first: String,
    pub(super) second: String,
    pub(super) shared_stems: i64,
}

/// The database file and the connections to it that are idle.
pub(super) struct DocumentStore {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl DocumentStore {
    /// Opens the database, and fills it with `documents` if it is new.
    pub(super) fn open<'a>(
        path: &Path,
        documents: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self> {
        let store = Self {
            path: path.to_owned(),
            idle: Mutex::new(Vec::new()),
        };
        store.with_connection(|connection| {
            connection.execute_batch(JOURNAL)?;
            connection.execute_batch(SCHEMA)?;
            let known: i64 =
                connection.query_row("SELECT count(*) FROM documents", [], |row| row.get(0))?;
            if known == 0 {
                let transaction = connection.transaction()?;
                for (title, text) in documents {
                    insert(&transaction, title, text)?;
                }
                transaction.commit()?;
            }
            Ok(())
        })?;
        Ok(store)
    }

    /// The passages that match a full-text expression, best first.
    pub(super) fn search(&self, expression: &str, limit: u32) -> Result<Vec<Passage>> {
        self.select(SEARCH, params![expression, limit], |row| {
            Ok(Passage {
                title: row.get(0)?,
                text: row.get(1)?,
            })
        })
    }

    /// The titles that contain the word.
    pub(super) fn titles(&self, word: &str, limit: u32) -> Result<Vec<String>> {
        self.select(TITLES, params![word, limit], |row| row.get(0))
    }

    /// The pairs of documents that are most alike.
    pub(super) fn likeness(&self, limit: u32) -> Result<Vec<Likeness>> {
        self.select(LIKENESS, params![limit], |row| {
            Ok(Likeness {
                first: row.get(0)?,
                second: row.get(1)?,
                shared_stems: row.get(2)?,
            })
        })
    }

    /// Adds a document and returns its id.
    pub(super) fn add(&self, title: &str, text: &str) -> Result<i64> {
        db_span!(
            system = "sqlite",
            namespace = NAMESPACE,
            sql = INSERT,
            status_code = sqlite_code,
            self.with_connection(|connection| {
                let transaction =
                    connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
                let id = insert(&transaction, title, text)?;
                transaction.commit()?;
                Ok(id)
            })
        )
    }

    /// The rows of a query, each as `read` reads it.
    fn select<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        db_span!(
            system = "sqlite",
            namespace = NAMESPACE,
            sql = sql,
            rows = Vec::len,
            status_code = sqlite_code,
            self.with_connection(|connection| {
                connection
                    .prepare_cached(sql)?
                    .query_map(parameters, read)?
                    .collect()
            })
        )
    }

    /// Runs `work` on an idle connection, or on a new one if all are busy.
    fn with_connection<T>(&self, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => {
                let connection = Connection::open(&self.path)?;
                connection.busy_timeout(BUSY_TIMEOUT)?;
                connection.pragma_update(None, "synchronous", "NORMAL")?;
                connection
            }
        };
        let result = work(&mut connection);
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(connection);
        result
    }
}

/// The extended result code of SQLite, if the error is one of SQLite's.
fn sqlite_code(error: &Error) -> Option<i32> {
    Some(error.sqlite_error()?.extended_code)
}

fn insert(connection: &Connection, title: &str, text: &str) -> Result<i64> {
    connection.prepare_cached(INSERT)?.execute([title, text])?;
    let id = connection.last_insert_rowid();
    let mut stems = connection
        .prepare_cached("INSERT OR IGNORE INTO stems (document_id, stem) VALUES (?1, ?2)")?;
    for word in words(text).filter(|word| word.len() > 3) {
        stems.execute(params![id, word])?;
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> DocumentStore {
        let documents = [
            ("Spans", "A span measures one operation."),
            (
                "Traces",
                "A trace is a tree of spans and measures a request.",
            ),
        ];
        DocumentStore::open(&folder.join("documents.db"), documents.into_iter())
            .expect("a new database opens")
    }

    #[test]
    fn what_is_added_is_found_by_word_stem_and_title() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        let id = store
            .add("Sampling", "Keep one request in ten.")
            .expect("adds");
        assert_eq!(id, 3);
        let found = store.search("\"requests\"", 5).expect("searches");
        let titles: Vec<_> = found.iter().map(|passage| passage.title.as_str()).collect();
        assert!(
            titles.contains(&"Sampling") && titles.contains(&"Traces"),
            "{titles:?}"
        );
        assert_eq!(store.titles("sampl", 5).expect("lists"), ["Sampling"]);
    }

    #[test]
    fn a_malformed_expression_is_an_error_of_sqlite() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let error = store(folder.path()).search("span AND (", 5).err();
        assert!(error.is_some_and(|error| error.to_string().contains("fts5")));
    }

    #[test]
    fn a_lock_that_outlasts_the_timeout_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let store = store(folder.path());
        let other = Connection::open(folder.path().join("documents.db")).expect("opens");
        other.execute_batch("BEGIN EXCLUSIVE").expect("locks");
        assert!(store.titles("span", 5).is_ok(), "readers go on");
        let error = store.add("Sampling", "One in ten.").err();
        let code = error.and_then(|error| error.sqlite_error_code());
        assert_eq!(code, Some(rusqlite::ErrorCode::DatabaseBusy));
    }

    #[test]
    fn documents_that_share_stems_are_alike() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let rows = store(folder.path()).likeness(5).expect("compares");
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].first, "Spans");
        assert_eq!(rows[0].second, "Traces");
        assert!(rows[0].shared_stems >= 1);
    }
}
