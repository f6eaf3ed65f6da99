//! The correlation id of the running request: asked for, set, and carried in requests to other services.
//!
//! It belongs to the request, never to the thread: it is found in the strand that runs, and runs only while the task is
//! polled. It travels whether or not anything is recorded.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context as TaskContext, Poll};

use http::HeaderMap;
use pin_project_lite::pin_project;

use crate::propagation::CorrelationId;
use crate::record::carry::{self, with_active};
use crate::record::context::Context;
use crate::record::owned::Owned;
use crate::record::running::Running;
use crate::record::scope::scope;
use crate::record::thread;
use crate::remote::inject_headers;

/// The correlation id of the running request; where nobody gave one, its trace id. `None` outside of any request.
///
/// ```
/// use phoenix_trace::{CorrelationId, current_correlation_id, with_correlation_id};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let id: CorrelationId = "order-4711".parse()?;
/// let seen = with_correlation_id(Some(id), current_correlation_id);
/// assert_eq!(seen.unwrap().as_str(), "order-4711");
/// assert!(current_correlation_id().is_none());
/// # Ok(())
/// # }
/// ```
#[must_use]
pub fn current_correlation_id() -> Option<CorrelationId> {
    carry::current_correlation()
}

/// Sets the correlation id of the running request, from here on: for its local root, its logs, the requests that it
/// sends, the tasks that it spawns, its response. A task of the request may set it as well: the others have it when they are
/// polled next. Outside of a request it does nothing; a task that an excluded request has spawned sets its own.
pub fn set_correlation_id(id: CorrelationId) {
    with_active(|strand| strand.set_correlation(id));
}

/// A new random id: 32 lowercase hexadecimal digits.
#[must_use]
pub fn generate_correlation_id() -> CorrelationId {
    CorrelationId::generate()
}

/// The correlation id that a request carries: its header when that is valid, else the id of the trace it belongs to; the
/// other way round where [`Config::correlation_source`](crate::Config::correlation_source) says so. `None`: it has neither.
///
/// ```
/// use phoenix_trace::extract_correlation_id_from_request;
///
/// let mut headers = http::HeaderMap::new();
/// assert!(extract_correlation_id_from_request(&headers).is_none());
/// headers.insert("x-correlation-id", http::HeaderValue::from_static("order-4711"));
/// assert_eq!(extract_correlation_id_from_request(&headers).unwrap().as_str(), "order-4711");
/// ```
#[must_use]
pub fn extract_correlation_id_from_request(headers: &HeaderMap) -> Option<CorrelationId> {
    thread::propagators().extract(headers).correlation_id()
}

/// Writes the trace context, the baggage and the correlation id of the running request into the header fields of one
/// that goes out, in place of what they held, in the configured formats. Outside of a request it writes a new correlation
/// id only, unless they hold a valid one. [`inject`](crate::inject) is the same for every other carrier.
///
/// ```
/// use phoenix_trace::{generate_correlation_id, inject_correlation_id_to_request, with_correlation_id};
///
/// let id = generate_correlation_id();
/// let mut headers = http::HeaderMap::new();
/// with_correlation_id(Some(id.clone()), || inject_correlation_id_to_request(&mut headers));
/// assert_eq!(headers["x-correlation-id"], id.as_str());
/// ```
pub fn inject_correlation_id_to_request(headers: &mut HeaderMap) {
    inject_headers(headers);
}

/// Runs `f` under a correlation id: the one that is given, else the current one, else the trace id, else a new one.
///
/// Within a request the id is the request's for the time of the call. The response and the local root of the request
/// tell the id that it has when it ends; [`set_correlation_id`] is for those. What is set inside lasts until this ends.
pub fn with_correlation_id<R>(id: Option<CorrelationId>, f: impl FnOnce() -> R) -> R {
    let mut carried = Carried::new(id);
    let _inside = carried.enter();
    f()
}

/// [`with_correlation_id`] for a future: the id is the request's during each poll.
///
/// ```
/// use phoenix_trace::{current_correlation_id, with_correlation_id_async};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let seen = with_correlation_id_async(None, async {
///     tokio::task::yield_now().await;
///     current_correlation_id()
/// });
/// assert!(seen.await.is_some());
/// assert!(current_correlation_id().is_none());
/// # });
/// ```
pub fn with_correlation_id_async<F: Future>(
    id: Option<CorrelationId>,
    future: F,
) -> WithCorrelationId<F> {
    WithCorrelationId {
        future: Some(future),
        carried: Carried::new(id),
    }
}

pin_project! {
    /// The future of [`with_correlation_id_async`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct WithCorrelationId<F> {
        #[pin]
        future: Option<F>,
        carried: Carried,
    }

    impl<F> PinnedDrop for WithCorrelationId<F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let _inside = this.carried.enter();
            this.future.set(None);
        }
    }
}

impl<F: Future> Future for WithCorrelationId<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut TaskContext<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(future) = this.future.as_pin_mut() else {
            return Poll::Pending;
        };
        let _inside = this.carried.enter();
        future.poll(cx)
    }
}

/// An id on its way through the polls of a future.
#[derive(Debug)]
struct Carried {
    id: Option<CorrelationId>,
    /// Holds the id where no request runs.
    scope: Owned,
}

/// The id is current until this is dropped.
enum Inside<'a> {
    /// Within a request: its strand, and the id that it had.
    Lent {
        seed: u64,
        previous: Option<CorrelationId>,
        /// Keeps what is set meanwhile for the next poll.
        id: &'a mut Option<CorrelationId>,
    },
    Scope {
        _running: Running<'a>,
    },
}

impl Carried {
    fn new(id: Option<CorrelationId>) -> Self {
        Self {
            id,
            scope: Owned::off(),
        }
    }

    fn enter(&mut self) -> Inside<'_> {
        let id = self
            .id
            .get_or_insert_with(|| current_correlation_id().unwrap_or_else(CorrelationId::generate))
            .clone();
        let lent = with_active(|strand| {
            strand.take_correction();
            strand.lent += 1;
            let previous = strand.context.correlation.replace(id.clone());
            (strand.seed, previous)
        });
        if let Some((seed, previous)) = lent {
            let id = &mut self.id;
            return Inside::Lent { seed, previous, id };
        }
        if self.scope.is_off() {
            self.scope = scope(Context {
                correlation: Some(id),
                ..Context::default()
            });
        }
        Inside::Scope {
            _running: self.scope.enter(),
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        if let Self::Lent { seed, previous, id } = self {
            with_active(|strand| {
                if strand.seed == *seed {
                    strand.lent = strand.lent.saturating_sub(1);
                    **id = std::mem::replace(&mut strand.context.correlation, previous.take());
                }
            });
        }
    }
}
