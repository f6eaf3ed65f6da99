//! In: the spans that all processes sent. Out: traces, found by the correlation id of a request, and judged: is each
//! connected, does it carry one correlation id, why was each segment kept.

use std::collections::{BTreeMap, HashMap, HashSet};

use opentelemetry::trace::{SpanId, SpanKind, TraceId};
use phoenix_trace::waterfall::{AttributeValue, Span};

const CORRELATION_ID: &str = "phoenix.correlation.id";
const SAMPLING_REASON: &str = "phoenix.sampling.reason";

/// What may be missing from a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expect {
    /// Nothing: every segment is kept.
    EverySegment,
    /// Segments that the rates left out; never a part of a segment that was kept.
    KeptSegments,
}

#[derive(Default)]
pub(crate) struct TraceStore {
    traces: HashMap<TraceId, Trace>,
    seen: HashSet<(TraceId, SpanId)>,
    by_correlation: HashMap<String, HashSet<TraceId>>,
}

#[derive(Default)]
pub(crate) struct Trace {
    pub(crate) spans: Vec<Span>,
}

/// Segments counted: all, by reason, by service.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct SegmentCounts {
    pub(crate) by_reason: BTreeMap<String, u64>,
    pub(crate) by_service: BTreeMap<String, u64>,
    pub(crate) head_kept_by_service: BTreeMap<String, u64>,
    /// Those that do not say why they were kept.
    pub(crate) without_reason: usize,
}

impl TraceStore {
    /// A span that arrives twice, as a retried batch may, counts once.
    pub(crate) fn add(&mut self, span: Span) {
        if !self.seen.insert((span.trace_id, span.span_id)) {
            return;
        }
        if let Some(id) = correlation_id(&span) {
            let traces = self.by_correlation.entry(id.to_owned()).or_default();
            traces.insert(span.trace_id);
        }
        self.traces
            .entry(span.trace_id)
            .or_default()
            .spans
            .push(span);
    }

    pub(crate) fn traces(&self) -> impl Iterator<Item = &Trace> {
        self.traces.values()
    }

    /// The traces of the request that was sent with this correlation id: one, if all is well.
    pub(crate) fn of_request(&self, correlation_id: &str) -> Vec<&Trace> {
        let ids = self.by_correlation.get(correlation_id);
        ids.into_iter()
            .flatten()
            .filter_map(|id| self.traces.get(id))
            .collect()
    }

    pub(crate) fn spans_by_service(&self) -> BTreeMap<&str, u64> {
        let mut spans = BTreeMap::new();
        for span in self.traces().flat_map(|trace| &trace.spans) {
            *spans.entry(span.service.as_str()).or_default() += 1;
        }
        spans
    }

    pub(crate) fn count_segments(&self) -> SegmentCounts {
        let mut counts = SegmentCounts::default();
        for root in self.traces().flat_map(Trace::local_roots) {
            let of = |map: &mut BTreeMap<String, u64>, key: &str| {
                *map.entry(key.to_owned()).or_default() += 1;
            };
            of(&mut counts.by_service, &root.service);
            let reasons = reasons(root);
            counts.without_reason += usize::from(reasons.is_empty());
            if reasons.iter().any(|reason| reason == "head") {
                of(&mut counts.head_kept_by_service, &root.service);
            }
            for reason in &reasons {
                of(&mut counts.by_reason, reason);
            }
        }
        counts
    }
}

impl Trace {
    /// Whether no parent is missing that was to be there.
    pub(crate) fn is_connected(&self, expect: Expect) -> bool {
        match expect {
            Expect::EverySegment => self.is_one_tree(),
            Expect::KeptSegments => self.has_whole_segments(),
        }
    }

    /// Whether the one correlation id stands on the local root of every process.
    pub(crate) fn is_correlated(&self, id: &str) -> bool {
        let mut roots = self.local_roots().peekable();
        roots.peek().is_some() && roots.all(|root| correlation_id(root) == Some(id))
    }

    /// Whether the trace of a failed request is there from the gateway to where it failed: one tree, in which every call
    /// of another service that failed has that service's side of it.
    pub(crate) fn tells_the_failure(&self, entry: &str) -> bool {
        let parents: HashSet<SpanId> = self
            .spans
            .iter()
            .filter_map(|span| span.parent_span_id)
            .collect();
        let entered = self
            .spans
            .iter()
            .any(|span| span.parent_span_id.is_none() && span.service == entry);
        let both_sides = self
            .spans
            .iter()
            .filter(|span| span.kind == SpanKind::Client && span.is_error())
            .filter(|span| span.attribute("rpc.system.name").is_some())
            .all(|span| parents.contains(&span.span_id));
        entered && both_sides && self.is_one_tree()
    }

    fn local_roots(&self) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(|span| is_local_root(span))
    }

    fn is_one_tree(&self) -> bool {
        let known = self.span_ids();
        let roots = self
            .spans
            .iter()
            .filter(|span| span.parent_span_id.is_none());
        roots.count() == 1
            && self
                .spans
                .iter()
                .filter_map(|span| span.parent_span_id)
                .all(|parent| known.contains_key(&parent))
    }

    fn has_whole_segments(&self) -> bool {
        let known = self.span_ids();
        self.spans
            .iter()
            .filter(|span| !is_local_root(span))
            .all(|span| {
                let parent = span.parent_span_id.and_then(|parent| known.get(&parent));
                parent.is_some_and(|parent| parent.service == span.service)
            })
    }

    fn span_ids(&self) -> HashMap<SpanId, &Span> {
        self.spans.iter().map(|span| (span.span_id, span)).collect()
    }
}

