//! What is known of a span when its code is compiled.

use std::sync::atomic::{AtomicU8, Ordering};

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
    /// How many of its first local roots there have been.
    roots: AtomicU8,
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
            roots: AtomicU8::new(0),
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
            roots: AtomicU8::new(0),
        }
    }

    /// Is the local root that starts among the first of this site? On several threads there may be some more of them.
    #[inline]
    pub(crate) fn is_among_first(&self) -> bool {
        const FIRST: u8 = 64;
        let before = self.roots.load(Ordering::Relaxed);
        if before == FIRST {
            return false;
        }
        self.roots.store(before + 1, Ordering::Relaxed);
        true
    }
}
