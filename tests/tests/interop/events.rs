//! Events of `tracing` that a database driver makes.

use phoenix_trace::testing::Capture;
use phoenix_trace::{TracingBridge, traced_operation};
use sqlx::{Connection as _, SqliteConnection};
use tracing::instrument::WithSubscriber as _;
use tracing::{Instrument as _, Level};

use super::subscriber;

#[traced_operation]
async fn query() {
    let mut connection = SqliteConnection::connect("sqlite::memory:")
        .await
        .expect("a database");
    async {
        let one: i64 = sqlx::query_scalar("SELECT 1")
            .fetch_one(&mut connection)
            .await
            .expect("a row");
        assert_eq!(one, 1);
    }
    .instrument(tracing::info_span!("of the service"))
    .await;
}

#[tokio::test]
async fn the_events_of_sqlx_are_events_of_the_span_that_they_are_in() {
    let bridge = TracingBridge::new()
        .spans("info,sqlx=debug")
        .expect("a filter");
    let capture = Capture::new();
    let queried = capture.future(query());
    queried
        .with_subscriber(subscriber(bridge.events(Level::DEBUG)))
        .await;
    let spans = capture.exported();
    let span = spans
        .iter()
        .find(|span| span.name == "of the service")
        .expect("it is there");
    let event = &span.events.events[0];
    assert!(
        event
            .attributes
            .iter()
            .any(|pair| pair.value.as_str() == "sqlx::query"),
        "{event:?}"
    );
    let rows = event
        .attributes
        .iter()
        .find(|pair| pair.key.as_str() == "rows_returned");
    assert_eq!(
        rows.map(|pair| pair.value.clone()),
        Some(opentelemetry::Value::I64(1))
    );
}