/// The first span of a kept segment says why the segment was kept.
fn is_local_root(span: &Span) -> bool {
    span.parent_span_id.is_none() || span.attribute(SAMPLING_REASON).is_some()
}

fn reasons(span: &Span) -> Vec<String> {
    match span.attribute(SAMPLING_REASON) {
        Some(AttributeValue::Array(reasons)) => reasons
            .iter()
            .filter_map(AttributeValue::as_str)
            .map(str::to_owned)
            .collect(),
        Some(reason) => vec![reason.to_string()],
        None => Vec::new(),
    }
}

fn correlation_id(span: &Span) -> Option<&str> {
    span.attribute(CORRELATION_ID)
        .and_then(AttributeValue::as_str)
}

#[cfg(test)]
mod tests {
    use opentelemetry::trace::Status;

    use super::*;

    /// `parent` 0 is none. A local root is one whose `reason` is given.
    fn span(id: u64, parent: u64, service: &str, reason: Option<&str>) -> Span {
        let mut attributes = Vec::new();
        if let Some(reason) = reason {
            attributes.push((
                SAMPLING_REASON.to_owned(),
                AttributeValue::Array(vec![reason.into()]),
            ));
            attributes.push((CORRELATION_ID.to_owned(), "flow-1".into()));
        }
        Span {
            trace_id: TraceId::from(7_u128),
            span_id: SpanId::from(id),
            parent_span_id: (parent != 0).then(|| SpanId::from(parent)),
            name: format!("span {id}"),
            service: service.to_owned(),
            kind: SpanKind::Internal,
            start_unix_nanos: 0,
            end_unix_nanos: 1,
            status: Status::Unset,
            attributes,
            events: Vec::new(),
            sampled: true,
        }
    }

    fn store(spans: Vec<Span>) -> TraceStore {
        let mut store = TraceStore::default();
        for span in spans {
            store.add(span);
        }
        store
    }

    fn check(spans: Vec<Span>, every_segment: bool, kept_segments: bool) {
        let store = store(spans);
        let traces = store.of_request("flow-1");
        assert_eq!(traces.len(), 1);
        assert_eq!(traces[0].is_connected(Expect::EverySegment), every_segment);
        assert_eq!(traces[0].is_connected(Expect::KeptSegments), kept_segments);
    }

    #[test]
    fn a_tree_over_two_services_is_connected() {
        let spans = vec![
            span(1, 0, "gateway", Some("head")),
            span(2, 1, "gateway", None),
            span(3, 2, "router", Some("head")),
        ];
        check(spans, true, true);
    }

    #[test]
    fn a_missing_segment_tears_only_where_every_segment_is_kept() {
        let spans = vec![
            span(1, 0, "gateway", Some("head")),
            span(3, 2, "router", Some("head")),
            span(4, 3, "router", None),
        ];
        check(spans, false, true);
    }

    #[test]
    fn a_missing_parent_within_a_segment_tears() {
        let spans = vec![
            span(1, 0, "gateway", Some("head")),
            span(3, 2, "gateway", None),
        ];
        check(spans, false, false);
    }

    #[test]
    fn two_roots_are_not_one_trace() {
        let spans = vec![
            span(1, 0, "gateway", Some("head")),
            span(2, 0, "router", Some("head")),
        ];
        check(spans, false, true);
    }

    #[test]
    fn a_span_sent_twice_counts_once() {
        let store = store(vec![
            span(1, 0, "gateway", Some("head")),
            span(1, 0, "gateway", Some("head")),
        ]);
        assert_eq!(store.spans_by_service()["gateway"], 1);
    }

    #[test]
    fn every_process_has_to_carry_the_correlation_id() {
        let whole = store(vec![span(1, 0, "gateway", Some("head"))]);
        assert!(whole.traces().all(|trace| trace.is_correlated("flow-1")));
        assert!(!whole.traces().any(|trace| trace.is_correlated("flow-2")));
        let mut bare = span(2, 1, "router", Some("head"));
        bare.attributes.retain(|(key, _)| key != CORRELATION_ID);
        let torn = store(vec![span(1, 0, "gateway", Some("head")), bare]);
        assert!(!torn.traces().any(|trace| trace.is_correlated("flow-1")));
    }

    #[test]
    fn segments_are_counted_by_reason_and_service() {
        let store = store(vec![
            span(1, 0, "gateway", Some("head")),
            span(2, 1, "router", Some("error")),
            span(3, 2, "router", None),
        ]);
        let counts = store.count_segments();
        assert_eq!(counts.by_reason["head"] + counts.by_reason["error"], 2);
        assert_eq!(counts.by_service["router"], 1);
        assert_eq!(counts.head_kept_by_service.get("router"), None);
        assert_eq!(counts.without_reason, 0);
    }

    #[test]
    fn a_failed_call_needs_its_other_side() {
        let mut call = span(2, 1, "gateway", None);
        call.kind = SpanKind::Client;
        call.status = Status::error("INTERNAL");
        call.attributes
            .push(("rpc.system.name".into(), "grpc".into()));
        let mut spans = vec![span(1, 0, "gateway", Some("error")), call];
        let told = |spans: &[Span]| {
            let store = store(spans.to_vec());
            store
                .traces()
                .all(|trace| trace.tells_the_failure("gateway"))
        };
        assert!(!told(&spans));
        spans.push(span(3, 2, "router", Some("error")));
        assert!(told(&spans));
    }
}
