//! `db_span!` and `Query`.

use std::fmt;
use std::future::pending;
use std::task::{Context, Poll, Waker};

use phoenix_trace::db::{Answer, Query};
use phoenix_trace::testing::Capture;
use phoenix_trace::{attribute_keys, db_span, record, traced, traced_operation};

use crate::spans::attributes;

attribute_keys! {
    mod keys {
        SHARD: "phoenix.shard" => int,
    }
}

const ORDERS: &str =
    "SELECT *\n  FROM orders -- all of them\n  WHERE user_id = $1 AND state = 'open'";

#[derive(Debug)]
struct DbError {
    code: u32,
}

impl fmt::Display for DbError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("duplicate key")
    }
}

impl std::error::Error for DbError {}

fn select(_sql: &str, user: u64) -> Result<Vec<u64>, DbError> {
    Ok(vec![user; 3])
}

#[traced_operation(name = "list orders")]
fn list(user: u64) -> Result<usize, DbError> {
    let orders = db_span!(
        system = "postgresql",
        namespace = "shop",
        sql = ORDERS,
        rows = |orders| orders.len(),
        "server.address" = "db.internal",
        "server.port" = 5432,
        keys::SHARD = user % 16,
        select(ORDERS, user)
    )?;
    Ok(orders.len())
}

#[test]
fn a_query_is_a_client_span_with_its_summary_as_its_name() {
    let capture = Capture::new();
    assert_eq!(capture.run(|| list(17)).ok(), Some(3));
    assert_eq!(
        capture.tree(),
        "\
trace · test · 2 spans · kept: head
list orders
└╴SELECT orders · client · db.query.summary=SELECT orders · phoenix.shard=1 · db.response.returned_rows=3
"
    );
    assert_eq!(
        attributes(&capture, "SELECT orders"),
        "db.namespace=shop db.query.summary=SELECT orders \
         db.query.text=SELECT * FROM orders WHERE user_id = $1 AND state = ? db.response.returned_rows=3 \
         db.system.name=postgresql phoenix.shard=1 server.address=db.internal server.port=5432"
    );
}

#[traced_operation(name = "add order")]
async fn add(code: u32) -> Result<(), DbError> {
    db_span!(
        system = "mysql",
        sql = "INSERT INTO orders (id) VALUES (17)",
        batch_size = 2,
        status_code = |error: &DbError| (error.code > 0).then_some(error.code),
        async move {
            tokio::task::yield_now().await;
            Err::<(), _>(DbError { code })
        }
    )
    .await
}

#[tokio::test]
async fn an_error_has_the_code_of_the_database_and_is_told_once() {
    let capture = Capture::new();
    let added = (
        capture.future(add(1062)).await,
        capture.future(add(0)).await,
    );
    assert!(added.0.is_err() && added.1.is_err());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 2 spans · 2 errors · kept: head, error
add order · ✗ DbError: duplicate key
└╴BATCH INSERT orders · client · ✗ 1062: duplicate key · db.query.summary=BATCH INSERT orders · db.response.status_code=1062

trace · test · 2 spans · 2 errors · kept: head, error
add order · ✗ DbError: duplicate key
└╴BATCH INSERT orders · client · ✗ DbError: duplicate key · db.query.summary=BATCH INSERT orders
"
    );
    let exceptions: usize = capture
        .exported()
        .iter()
        .map(|span| span.events.len())
        .sum();
    assert_eq!(exceptions, 2, "one for each failure");
}

#[test]
fn an_error_by_its_type_only() {
    let capture = Capture::new();
    let failed: Result<(), DbError> = capture.run(|| {
        db_span!(
            system = "mysql",
            operation = "PING",
            err(type_only),
            Err(DbError { code: 1 })
        )
    });
    assert!(failed.is_err());
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · 1 error · kept: head, error\nPING · client · ✗ DbError · ◆ exception\n"
    );
}

#[tokio::test]
async fn a_query_may_be_awaited_inside() {
    let capture = Capture::new();
    let get = async |key: &'static str| {
        tokio::task::yield_now().await;
        vec![key]
    };
    let rows = capture.future(async {
        db_span!(
            system = "redis",
            operation = "GET",
            rows = |rows| rows.len(),
            get("cart:17").await
        )
    });
    assert_eq!(rows.await, ["cart:17"]);
    assert_eq!(
        attributes(&capture, "GET"),
        "db.operation.name=GET db.response.returned_rows=1 db.system.name=redis"
    );
}

