//! A query as its caller describes it, and what is learnt when it has been answered.

use std::borrow::Cow;

use super::keys;
use super::span::{self, Told};
use crate::boundary::{int, opt, text};
use crate::key::RawKey;
use crate::operation::OperationOutput;
use crate::outcome::Outcome;
use crate::record::owned::Owned;
use crate::value::Attr;

/// A query that is about to be run inside its CLIENT span.
///
/// The span is called by the query's summary; without one, by its operation and target, which is the collection, the stored
/// procedure, the namespace or the server, whichever is given first in this order; with none of them, by the system. An `Err`
/// makes it an error, as it does for `#[traced_operation]`. Nothing is computed while nothing is recorded.
///
/// ```
/// use phoenix_trace::db::Query;
///
/// # struct Row;
/// # fn select(sql: &str, id: u64) -> std::io::Result<Vec<Row>> { Ok(Vec::new()) }
/// # fn example(id: u64) -> std::io::Result<()> {
/// let sql = "SELECT * FROM orders WHERE id = $1";
/// let rows = Query::new("postgresql")
///     .namespace("shop")
///     .sql(sql)
///     .run(|| select(sql, id))?;
/// # Ok(())
/// # }
/// # async fn get(key: &str) -> std::io::Result<String> { Ok(String::new()) }
/// # async fn later() -> std::io::Result<()> {
/// let cart = Query::new("redis").operation("GET").run_async(get("cart:17")).await?;
/// # Ok(())
/// # }
/// ```
///
/// The attributes are those of the semantic conventions for database spans; the macro `db_span!` writes the same span.
#[derive(Clone, Copy, Debug)]
#[must_use = "a query is traced when it is run"]
pub struct Query<'a> {
    system: &'a str,
    namespace: Option<&'a str>,
    collection: Option<&'a str>,
    operation: Option<&'a str>,
    stored_procedure: Option<&'a str>,
    summary: Option<&'a str>,
    text: Option<&'a str>,
    is_sql: bool,
    server_address: Option<&'a str>,
    server_port: Option<u16>,
    batch_size: Option<u64>,
    type_only: bool,
}

macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident: $type:ty;)*) => {$(
        $(#[$doc])*
        pub const fn $name(mut self, $name: $type) -> Self {
            self.$name = Some($name);
            self
        }
    )*};
}

impl<'a> Query<'a> {
    /// A query to a database of this system, by its name in the registry (`db.system.name`): `"postgresql"`, `"mysql"`,
    /// `"microsoft.sql_server"`, `"redis"`; `"other_sql"` for those that it does not list.
    pub const fn new(system: &'a str) -> Self {
        Self {
            system,
            namespace: None,
            collection: None,
            operation: None,
            stored_procedure: None,
            summary: None,
            text: None,
            is_sql: false,
            server_address: None,
            server_port: None,
            batch_size: None,
            type_only: false,
        }
    }

    setters! {
        /// The database, within the server (`db.namespace`); for PostgreSQL and SQL Server with the schema, `orders|public`.
        namespace: &'a str;
        /// The table, collection or index (`db.collection.name`), where the query is about one.
        collection: &'a str;
        /// The command (`db.operation.name`), where the query is one: `HMSET`, `findAndModify`. For SQL the summary tells it.
        operation: &'a str;
        /// The stored procedure (`db.stored_procedure.name`).
        stored_procedure: &'a str;
        /// What the query does in few words (`db.query.summary`), instead of what its SQL says. There must be few of them.
        summary: &'a str;
        /// Where the database is (`server.address`): a host name, an IP address, or the name of a Unix domain socket.
        server_address: &'a str;
        /// The port of the server (`server.port`).
        server_port: u16;
        /// How many queries are sent at once (`db.operation.batch.size`). One is not a batch.
        batch_size: u64;
    }

    /// The query, which is SQL. What is recorded is its text without literals, and its summary, unless one is given.
    ///
    /// A `?` stands in the place of each string, number, and other literal; parameters stay, their values are never seen;
    /// comments are left out. The text is read once, at most 64 KiB of it, of which 4 KiB are kept. What can be read in two
    /// ways ends it: which quotes and escapes there are depends on the system, and of one that is not known they are not.
    /// The default modes of the systems are what counts: `NO_BACKSLASH_ESCAPES` of MySQL, `QUOTED_IDENTIFIER OFF` of SQL Server
    /// and `standard_conforming_strings = off` of PostgreSQL change what a literal is; for connections that use them, give
    /// [`text`](Self::text) or none.
    ///
    /// For systems whose queries are not SQL (Redis, MongoDB, Elasticsearch ..) it is not recorded.
    pub const fn sql(mut self, sql: &'a str) -> Self {
        self.text = Some(sql);
        self.is_sql = true;
        self
    }

