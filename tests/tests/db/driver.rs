//! The queries of sqlx.

use std::future::poll_fn;
use std::pin::pin;

use phoenix_trace::db::TracedExecutor as _;
use phoenix_trace::testing::Capture;
use phoenix_trace::traced_operation;
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions};
use sqlx::{Connection as _, SqliteConnection};
use tokio_stream::StreamExt as _;

use crate::spans::attributes;

/// A database in memory, which is that of its one connection.
async fn songs() -> SqlitePool {
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect("sqlite::memory:")
        .await
        .expect("opens");
    sqlx::raw_sql("CREATE TABLE songs (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO songs VALUES (1, 'a'), (2, 'b')")
        .execute(&pool)
        .await
        .expect("fills");
    pool
}

#[traced_operation(name = "play")]
async fn play(pool: &SqlitePool) -> sqlx::Result<()> {
    let traced = pool.traced().namespace("main");
    let all: Vec<(i64, String)> = sqlx::query_as("SELECT id, title FROM songs WHERE id < 17")
        .fetch_all(traced)
        .await?;
    assert_eq!(all.len(), 2);
    let one = sqlx::query_scalar::<_, String>("SELECT title FROM songs WHERE id = ?1")
        .bind(2)
        .fetch_one(traced)
        .await?;
    assert_eq!(one, "b");
    let none = sqlx::query("SELECT title FROM songs WHERE id = 3")
        .fetch_optional(traced)
        .await?;
    assert!(none.is_none());
    let missing = sqlx::query("SELECT title FROM songs WHERE id = 3")
        .fetch_one(traced)
        .await;
    assert!(matches!(missing, Err(sqlx::Error::RowNotFound)));
    let mut transaction = pool.begin().await?;
    sqlx::query("INSERT INTO songs VALUES (?1, ?2)")
        .bind(3)
        .bind("secret")
        .execute(transaction.traced())
        .await?;
    transaction.commit().await
}

#[tokio::test]
async fn each_query_is_a_span() {
    let (capture, pool) = (Capture::new(), songs().await);
    capture.future(play(&pool)).await.expect("plays");
    assert_eq!(
        capture.tree(),
        "\
trace · test · 6 spans · kept: head
play
├╴SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=2
├╴SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=1
├╴SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=0
├╴SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=0
└╴INSERT songs · client · db.query.summary=INSERT songs
"
    );
    assert_eq!(
        attributes(&capture, "SELECT songs"),
        "db.namespace=main db.query.summary=SELECT songs db.query.text=SELECT id, title FROM songs WHERE id < ? \
         db.response.returned_rows=2 db.system.name=sqlite"
    );
}

#[tokio::test]
async fn an_error_of_the_database_has_its_code() {
    let (capture, pool) = (Capture::new(), songs().await);
    let twice = sqlx::query("INSERT INTO songs VALUES (1, 'c')").execute(pool.traced());
    assert!(capture.future(twice).await.is_err());
    let unknown = sqlx::query("SELECT * FROM artists").fetch_all(pool.traced());
    assert!(capture.future(unknown).await.is_err());
    pool.close().await;
    let closed = sqlx::query("SELECT * FROM songs").fetch_optional(pool.traced());
    assert!(capture.future(closed).await.is_err());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
INSERT songs · client · ✗ 1555: error returned from database: (code: 1555) UNIQUE constraint failed: songs.id · db.query.summary=INSERT songs · db.response.status_code=1555

trace · test · 1 span · 1 error · kept: head, error
SELECT artists · client · ✗ 1: error returned from database: (code: 1) no such table: artists · db.query.summary=SELECT artists · db.response.status_code=1

trace · test · 1 span · 1 error · kept: head, error
SELECT songs · client · ✗ PoolClosed: attempted to acquire a connection on a closed pool · db.query.summary=SELECT songs
"
    );
}

#[tokio::test]
async fn a_stream_is_traced_to_its_end() {
    let (capture, pool) = (Capture::new(), songs().await);
    let whole = async {
        let mut rows = sqlx::query("SELECT * FROM songs").fetch(pool.traced());
        while rows.try_next().await?.is_some() {}
        Ok::<_, sqlx::Error>(())
    };
    capture.future(whole).await.expect("reads");
    let first = async {
        let mut rows = sqlx::query("SELECT * FROM songs WHERE id = 2 OR TRUE").fetch(pool.traced());
        rows.try_next().await
    };
    assert!(capture.future(first).await.is_ok_and(|row| row.is_some()));
    let broken = async {
        let mut rows =
            sqlx::query("SELECT abs(-9223372036854775807 - id) FROM songs").fetch(pool.traced());
        rows.try_next().await
    };
    assert!(capture.future(broken).await.is_err());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=2

trace · test · 1 span · kept: head
SELECT songs · client · db.query.summary=SELECT songs · db.response.returned_rows=1 · phoenix.cancelled=true

trace · test · 1 span · 1 error · kept: head, error
SELECT songs · client · ✗ 1: error returned from database: (code: 1) integer overflow · db.query.summary=SELECT songs · db.response.returned_rows=0 · db.response.status_code=1
"
    );
}

#[tokio::test]
async fn a_query_that_is_dropped_was_cancelled() {
    let (capture, pool) = (Capture::new(), songs().await);
    let held = pool.acquire().await.expect("the only connection");
    let waiting = async {
        let mut query = pin!(sqlx::query("SELECT * FROM songs").fetch_all(pool.traced()));
        poll_fn(|cx| {
            assert!(query.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    };
    capture.future(waiting).await;
    drop(held);
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · kept: head
SELECT songs · client · db.query.summary=SELECT songs · phoenix.cancelled=true
"
    );
}

#[tokio::test]
async fn a_connection_is_an_executor_too_and_without_tracing_there_is_no_span() {
    let capture = Capture::new();
    let mut connection = SqliteConnection::connect("sqlite::memory:")
        .await
        .expect("opens");
    let untraced = sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(connection.traced());
    assert_eq!(untraced.await.ok(), Some(1));
    let traced = sqlx::query_scalar::<_, i64>("SELECT 1").fetch_one(connection.traced());
    assert_eq!(capture.future(traced).await.ok(), Some(1));
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\nSELECT · client · db.query.summary=SELECT · db.response.returned_rows=1\n"
    );
}
