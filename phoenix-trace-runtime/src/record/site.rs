//! What is known of a span when its code is compiled.

use opentelemetry::InstrumentationScope;

/// The role of a span in its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// Work inside the process: the default.
    Internal,
    /// The handling of a request from outside.
    Server,
    /// A request to another service.
    Client,
    /// A message sent, for somebody to process later.
    Producer,
    /// A message processed.
    Consumer,
}

/// The place in the code where a span is made; one static for each.
#[derive(Debug)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) kind: SpanKind,
    pub(crate) function: &'static str,
    /// Who makes the span, where that is not us.
    pub(crate) scope: Option<&'static InstrumentationScope>,
}

impl Site {
    /// Spans called `name`, made by the function with the path `function` (`code.function.name`; empty: unknown).
    #[must_use]
    pub const fn new(name: &'static str, kind: SpanKind, function: &'static str) -> Self {
        Self {
            name,
            kind,
            function,
            scope: None,
        }
    }

    /// Spans of no name of their own, of another library.
    pub(crate) const fn of_scope(scope: &'static InstrumentationScope, kind: SpanKind) -> Self {
        Self {
            name: "",
            kind,
            function: "",
            scope: Some(scope),
        }
    }
}
