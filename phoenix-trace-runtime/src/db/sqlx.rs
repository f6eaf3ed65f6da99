//! The executors of sqlx, each query on them inside its span: the model for drivers with a trait that runs every query.

use std::borrow::Cow;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use sqlx::error::{BoxDynError, Error};
use sqlx::{Database, Describe, Either, Execute, Executor, SqlStr};
use tokio_stream::Stream;

use super::query::{Answer, Query};
use super::span::{self, Told};
use crate::outcome::{Failure, Outcome, of_error};
use crate::private::recording;
use crate::record::owned::Owned;

type BoxFuture<'e, T> = Pin<Box<dyn Future<Output = T> + Send + 'e>>;
type BoxStream<'e, T> = Pin<Box<dyn Stream<Item = T> + Send + 'e>>;
type Step<DB> = Either<<DB as Database>::QueryResult, <DB as Database>::Row>;

/// Has what runs queries for sqlx 0.9 trace them: its pools, connections and transactions.
///
/// ```
/// use phoenix_trace::db::TracedExecutor as _;
///
/// # async fn example<DB: sqlx::Database>(pool: &sqlx::Pool<DB>) -> sqlx::Result<()>
/// # where
/// #     for<'c> &'c mut DB::Connection: sqlx::Executor<'c, Database = DB>,
/// #     DB::Arguments: sqlx::IntoArguments<DB>,
/// # {
/// let orders = sqlx::query("SELECT * FROM orders").fetch_all(pool.traced()).await?;
///
/// let mut connection = pool.acquire().await?;
/// let traced = connection.traced().namespace("shop").server("db.internal", 5432);
/// sqlx::query("DELETE FROM carts").execute(traced).await?;
/// # Ok(())
/// # }
/// ```
///
/// A span lasts from the first poll to the end: of a stream, to its last row or its error; dropped before, the query was
/// cancelled. The time that a pool takes to give a connection is part of it. Rows are counted as they arrive. An error of the
/// database has its code as `db.response.status_code` and `error.type`; that a query expected a row and found none
/// (`RowNotFound`) is an answer and no error of the database. Statements that are prepared apart get no span.
pub trait TracedExecutor<'c>: Executor<'c> {
    /// The executor that runs each query inside its span.
    fn traced(self) -> TracedBy<'c, Self> {
        TracedBy {
            executor: self,
            query: Query::new(system::<Self::Database>()),
        }
    }
}

impl<'c, E: Executor<'c>> TracedExecutor<'c> for E {}

/// An executor that runs each query inside its span; see [`TracedExecutor`].
#[derive(Clone, Copy, Debug)]
pub struct TracedBy<'c, E> {
    executor: E,
    query: Query<'c>,
}

impl<'c, E> TracedBy<'c, E> {
    /// The database within the server (`db.namespace`).
    #[must_use]
    pub fn namespace(mut self, namespace: &'c str) -> Self {
        self.query = self.query.namespace(namespace);
        self
    }

    /// Errors are told by their type only: in some systems their messages hold values of the query.
    #[must_use]
    pub fn err_type_only(mut self) -> Self {
        self.query = self.query.err_type_only();
        self
    }

    /// Where the database is (`server.address`, `server.port`).
    #[must_use]
    pub fn server(mut self, address: &'c str, port: u16) -> Self {
        self.query = self.query.server_address(address).server_port(port);
        self
    }
}

/// The system of a driver, as the conventions call it.
fn system<DB: Database>() -> &'static str {
    match DB::NAME {
        "PostgreSQL" => "postgresql",
        "MySQL" => "mysql",
        "SQLite" => "sqlite",
        "MSSQL" => "microsoft.sql_server",
        _ => "other_sql",
    }
}