#[tokio::test]
async fn a_body_may_take_what_attributes_name() {
    let capture = Capture::new();
    let (now, later, awaited) = ("now".to_owned(), "later".to_owned(), "awaited".to_owned());
    let taken = capture.future(async {
        let take = async |text: String| text.len();
        let now = db_span!(system = "redis", operation = &now, now.into_bytes().len());
        let later = db_span!(system = "redis", operation = &later, async {
            later.into_bytes().len()
        });
        let later = later.await;
        let awaited = db_span!(system = "redis", operation = awaited, take(awaited).await);
        now + later + awaited
    });
    assert_eq!(taken.await, 15);
    let spans = capture.exported();
    let names: Vec<&str> = spans.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["now", "later", "awaited"]);
}

#[test]
fn a_query_that_is_given_up_was_cancelled() {
    let capture = Capture::new();
    capture.run(|| {
        let mut query = Box::pin(db_span!(
            system = "redis",
            operation = "GET",
            rows = |rows: &Vec<u8>| rows.len(),
            async { pending::<Vec<u8>>().await }
        ));
        let unpolled = db_span!(system = "redis", operation = "SET", async {});
        drop(unpolled);
        let poll = query.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll, Poll::Pending);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\nGET · client · phoenix.cancelled=true\n"
    );
}

#[test]
fn a_span_without_a_summary_is_called_by_operation_and_target() {
    let capture = Capture::new();
    let query = Query::new("mongodb");
    let server = query.server_address("db.internal");
    let queries = [
        query,
        query.namespace("shop"),
        server,
        server.server_port(27017).operation("ping"),
        query
            .namespace("shop")
            .collection("carts")
            .operation("find"),
        query
            .namespace("shop")
            .stored_procedure("pay")
            .operation("call"),
        query.summary("carts of a user").operation("find"),
        // What is no SQL is not read as SQL.
        query.sql("SELECT secret FROM t").operation("find"),
        query.text("{ find: carts }").operation("aggregate"),
    ];
    capture.run(|| traced!("all", queries.map(|query| query.run(|| ()))));
    assert_eq!(
        capture.tree(),
        "\
trace · test · 10 spans · kept: head
all
├╴mongodb · client
├╴shop · client
├╴db.internal · client
├╴ping db.internal:27017 · client
├╴find carts · client
├╴call pay · client
├╴carts of a user · client · db.query.summary=carts of a user
├╴find · client
└╴aggregate · client
"
    );
    assert_eq!(
        attributes(&capture, "find"),
        "db.operation.name=find db.system.name=mongodb"
    );
    assert_eq!(
        attributes(&capture, "aggregate"),
        "db.operation.name=aggregate db.query.text={ find: carts } db.system.name=mongodb"
    );
}

#[tokio::test]
async fn a_query_by_function_is_the_same_span() {
    let capture = Capture::new();
    let query = Query::new("sqlite")
        .sql("DELETE FROM carts WHERE age > 30")
        .batch_size(1);
    let deleted = query.run_async_with(
        async {
            tokio::task::yield_now().await;
            record!("db.response.returned_rows" = 0);
            Err::<(), _>(DbError { code: 5 })
        },
        |result| {
            let code = result.as_ref().err().map(|error| error.code.to_string());
            Answer::default().status_code(code)
        },
    );
    assert!(capture.future(deleted).await.is_err());
    assert_eq!(
        capture.tree(),
        "\
trace · test · 1 span · 1 error · kept: head, error
DELETE carts · client · ✗ 5: duplicate key · db.query.summary=DELETE carts · db.response.returned_rows=0 · db.response.status_code=5
"
    );
}

fn broken() -> &'static str {
    panic!("a name that cannot be told")
}

#[test]
fn a_panic_of_what_is_asked_harms_nothing() {
    let capture = Capture::new();
    let rows = capture.run(|| {
        db_span!(
            system = "sqlite",
            namespace = broken(),
            sql = "SELECT 1 FROM t",
            rows = |n| [0_usize][*n],
            Ok::<usize, DbError>(7)
        )
    });
    assert_eq!(rows.ok(), Some(7));
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head\nSELECT t · client · db.query.summary=SELECT t\n"
    );
}
