//! The context of the running request on its way out, over any carrier, and what has come in as the context of what is
//! done for it: headers, metadata, messages of queues and jobs.

use std::future::Future;

use http::HeaderMap;
use opentelemetry::trace::SpanContext;

use crate::propagation::{CorrelationId, Extract, Inject, Outgoing, RemoteContext};
use crate::record::carry::Going;
use crate::record::context::Context;
use crate::record::owned::Owned;
use crate::record::place::SpanRef;
use crate::record::run::InSpan;
use crate::record::scope::scope;
use crate::record::thread;

/// Writes the trace context, the baggage and the correlation id of what runs now into the header fields, metadata or
/// attributes of what goes out, in the configured formats ([`Config::propagators`](crate::Config::propagators)) and in
/// place of what stood there. The receiver's parent is the span that runs now.
///
/// Outside of any request only a new correlation id is written. See [`Inject`] for what can be written to.
///
/// ```
/// use std::collections::HashMap;
/// use phoenix_trace::{CorrelationId, extract, inject, with_correlation_id};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let id: CorrelationId = "order-4711".parse()?;
/// let mut attributes = HashMap::<String, String>::new();
/// with_correlation_id(Some(id), || inject(&mut attributes));
///
/// assert_eq!(attributes["x-correlation-id"], "order-4711");
/// assert_eq!(extract(&attributes).correlation_id().unwrap().as_str(), "order-4711");
/// # Ok(())
/// # }
/// ```
pub fn inject<C: Inject + ?Sized>(carrier: &mut C) {
    let propagators = thread::propagators();
    match Going::from_here() {
        Some(going) => propagators.inject(carrier, &going.outgoing()),
        None => {
            let new = CorrelationId::generate();
            propagators.inject(carrier, &Outgoing::only(&new));
        }
    }
}

/// [`inject`] for header fields: outside of any request a correlation id that they have stays, if it is valid.
pub(crate) fn inject_headers(headers: &mut HeaderMap) {
    let propagators = thread::propagators();
    match Going::from_here() {
        Some(going) => propagators.inject(headers, &going.outgoing()),
        None if propagators.own_correlation(headers).is_some() => {}
        None => inject(headers),
    }
}

/// Reads what header fields, metadata or attributes carry, in the configured formats
/// ([`Config::propagators`](crate::Config::propagators)).
///
/// Never fails: what is not valid reads as absent. A correlation id that is not valid is counted in
/// [`stats`](crate::stats). See [`Extract`] for what can be read from, and [`RemoteContext`] for what to do with it.
///
/// ```
/// use phoenix_trace::extract;
///
/// // The headers of a Kafka message: names that may repeat, values that are bytes.
/// let headers: Vec<(String, Vec<u8>)> =
///     vec![("traceparent".into(), b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".into())];
/// let remote = extract(&headers);
/// assert!(remote.parent.unwrap().is_sampled());
/// // Where nobody gave one, the trace id is the correlation id.
/// assert_eq!(remote.correlation_id().unwrap().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// ```
#[must_use]
pub fn extract<C: Extract + ?Sized>(carrier: &C) -> RemoteContext {
    let remote = thread::propagators().extract(carrier);
    if remote.correlation_rejected {
        count_replaced();
    }
    remote
}

#[cold]
fn count_replaced() {
    if let Some(pipeline) = thread::current_pipeline() {
        pipeline.count_correlation_replaced();
    }
}

impl RemoteContext {
    /// Runs `f` for the sender: its correlation id and baggage are current, and a span that starts in it hangs below the
    /// sender's, or is a root of a new trace when no parent was sent. A span that is `root` starts a trace of its own and
    /// keeps correlation id and baggage: with `link = &remote` it names the sender.
    ///
    /// ```
    /// use phoenix_trace::{current_correlation_id, extract};
    ///
    /// let message = [("x-correlation-id", "order-4711")];
    /// let seen = extract(&message[..]).run(current_correlation_id);
    /// assert_eq!(seen.unwrap().as_str(), "order-4711");
    /// ```
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let mut scope = self.scope();
        let _running = scope.enter();
        f()
    }

    /// [`run`](Self::run) for a future: during each poll.
    ///
    /// ```
    /// use phoenix_trace::{current_correlation_id, extract};
    ///
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let message = [("x-correlation-id", "order-4711")];
    /// let seen = extract(&message[..]).run_async(async {
    ///     tokio::task::yield_now().await;
    ///     current_correlation_id()
    /// });
    /// assert_eq!(seen.await.unwrap().as_str(), "order-4711");
    /// # });
    /// ```
    pub fn run_async<F: Future>(&self, future: F) -> InSpan<F> {
        InSpan::new(future, self.scope())
    }

    fn scope(&self) -> Owned {
        scope(Context::from(self.clone()))
    }
}

/// The sender's span. As the `parent` of a span it is what [`RemoteContext::run`] is, with the sender's correlation id and
/// baggage; as a `link` it is that span alone.
impl SpanRef for RemoteContext {
    fn to_span_context(&self) -> SpanContext {
        self.parent.map_or(SpanContext::NONE, |parent| {
            parent.to_span_context(&self.state)
        })
    }

    fn as_remote(&self) -> Option<&RemoteContext> {
        Some(self)
    }
}