impl<'c, X> Executor<'c> for TracedBy<'c, X>
where
    X: Executor<'c> + 'c,
{
    type Database = X::Database;

    fn execute<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<<X::Database as Database>::QueryResult, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.execute(query);
        }
        self.call(query, X::execute, |_| None)
    }

    fn execute_many<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<<X::Database as Database>::QueryResult, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.execute_many(query);
        }
        self.stream(query, X::execute_many, None, |_| 0)
    }

    fn fetch<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxStream<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.fetch(query);
        }
        self.stream(query, X::fetch, Some(0), |_| 1)
    }

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Step<X::Database>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.fetch_many(query);
        }
        self.stream(query, X::fetch_many, Some(0), |step| {
            u64::from(step.is_right())
        })
    }

    fn fetch_all<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Vec<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.fetch_all(query);
        }
        self.call(query, X::fetch_all, |rows| Some(rows.len()))
    }

    fn fetch_one<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<<X::Database as Database>::Row, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.fetch_one(query);
        }
        self.call(query, X::fetch_one, |_| Some(1))
    }

    fn fetch_optional<'e, 'q: 'e, E>(
        self,
        query: E,
    ) -> BoxFuture<'e, Result<Option<<X::Database as Database>::Row>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
    {
        if !recording() {
            return self.executor.fetch_optional(query);
        }
        self.call(query, X::fetch_optional, |row| {
            Some(usize::from(row.is_some()))
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [<X::Database as Database>::TypeInfo],
    ) -> BoxFuture<'e, Result<<X::Database as Database>::Statement, Error>>
    where
        'c: 'e,
    {
        self.executor.prepare_with(sql, parameters)
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<X::Database>, Error>>
    where
        'c: 'e,
    {
        self.executor.describe(sql)
    }
}

impl<'c, X> TracedBy<'c, X>
where
    X: Executor<'c> + 'c,
{
    /// Runs a query by `run`; `rows` tells how many rows were returned.
    fn call<'e, 'q: 'e, E, T, F>(
        self,
        query: E,
        run: impl FnOnce(X, Seen<X::Database>) -> F + Send + 'e,
        rows: impl Fn(&T) -> Option<usize> + Send + 'e,
    ) -> BoxFuture<'e, Result<T, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
        F: Future<Output = Result<T, Error>> + Send + 'e,
        T: Send + 'e,
    {
        let seen = Seen::of(query);
        Box::pin(async move {
            let span = span::started(|| self.query.sql(seen.sql.as_str()).begin());
            let answered = run(self.executor, seen);
            span::inside(span, answered, move |result| match result {
                Ok(returned) => Answer {
                    rows: rows(returned).and_then(|rows| u64::try_from(rows).ok()),
                    ..Answer::default()
                }
                .with(Outcome::Ok),
                Err(Error::RowNotFound) => Answer::default().rows(0).with(Outcome::Ok),
                Err(error) => failed(&self.query, error, Answer::default()),
            })
            .await
        })
    }

    /// Runs a query whose answers come one by one; `rows` counts the rows before the first one, if they are counted.
    fn stream<'e, 'q: 'e, E, T, S>(
        self,
        query: E,
        run: impl FnOnce(X, Seen<X::Database>) -> S,
        rows: Option<u64>,
        count: impl Fn(&T) -> u64 + Send + 'e,
    ) -> BoxStream<'e, Result<T, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, X::Database>,
        S: Stream<Item = Result<T, Error>> + Send + 'e,
        T: 'e,
    {
        let seen = Seen::of(query);
        Box::pin(Answers {
            query: self.query,
            sql: Some(seen.sql.clone()),
            inner: Some(run(self.executor, seen)),
            span: Owned::off(),
            rows,
            count,
        })
    }
}

/// A query of which the SQL has been looked at.
struct Seen<DB: Database> {
    sql: SqlStr,
    statement: Option<DB::Statement>,
    arguments: Result<Option<DB::Arguments>, BoxDynError>,
    persistent: bool,
}

impl<DB: Database> Seen<DB> {
    fn of<'q>(mut query: impl Execute<'q, DB>) -> Self {
        Self {
            statement: query.statement().cloned(),
            arguments: query.take_arguments(),
            persistent: query.persistent(),
            sql: query.sql(),
        }
    }
}

impl<'q, DB: Database> Execute<'q, DB> for Seen<DB> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&DB::Statement> {
        self.statement.as_ref()
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        std::mem::replace(&mut self.arguments, Ok(None))
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

pin_project! {
    /// The answers to a query, inside its span, which ends with the last one.
    struct Answers<'c, S, C> {
        #[pin]
        inner: Option<S>,
        query: Query<'c>,
        // Until the span has started.
        sql: Option<SqlStr>,
        span: Owned,
        rows: Option<u64>,
        count: C,
    }

    impl<S, C> PinnedDrop for Answers<'_, S, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.span.is_off() {
                let mut running = this.span.enter();
                if let Some(rows) = *this.rows {
                    span::set_rows(&mut running, rows);
                }
                this.inner.set(None);
            }
        }
    }
}

impl<S, T, C> Stream for Answers<'_, S, C>
where
    S: Stream<Item = Result<T, Error>>,
    C: Fn(&T) -> u64,
{
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        if let Some(sql) = this.sql.take() {
            *this.span = span::started(|| this.query.sql(sql.as_str()).begin());
        }
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Ready(None);
        };
        let mut running = this.span.enter();
        let answer = ready!(inner.poll_next(cx));
        let rows = Answer {
            rows: *this.rows,
            ..Answer::default()
        };
        match &answer {
            Some(Ok(item)) => {
                if let Some(rows) = this.rows {
                    *rows += (this.count)(item);
                }
            }
            Some(Err(error)) => span::settle(&mut running, failed(this.query, error, rows)),
            None => span::settle(&mut running, rows.with(Outcome::Ok)),
        }
        Poll::Ready(answer)
    }
}

/// What an error tells: of the database its code, else what kind of error it is.
fn failed<'r>(query: &Query<'_>, error: &'r Error, answer: Answer) -> Told<'r> {
    let code = error.as_database_error().and_then(|error| error.code());
    let code = code.map(|code| Cow::Owned(code.into_owned()));
    let failure = Failure {
        error_type: kind(error),
        ..of_error(error)
    };
    query.told(Outcome::Err(failure), answer.status_code(code))
}

/// The name of the variant.
fn kind(error: &Error) -> &'static str {
    match error {
        Error::Configuration(_) => "Configuration",
        Error::InvalidArgument(_) => "InvalidArgument",
        Error::Database(_) => "Database",
        Error::Io(_) => "Io",
        Error::Tls(_) => "Tls",
        Error::Protocol(_) => "Protocol",
        Error::RowNotFound => "RowNotFound",
        Error::TypeNotFound { .. } => "TypeNotFound",
        Error::ColumnIndexOutOfBounds { .. } => "ColumnIndexOutOfBounds",
        Error::ColumnNotFound(_) => "ColumnNotFound",
        Error::ColumnDecode { .. } => "ColumnDecode",
        Error::Encode(_) => "Encode",
        Error::Decode(_) => "Decode",
        Error::PoolTimedOut => "PoolTimedOut",
        Error::PoolClosed => "PoolClosed",
        Error::WorkerCrashed => "WorkerCrashed",
        _ => "Error",
    }
}
