//! Spans without the macros: what generated code would call.

#[cfg(feature = "otlp")]
pub(crate) mod metrics;

use std::future::Future;

use phoenix_trace_runtime::outcome::Outcome;
use phoenix_trace_runtime::private::{self, Entered, Site, SpanKind};

/// A span until the guard goes.
pub(crate) fn enter(name: &'static str) -> Entered {
    private::enter(site(name), &[])
}

/// A future inside a span that starts at the first poll, like an annotated `async fn`.
pub(crate) async fn traced<F: Future>(name: &'static str, body: F) -> F::Output {
    private::traced(started(name, body), |_: &F::Output| Outcome::Ok).await
}

/// The same for a body that can fail.
pub(crate) async fn fallible<F, T, E>(name: &'static str, body: F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: std::error::Error + 'static,
{
    private::traced(started(name, body), |result: &Result<T, E>| {
        private::outcome!(result)
    })
    .await
}

/// A body that starts its span, as generated code does.
async fn started<F: Future>(name: &'static str, body: F) -> F::Output {
    private::start(site(name), &[]);
    body.await
}

/// A site for each name: tests make few, and each once.
pub(crate) fn site(name: &'static str) -> &'static Site {
    Box::leak(Box::new(Site::new(name, SpanKind::Internal, "")))
}
