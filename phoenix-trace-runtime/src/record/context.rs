//! What every span of a segment shares: which trace it belongs to, what was decided at its start, whose request it is.

use std::cell::RefCell;
use std::sync::Arc;

use crate::propagation::{
    Baggage, CorrelationId, OtState, RemoteContext, Threshold, TraceParent, TraceState,
};
use opentelemetry::trace::{SpanContext, TraceState as ApiTraceState};
use opentelemetry::{SpanId, TraceId};

use super::clock::Ticks;
use crate::sampling::{Errors, Storm};

/// The context of a segment, or of a request that has no span yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Context {
    /// Zero: no trace yet; a root that starts here begins one.
    pub(crate) trace_id: u128,
    /// The span that the local root hangs under; zero: none.
    pub(crate) parent: u64,
    /// Where its record is, if a strand of this process has it: the strand, and the number there.
    pub(crate) place: Option<(u64, u32)>,
    /// Is that span in another process?
    pub(crate) remote: bool,
    /// Has the request come in at a public edge? Then nobody outside learns the names of services.
    pub(crate) at_edge: bool,
    /// The trace-context flags: as received while there is no root, as decided once there is one.
    pub(crate) flags: u8,
    /// The caller asked for the trace to be debugged, in a format that can say so; passed on.
    pub(crate) debug: bool,
    /// As received; the head decision's threshold is written into it when it goes out.
    pub(crate) state: TraceState,
    /// Of the head decision that sampled the segment, when it is known.
    pub(crate) threshold: Option<Threshold>,
    /// Is the segment kept because somebody with the right to do so asked for its trace?
    pub(crate) forced: bool,
    /// Is the segment kept for failures, and when it was slow, whatever was decided at its start?
    pub(crate) tail: bool,
    /// The local root is slow if it ends after that.
    pub(crate) slow_at: Ticks,
    /// Which failures keep the segment, where that is not the default.
    pub(crate) errors: Option<Arc<Errors>>,
    /// The limit on what is kept for failures alone, if there was one when the segment started.
    pub(crate) storm: Option<Arc<Storm>>,
    /// The span that the local root is linked to in place of a parent, until it starts.
    pub(crate) link: Option<Box<SpanContext>>,
    pub(crate) baggage: Baggage,
    /// The request's own id; without one the trace id stands in for it.
    pub(crate) correlation: Option<CorrelationId>,
}

pub(crate) const SAMPLED: u8 = 0b01;
pub(crate) const RANDOM: u8 = 0b10;

impl From<RemoteContext> for Context {
    fn from(remote: RemoteContext) -> Self {
        let mut context = Self {
            baggage: remote.baggage,
            correlation: remote.correlation,
            ..Self::default()
        };
        if let Some(parent) = remote.parent {
            context.trace_id = u128::from_be_bytes(parent.trace_id().to_bytes());
            context.parent = u64::from_be_bytes(parent.span_id().to_bytes());
            context.remote = true;
            context.flags = parent.flags();
            context.state = remote.state;
            context.debug = remote.debug;
        }
        context
    }
}

