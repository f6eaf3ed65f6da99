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

/// Among which durations those of a span are, where metrics are exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measured {
    Operation,
    HttpServer,
    HttpClient,
    Database,
    #[cfg(feature = "grpc")]
    RpcServer,
    #[cfg(feature = "grpc")]
    RpcClient,
}

/// The place in the code where a span is made; one static for each.
#[derive(Debug)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) kind: SpanKind,
    pub(crate) function: &'static str,
    /// Who makes the span, where that is not us.
    pub(crate) scope: Option<&'static InstrumentationScope>,
    #[cfg_attr(
        not(feature = "metrics"),
        expect(dead_code, reason = "it is for metrics")
    )]
    pub(crate) measured: Option<Measured>,
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
            measured: Some(Measured::Operation),
        }
    }

    /// The same, measured among others than operations.
    pub(crate) const fn measured(self, measured: Measured) -> Self {
        Self {
            measured: Some(measured),
            ..self
        }
    }

    /// Spans of no name of their own, of another library, whose durations are its own matter.
    pub(crate) const fn of_scope(scope: &'static InstrumentationScope, kind: SpanKind) -> Self {
        Self {
            name: "",
            kind,
            function: "",
            scope: Some(scope),
            measured: None,
        }
    }
}
