//! Annotated code under the strictest lints: what the macros add raises none. Clippy is what runs this test.

#![warn(clippy::pedantic, clippy::nursery, clippy::restriction, clippy::cargo)]
#![expect(
    clippy::blanket_clippy_restriction_lints,
    clippy::implicit_return,
    clippy::absolute_paths,
    clippy::arbitrary_source_item_ordering,
    clippy::tests_outside_test_module,
    clippy::question_mark_used,
    reason = "these fire on the annotated code itself"
)]

use core::num::ParseIntError;

use phoenix_trace::{attribute_keys, event, record, traced_operation};

attribute_keys! {
    /// Keys.
    mod keys {
        /// The task.
        TASK_ID: "phoenix.task.id" => string,
        /// A note.
        NOTE: "phoenix.note" => string, sensitive, max_length = 8,
        /// Where it stands.
        STATE: "phoenix.state" => enum State {
            /// It waits.
            Queued,
            /// It runs.
            Running = "runs",
        },
    }
}

/// A service.
struct Service {
    /// Its name.
    name: String,
}

impl Service {
    #[traced_operation(
        kind = client,
        attributes("service.name" = self.name, keys::TASK_ID = %text, "server.port" = 80_i32)
    )]
    fn parse(&self, text: &str) -> Result<u8, ParseIntError> {
        record!("user.id" = self.name, keys::TASK_ID = ?text);
        event!("parsing", "user.id" = text);
        record!(
            keys::NOTE = text,
            keys::STATE = if text.is_empty() {
                keys::State::Queued
            } else {
                keys::State::Running
            }
        );
        record!(phoenix_trace::keys::SERVER_PORT = text.len());
        let n = text.parse::<u8>()?;
        Ok(n)
    }

    #[traced_operation(attributes("service.name" = self.name), err(type_only, if = |error| error.to_string().len() > 3))]
    async fn parse_later(&self, text: &str) -> Result<u8, ParseIntError> {
        let ready = core::future::ready(text).await;
        ready.parse::<u8>()
    }

    #[traced_operation]
    async fn nothing(&self) {
        core::future::ready(()).await;
    }

    #[traced_operation(attributes("service.name" = self.name))]
    fn boxed<'text>(
        &'text self,
        text: &'text str,
    ) -> core::pin::Pin<Box<dyn Future<Output = Result<u8, ParseIntError>> + 'text>> {
        Box::pin(async move { text.parse::<u8>() })
    }
}

#[tokio::test]
async fn annotated_code_raises_no_lint() {
    let service = Service {
        name: "service".to_owned(),
    };
    assert_eq!(service.parse("7"), Ok(7), "a number");
    assert_eq!(service.parse_later("7").await, Ok(7), "a number");
    assert_eq!(service.boxed("7").await, Ok(7), "a number");
    service.nothing().await;
}
