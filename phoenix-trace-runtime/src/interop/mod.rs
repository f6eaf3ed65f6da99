//! At home in the ecosystem: the OpenTelemetry API records into the same segments as annotations do, and spans of `tracing`
//! arrive over it.
//!
//! What comes in are spans of the API and contexts that are attached by hand; what goes out are strands of segments
//! (`record::free`) and, while a strand runs, a context that names its spans.

#[cfg(feature = "tracing")]
mod around;
pub(crate) mod attachments;
mod attributes;
pub(crate) mod contexts;
pub(crate) mod early;
mod hand;
mod identity;
#[cfg(feature = "tracing")]
mod integers;
#[cfg(feature = "tracing")]
mod made;
pub(crate) mod observer;
mod provider;
mod span;
mod tracer;
#[cfg(feature = "tracing")]
mod tracing;
mod words;

pub use contexts::OtelContext;
pub use observer::ContextObserver;
pub use provider::TracerProvider;
pub(crate) use provider::install;
pub use span::Span;
pub use tracer::Tracer;
#[cfg(feature = "tracing")]
pub(crate) use tracing::subscribe;
#[cfg(feature = "tracing")]
pub use tracing::{FilterError, TracingBridge, tracing_bridge};