    /// The query as it is to be recorded (`db.query.text`): it must not hold what may not leave the process.
    pub const fn text(mut self, text: &'a str) -> Self {
        self.text = Some(text);
        self.is_sql = false;
        self
    }

    /// Errors are told by their type only: in some systems their messages hold values of the query.
    pub const fn err_type_only(mut self) -> Self {
        self.type_only = true;
        self
    }

    /// Runs the query inside its span.
    pub fn run<R: OperationOutput>(self, f: impl FnOnce() -> R) -> R {
        self.run_with(f, |_| Answer::default())
    }

    /// Runs the query inside its span, and records what `answer` makes of its result. It is asked only while the span records.
    ///
    /// ```
    /// use phoenix_trace::db::{Answer, Query};
    ///
    /// # struct Row;
    /// # fn select() -> std::io::Result<Vec<Row>> { Ok(Vec::new()) }
    /// let rows = Query::new("sqlite").sql("SELECT * FROM orders").run_with(select, |result| match result {
    ///     Ok(rows) => Answer::default().rows(rows.len()),
    ///     Err(error) => Answer::default().status_code(error.raw_os_error().map(|code| code.to_string())),
    /// });
    /// ```
    pub fn run_with<R: OperationOutput>(
        self,
        f: impl FnOnce() -> R,
        answer: impl FnOnce(&R) -> Answer,
    ) -> R {
        span::run(span::started(|| self.begin()), f, |returned| {
            self.told(returned.outcome(), answer(returned))
        })
    }

    /// [`run`](Self::run) for a future: the span starts when it is first polled, and lasts until it has ended. Dropped
    /// before, it was cancelled.
    pub async fn run_async<F>(self, future: F) -> F::Output
    where
        F: Future<Output: OperationOutput>,
    {
        self.run_async_with(future, |_| Answer::default()).await
    }

    /// [`run_with`](Self::run_with) for a future.
    pub async fn run_async_with<F>(
        self,
        future: F,
        answer: impl Fn(&F::Output) -> Answer,
    ) -> F::Output
    where
        F: Future<Output: OperationOutput>,
    {
        span::watch(
            || self.begin(),
            future,
            |returned| self.told(returned.outcome(), answer(returned)),
        )
        .await
    }

    /// What is told of a call that ended so.
    pub(super) fn told<'r>(&self, outcome: Outcome<'r>, answer: Answer) -> Told<'r> {
        answer.with(if self.type_only {
            outcome.type_only()
        } else {
            outcome
        })
    }

    pub(super) fn begin(&self) -> Owned {
        let text_if = |key: &'static RawKey, value: Option<&'a str>| opt(key, value, text);
        let attrs: [Attr<'_>; 10] = [
            text(&keys::DB_SYSTEM_NAME, self.system),
            text_if(&keys::DB_NAMESPACE, self.namespace),
            text_if(&keys::DB_COLLECTION_NAME, self.collection),
            text_if(&keys::DB_OPERATION_NAME, self.operation),
            text_if(&keys::DB_STORED_PROCEDURE_NAME, self.stored_procedure),
            opt(
                &keys::DB_OPERATION_BATCH_SIZE,
                self.batch_size
                    .map(|size| i64::try_from(size).unwrap_or(i64::MAX)),
                int,
            ),
            text_if(&keys::SERVER_ADDRESS, self.server_address),
            opt(&keys::SERVER_PORT, self.server_port.map(i64::from), int),
            text_if(&keys::DB_QUERY_SUMMARY, self.summary),
            text_if(&keys::DB_QUERY_TEXT, self.text),
        ];
        span::begin(&attrs, self.is_sql)
    }
}

/// What the database answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "an answer is recorded by the query that it is given to"]
pub struct Answer {
    pub(super) rows: Option<u64>,
    pub(super) status_code: Option<Cow<'static, str>>,
}

impl Answer {
    /// How many rows it returned (`db.response.returned_rows`).
    pub fn rows(self, rows: usize) -> Self {
        Self {
            rows: u64::try_from(rows).ok(),
            ..self
        }
    }

    /// The code of its error (`db.response.status_code`), which is the `error.type` of the span too: `23505`, `ORA-17002`.
    /// At most 128 bytes are kept. `None` leaves it out.
    pub fn status_code(self, code: Option<impl Into<Cow<'static, str>>>) -> Self {
        Self {
            status_code: code.map(Into::into),
            ..self
        }
    }
}
