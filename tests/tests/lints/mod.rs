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

use phoenix_trace::{
    SpanHandle, attribute_keys, current_span, event, record, traced, traced_operation,
};

attribute_keys! {
    /// Keys.
    mod keys {
        /// The task.
        TASK_ID: "phoenix.task.id" => string,
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
        let n = text.parse::<u8>()?;
        Ok(n)
    }

    #[traced_operation(attributes("service.name" = self.name), err(type_only, if = |error| error.to_string().len() > 3))]
    async fn parse_later(&self, text: &str) -> Result<u8, ParseIntError> {
        let ready = core::future::ready(text).await;
        ready.parse::<u8>()
    }

    #[traced_operation(
        root,
        link = current_span(),
        capture(text: "user.id"),
        attributes("service.name" = self.name.trim()),
        ret(keys::TASK_ID = %|n| n),
        err(?, if = |error| error.to_string().len() > 3),
        skip_if = text.is_empty(),
    )]
    fn parse_apart(&self, text: &str) -> Result<u8, ParseIntError> {
        self.parse(text)
    }

    #[traced_operation(
        parent = below,
        capture(%text: "user.id"),
        attributes("service.name" = self.name.trim()),
        ret,
        skip_if = text.is_empty(),
    )]
    async fn parse_below(&self, text: &str, below: SpanHandle) -> Result<u8, ParseIntError> {
        let parsed = traced!("parse", "user.id" = text.trim(), async {
            text.parse::<u8>()
        })
        .await;
        traced!(text, keys::TASK_ID = text, parsed)
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

#[traced_operation(kind = internal, attributes("service.name" = self.name), skip_if = false)]
impl Service {
    /// How long its name is.
    fn length(&self) -> Option<usize> {
        self.name.len().checked_add(1)
    }

    /// The same, later.
    #[traced_operation(ret(?), err(if = Option::is_none))]
    async fn length_later(&self) -> Option<usize> {
        core::future::ready(self.length()).await
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
    assert_eq!(service.parse_apart("7"), Ok(7), "a number");
    let below = service.parse_below("7", current_span()).await;
    assert_eq!(below, Ok(7), "a number");
    assert_eq!(service.length_later().await, Some(8), "a number");
    service.nothing().await;
}
