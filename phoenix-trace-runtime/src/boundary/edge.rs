//! The public edge: what requests from outside say of themselves is not believed.

use std::sync::{Arc, Once};
use std::time::Instant;

use http::{HeaderMap, HeaderName};

use super::ServerSpan;
use super::forced::{self, ForcedTracing};
use crate::diag;
use crate::propagation::{RemoteContext, b3, carrier, jaeger};
use crate::record::context::Context;
use crate::record::thread;
use crate::remote::extract;
use crate::sampling::forced::mark;

/// What a server at the public edge makes of the context that requests bring along: a setting of
/// [`HttpServerLayer`](crate::HttpServerLayer) and `GrpcServerLayer`.
///
/// Each request begins a trace of its own, which is linked to the one that it came with. So nobody outside decides what is
/// kept: not by a sampled flag, a `tracestate`, a `grpc-timeout` that nobody can meet, or a call of a method that there is not.
/// Baggage and the correlation id do not pass. The header fields that
/// held all this, those of B3, Jaeger and OpenCensus included, are taken from the request, so that what is inside, such as a
/// proxy that copies fields, does not pass them on either.
///
/// ```
/// use phoenix_trace::{Edge, ForcedTracing, HttpServerLayer};
///
/// # fn secret() -> String { "from a secret store".to_owned() }
/// let edge = Edge::new()
///     .accept_correlation_id()
///     .forced_tracing(ForcedTracing::new(secret().as_bytes()));
/// let layer = HttpServerLayer::new().edge(edge);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Edge {
    accepts_correlation_id: bool,
    forced: Option<Arc<ForcedTracing>>,
}

/// The fields that hold context in one of the formats that services read.
static FIELDS: [HeaderName; 15] = [
    carrier::TRACEPARENT,
    carrier::TRACESTATE,
    carrier::BAGGAGE,
    b3::SINGLE,
    b3::TRACE_ID,
    b3::SPAN_ID,
    b3::PARENT_SPAN_ID,
    b3::SAMPLED,
    b3::FLAGS,
    jaeger::HEADER,
    HeaderName::from_static("jaeger-baggage"),
    forced::JAEGER,
    HeaderName::from_static("grpc-trace-bin"),
    HeaderName::from_static("grpc-tags-bin"),
    forced::ENVOY,
];

/// Jaeger has a field for each member of its baggage.
const JAEGER_BAGGAGE: &str = "uberctx-";

impl Edge {
    /// An edge at which nothing passes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the correlation id of a request when it is valid (`[A-Za-z0-9._-]{1,128}`): for callers who look for their
    /// requests by ids of their own. Two callers may then use the same.
    #[must_use]
    pub fn accept_correlation_id(mut self) -> Self {
        self.accepts_correlation_id = true;
        self
    }

    /// Keeps the traces of requests that ask for it and may.
    #[must_use]
    pub fn forced_tracing(mut self, forced: ForcedTracing) -> Self {
        self.forced = Some(Arc::new(forced));
        self
    }

    /// Reads the context of a request, and believes it unless there is an edge.
    pub(crate) fn receive(edge: Option<&Self>, headers: &mut HeaderMap) -> Context {
        let remote = extract(headers);
        match edge {
            None => Context::from(remote),
            Some(edge) => edge.distrust(remote, headers),
        }
    }

    /// A layer inside of another one has read no context: if it stands at an edge, that has no effect.
    pub(crate) fn look_inside(edge: Option<&Self>, outer: &ServerSpan) {
        static SAID: Once = Once::new();
        if Self::is_ignored(edge, outer) {
            SAID.call_once(|| {
                diag::line(format_args!(
                    "`edge()` of a server layer inside of another one has no effect: callers are believed; set it on the outermost layer"
                ));
            });
        }
    }

    fn is_ignored(edge: Option<&Self>, outer: &ServerSpan) -> bool {
        edge.is_some() && !outer.at_edge
    }

    #[inline(never)]
    fn distrust(&self, remote: RemoteContext, headers: &mut HeaderMap) -> Context {
        let mut context = Context {
            at_edge: true,
            ..Context::default()
        };
        if let Some(forced) = &self.forced {
            if forced.is_due(headers, remote.parent.is_some(), Instant::now()) {
                context.state = mark();
            }
            headers.remove(forced.field());
        }
        if self.accepts_correlation_id && remote.correlation.is_some() {
            context.correlation = remote.correlation;
        } else {
            headers.remove(thread::propagators().correlation_name());
        }
        for field in &FIELDS {
            headers.remove(field);
        }
        let is_baggage = |field: &&HeaderName| field.as_str().starts_with(JAEGER_BAGGAGE);
        let baggage: Vec<HeaderName> = headers.keys().filter(is_baggage).cloned().collect();
        for field in baggage {
            headers.remove(field);
        }
        let link = remote
            .parent
            .map(|parent| parent.to_span_context(&remote.state));
        context.link = link.map(Box::new);
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation::Propagator;

    #[test]
    fn an_inner_edge_has_no_effect_unless_the_outer_layer_has_one() {
        let (inside, at_edge) = [false, true]
            .map(|at_edge| ServerSpan {
                at_edge,
                ..ServerSpan::default()
            })
            .into();
        let edge = Edge::new();
        assert!(Edge::is_ignored(Some(&edge), &inside));
        assert!(!Edge::is_ignored(Some(&edge), &at_edge));
        assert!(!Edge::is_ignored(None, &inside));
    }

    #[test]
    fn no_format_passes() {
        for field in Propagator::ALL.into_iter().flat_map(Propagator::fields) {
            assert!(FIELDS.iter().any(|taken| taken == field), "{field}");
        }
    }
}