impl Context {
    /// Forgets everything.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.state = TraceState::EMPTY;
        self.errors = None;
        self.storm = None;
        self.link = None;
        self.baggage = Baggage::EMPTY;
        self.correlation = None;
        self.trace_id = 0;
        self.parent = 0;
        self.place = None;
        self.threshold = None;
        self.slow_at = 0;
        self.remote = false;
        self.at_edge = false;
        self.flags = 0;
        self.debug = false;
        self.forced = false;
        self.tail = false;
    }

    /// Takes over what another strand of the same segment has, below its span `parent`. Written field by field: most have
    /// nothing to say, and as a whole it would be moved about.
    #[inline]
    pub(crate) fn inherit(&mut self, of: &Self, parent: u64, place: (u64, u32)) {
        let Self {
            trace_id,
            parent: _,
            place: _,
            remote: _,
            at_edge,
            flags,
            debug,
            state,
            threshold,
            forced,
            tail,
            slow_at,
            errors,
            storm,
            link: _,
            baggage,
            correlation,
        } = of;
        self.trace_id = *trace_id;
        self.parent = parent;
        self.place = Some(place);
        self.remote = false;
        self.at_edge = *at_edge;
        self.flags = *flags;
        self.debug = *debug;
        self.state.clone_from(state);
        self.threshold = *threshold;
        self.forced = *forced;
        self.tail = *tail;
        self.slow_at = *slow_at;
        if errors.is_some() || self.errors.is_some() {
            self.errors.clone_from(errors);
        }
        if storm.is_some() || self.storm.is_some() {
            self.storm.clone_from(storm);
        }
        self.baggage.clone_from(baggage);
        self.take_correlation(correlation.as_ref());
    }

    /// The same with all that is known of its parent.
    pub(crate) fn copy(&mut self, of: &Self) {
        self.inherit(of, of.parent, (0, 0));
        self.place = of.place;
        self.remote = of.remote;
        self.link.clone_from(&of.link);
    }

    /// Is it of the same request as another one of its segment? Tasks may set the request's id, and its baggage, for what they
    /// call.
    #[inline]
    pub(crate) fn is_request_of(&self, other: &Self) -> bool {
        self.baggage == other.baggage && self.correlation == other.correlation
    }

    /// Sets the request's own id.
    #[inline]
    pub(crate) fn take_correlation(&mut self, id: Option<&CorrelationId>) {
        if id.is_some() || self.correlation.is_some() {
            self.correlation = id.cloned();
        }
    }

    /// The trace state with the threshold of this process's head decision in place of the caller's.
    pub(crate) fn state_with(&self, threshold: Option<Threshold>) -> TraceState {
        match threshold {
            None if self.state.is_empty() => TraceState::EMPTY,
            Some(threshold) if self.state.is_empty() => Lone::of(threshold, |lone| &lone.ours),
            _ => with_threshold(&self.state, threshold),
        }
    }

    /// The same as OpenTelemetry's crates have it.
    pub(crate) fn api_state_with(&self, threshold: Option<Threshold>) -> ApiTraceState {
        match threshold {
            None if self.state.is_empty() => ApiTraceState::NONE,
            Some(threshold) if self.state.is_empty() => Lone::of(threshold, |lone| &lone.api),
            _ => with_threshold(&self.state, threshold).to_opentelemetry(),
        }
    }

    /// As a request going out below the span `parent` carries it; `None` while there is no trace.
    pub(crate) fn parent_below(&self, parent: u64) -> Option<TraceParent> {
        TraceParent::new(
            TraceId::from(self.trace_id),
            SpanId::from(parent),
            self.flags,
        )
    }

    /// Does a failure of this type keep the segment, which by default it does or does not?
    #[inline]
    pub(crate) fn keeps(&self, error_type: &str, by_default: bool) -> bool {
        match &self.errors {
            Some(errors) => errors.keep(error_type, by_default),
            None => by_default,
        }
    }

    /// Does a local root in it hang under another span?
    pub(crate) fn has_parent(&self) -> bool {
        self.parent != 0
    }

    pub(crate) fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    pub(crate) fn set_sampled(&mut self, sampled: bool) {
        self.flags = self.flags & !SAMPLED | if sampled { SAMPLED } else { 0 };
    }

    /// The correlation id of the request, made of the trace id where nobody gave one.
    pub(crate) fn correlation_id(&self) -> Option<CorrelationId> {
        match &self.correlation {
            Some(id) => Some(id.clone()),
            None if self.trace_id != 0 => Some(CorrelationId::from(opentelemetry::TraceId::from(
                self.trace_id,
            ))),
            None => None,
        }
    }
}

fn with_threshold(state: &TraceState, threshold: Option<Threshold>) -> TraceState {
    let mut ot = OtState::of(state);
    ot.threshold = threshold;
    ot.apply(state)
}

/// The state of a trace that has nothing in it but a threshold. Most have none or the same as the one before, and to make it
/// anew would cost several times what a span does.
struct Lone {
    threshold: Threshold,
    ours: TraceState,
    api: ApiTraceState,
}

thread_local! {
    static LONE: RefCell<Option<Lone>> = const { RefCell::new(None) };
}

impl Lone {
    fn new(threshold: Threshold) -> Self {
        let ours = with_threshold(&TraceState::EMPTY, Some(threshold));
        let api = ours.to_opentelemetry();
        Self {
            threshold,
            ours,
            api,
        }
    }

    fn of<T: Clone>(threshold: Threshold, state: impl Fn(&Self) -> &T) -> T {
        let remembered = LONE.try_with(|last| {
            let mut last = last.borrow_mut();
            let lone = match &mut *last {
                Some(lone) if lone.threshold == threshold => lone,
                last => last.insert(Self::new(threshold)),
            };
            state(lone).clone()
        });
        // The thread is ending.
        remembered.unwrap_or_else(|_| state(&Self::new(threshold)).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propagation::Propagators;

    #[test]
    fn a_strand_has_all_that_its_segment_has() {
        let mut headers = http::HeaderMap::new();
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (name, value) in [
            ("traceparent", parent),
            ("tracestate", "vendor=1"),
            ("baggage", "tenant=acme"),
            ("x-correlation-id", "order-4711"),
        ] {
            headers.insert(name, http::HeaderValue::from_static(value));
        }
        let segment = Context {
            threshold: Some(Threshold::ALWAYS),
            debug: true,
            forced: true,
            tail: true,
            slow_at: 17,
            errors: Some(Arc::default()),
            storm: Some(Arc::new(Storm::new(1.0))),
            at_edge: true,
            ..Context::from(Propagators::default().extract(&headers))
        };
        let mut strand = Context::default();
        strand.inherit(&segment, 7, (3, 4));
        let expected = Context {
            parent: 7,
            place: Some((3, 4)),
            remote: false,
            ..segment
        };
        assert_eq!(format!("{strand:?}"), format!("{expected:?}"));
    }
}
