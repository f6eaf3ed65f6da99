//! A driver of databases, which logs its queries with `tracing` on a thread of its own.

use std::process::Command;

use phoenix_trace::testing::Capture;
use phoenix_trace::{TracingBridge, traced_operation};
use sqlx::{Connection as _, SqliteConnection};
use tracing::Level;
use tracing_subscriber::layer::SubscriberExt as _;

#[traced_operation]
async fn handle(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    load(connection).await
}

#[tracing::instrument(skip_all)]
async fn load(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    sqlx::query("SELECT 1 AS one").fetch_all(connection).await?;
    Ok(())
}

#[tokio::test]
#[ignore = "its subscriber is that of the process: `queries_that_sqlx_logs_are_in_the_trace_of_their_caller` runs it"]
async fn queries_are_logged_on_the_thread_of_the_driver() {
    let bridge = TracingBridge::new().spans("info,sqlx=debug");
    let bridge = bridge.expect("a filter").events(Level::DEBUG);
    let subscriber = tracing_subscriber::registry()
        .with(bridge.layer())
        .with(phoenix_trace::layer());
    tracing::subscriber::set_global_default(subscriber).expect("it is the only one");

    let mut connection = SqliteConnection::connect("sqlite::memory:")
        .await
        .expect("opens");
    let capture = Capture::new();
    capture
        .future(handle(&mut connection))
        .await
        .expect("it answers");
    // Its thread has logged then.
    connection.close().await.expect("closes");

    let spans = capture.query();
    assert_eq!(spans.len(), 2, "{spans:?}");
    spans.assert_below("load", "handle");
    let load = spans.named("load").one();
    let queries = load.events.iter().filter_map(|event| {
        let summary = event.attributes.iter().find(|(key, _)| key == "summary");
        summary.map(|(_, summary)| summary.to_string())
    });
    assert_eq!(queries.collect::<Vec<_>>(), ["SELECT 1 AS one"]);
    let logs = capture.logs();
    let query = logs.iter().find(|log| log.target == "sqlx::query");
    let query = query.unwrap_or_else(|| panic!("the query is logged: {logs:?}"));
    assert_eq!(
        (query.trace_id, query.span_id),
        (Some(load.trace_id), Some(load.span_id))
    );
}

#[test]
fn queries_that_sqlx_logs_are_in_the_trace_of_their_caller() {
    let this = std::env::current_exe().expect("this program has a path");
    let output = Command::new(this)
        .env("RUST_LOG", "debug")
        .args(["--exact", "--ignored", "--nocapture"])
        .arg("interop::sqlx::queries_are_logged_on_the_thread_of_the_driver")
        .output()
        .expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert!(out.contains("1 passed"), "{out}");
}
