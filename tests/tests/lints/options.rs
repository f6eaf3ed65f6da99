//! Every option of an operation, operations without a function, and a whole impl.

use core::num::ParseIntError;

use phoenix_trace::{SpanHandle, current_span, db_span, traced, traced_operation};

use crate::keys;

/// A service.
#[derive(Clone, Debug)]
pub(crate) struct Parser {
    /// Its name.
    name: String,
}

impl Parser {
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
        text.parse::<u8>()
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
        let again = traced!("again", keys::TASK_ID = text, {
            let arrived = core::future::ready(text).await;
            parsed.or_else(|_| arrived.parse::<u8>())
        });
        traced!(text, keys::TASK_ID = text, again)
    }

    /// As if a database parsed it.
    fn query(&self, text: &str) -> Result<u8, ParseIntError> {
        db_span!(
            system = "sqlite",
            namespace = self.name.trim(),
            sql = text,
            keys::TASK_ID = text,
            rows = |n| *n,
            status_code = |error| error.to_string(),
            err(type_only),
            text.parse::<u8>()
        )
    }

    /// The same, later.
    async fn query_later(&self, text: &str) -> Result<u8, ParseIntError> {
        db_span!(system = self.name, rows = |n| *n, async move {
            core::future::ready(self.query(text)).await
        })
        .await
    }

    /// A future that is there, which is awaited elsewhere.
    async fn wait(&self) -> u8 {
        let (asked, begun) = (core::future::ready(3), core::future::ready(4));
        let query = db_span!(system = self.name, async { asked.await });
        let work = traced!("work", async { begun.await });
        query.await | work.await
    }

    /// The same, awaited inside.
    async fn query_awaited(&self, text: &str) -> Result<u8, ParseIntError> {
        db_span!(
            system = self.name,
            rows = |n| -> u8 { *n },
            core::future::ready(self.query(text)).await
        )
    }
}

/// A service all of whose methods are operations.
#[derive(Clone, Debug)]
pub(crate) struct Named {
    /// Its name.
    name: String,
}

#[traced_operation(kind = internal, attributes("service.name" = self.name), skip_if = false)]
impl Named {
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

#[cfg(test)]
mod tests {
    use super::{Named, Parser, current_span};

    #[tokio::test]
    async fn options_raise_no_lint() {
        let name = "service".to_owned();
        let (parser, named) = (Parser { name: name.clone() }, Named { name });
        assert_eq!(parser.parse_apart("7"), Ok(7), "a number");
        let below = parser.parse_below("7", current_span()).await;
        assert_eq!(below, Ok(7), "a number");
        assert_eq!(parser.query_later("7").await, Ok(7), "a number");
        assert_eq!(parser.query_awaited("7").await, Ok(7), "a number");
        assert_eq!(parser.wait().await, 7, "both");
        assert_eq!(named.length_later().await, Some(8), "a number");
    }
}
