use http::{HeaderMap, HeaderValue};
use proptest::prelude::*;

use super::carrier::{BAGGAGE, TRACEPARENT, TRACESTATE};
use super::*;

pub(super) fn default() -> Propagators {
    Propagators::default()
}

pub(super) const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";

pub(super) fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
    fields
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            )
        })
        .fold(HeaderMap::new(), |mut map, (name, value)| {
            map.append(name, value);
            map
        })
}

#[test]
fn absent_fields_are_not_rejected_ones() {
    let remote = default().extract(&HeaderMap::new());
    assert!(remote.parent.is_none() && remote.state.is_empty() && remote.baggage.is_empty());
    assert!(!remote.parent_rejected && !remote.state_rejected);
    assert!(!remote.correlation_rejected && !remote.baggage_dropped);
}

#[test]
fn what_is_rejected_is_marked() {
    let remote = default().extract(&headers(&[
        ("traceparent", PARENT),
        ("tracestate", "A=1"),
        ("baggage", "a=1,broken"),
        ("x-correlation-id", "a=1 tenant=victim"),
    ]));
    assert!(remote.parent.is_some() && remote.correlation.is_none());
    assert!(!remote.parent_rejected && remote.state_rejected);
    assert!(remote.correlation_rejected && remote.baggage_dropped);
    assert_eq!(remote.baggage.as_str(), "a=1");

    let remote = default().extract(&headers(&[("traceparent", "?"), ("tracestate", "A=1")]));
    assert!(
        remote.parent_rejected && !remote.state_rejected,
        "the tracestate is not read"
    );
}

#[test]
fn one_valid_correlation_id_is_taken() {
    let correlation = |fields: &[(&'static str, &str)]| {
        default()
            .extract(&headers(fields))
            .correlation
            .map(|id| id.to_string())
    };
    assert_eq!(
        correlation(&[("x-correlation-id", " order-4711 ")]).as_deref(),
        Some("order-4711")
    );
    assert_eq!(
        correlation(&[("x-correlation-id", "a"), ("x-correlation-id", "b")]),
        None
    );
    assert_eq!(correlation(&[("x-correlation-id", "")]), None);

    let name = HeaderName::from_static("x-request-id");
    let map = headers(&[("x-request-id", "r1"), ("x-correlation-id", "c1")]);
    assert_eq!(
        default()
            .correlation_header(name)
            .extract(&map)
            .correlation
            .unwrap()
            .as_str(),
        "r1"
    );
}

#[test]
fn injection_replaces_what_was_there() {
    let mut map = headers(&[
        ("traceparent", "old"),
        ("traceparent", "older"),
        ("tracestate", "old=1"),
        ("baggage", "old=1"),
        ("x-correlation-id", "old"),
        ("accept", "*/*"),
    ]);
    let parent = TraceParent::parse(PARENT.as_bytes()).unwrap();
    let id: CorrelationId = "new".parse().unwrap();
    let outgoing = Outgoing {
        parent: Some((parent, &TraceState::EMPTY)),
        baggage: Some(&Baggage::EMPTY),
        correlation: Some(&id),
        ..Outgoing::default()
    };
    default().inject(&mut map, &outgoing);
    assert_eq!(
        map,
        headers(&[
            ("traceparent", PARENT),
            ("x-correlation-id", "new"),
            ("accept", "*/*")
        ])
    );

    let before = map.clone();
    default().inject(&mut map, &Outgoing::default());
    assert_eq!(map, before);
}

#[test]
fn a_long_tracestate_is_shortened() {
    let list = (0..32)
        .map(|i| format!("k{i}={}", "x".repeat(100)))
        .collect::<Vec<_>>()
        .join(",");
    let state = TraceState::parse([list.as_bytes()]).unwrap();
    let mut map = HeaderMap::new();
    let parent = TraceParent::parse(PARENT.as_bytes()).unwrap();
    default().inject(
        &mut map,
        &Outgoing {
            parent: Some((parent, &state)),
            ..Outgoing::default()
        },
    );
    let sent = map[TRACESTATE].to_str().unwrap();
    assert!((512..=tracestate::MAX_EMITTED).contains(&sent.len()));
    assert!(list.starts_with(sent));
}

#[test]
fn a_full_map_stays_as_it_is() {
    let mut map = HeaderMap::new();
    for i in 0.. {
        let name = HeaderName::from_bytes(format!("h{i}").as_bytes()).unwrap();
        if map.try_insert(name, HeaderValue::from_static("v")).is_err() {
            break;
        }
    }
    let before = map.len();
    let parent = TraceParent::parse(PARENT.as_bytes()).unwrap();
    default().inject(
        &mut map,
        &Outgoing {
            parent: Some((parent, &TraceState::EMPTY)),
            ..Outgoing::default()
        },
    );
    assert_eq!(map.len(), before);
}

proptest! {
    #[test]
    fn any_fields_are_harmless(
        fields in proptest::collection::vec((0_usize..4, proptest::collection::vec(any::<u8>(), 0..200)), 0..20),
    ) {
        let names = [TRACEPARENT, TRACESTATE, BAGGAGE, correlation::HEADER];
        let mut map = HeaderMap::new();
        for (name, value) in fields {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                map.append(&names[name], value);
            }
        }
        let remote = default().extract(&map);
        let mut out = HeaderMap::new();
        default().inject(&mut out, &Outgoing {
            parent: remote.parent.map(|parent| (parent, &remote.state)),
            baggage: Some(&remote.baggage),
            correlation: remote.correlation.as_ref(),
            ..Outgoing::default()
        });
        let again = default().extract(&out);
        prop_assert_eq!(again.parent, remote.parent);
        prop_assert_eq!(again.baggage, remote.baggage);
        prop_assert_eq!(again.correlation, remote.correlation);
        prop_assert!(!again.parent_rejected && !again.state_rejected && !again.baggage_dropped);
    }
}

const B3: &str = "11111111111111111111111111111111-1111111111111111-1";
const JAEGER: &str = "33333333333333333333333333333333:3333333333333333:0:1";

/// The trace that a request with every kind of parent continues.
fn continued(formats: &[Propagator], leave_out: &str) -> Option<char> {
    let all = [
        ("traceparent", PARENT),
        ("tracestate", "vendor=1"),
        ("b3", B3),
        ("uber-trace-id", JAEGER),
    ];
    let fields: Vec<_> = all
        .into_iter()
        .filter(|(name, _)| *name != leave_out)
        .collect();
    let remote = Propagators::new(formats.iter().copied()).extract(&fields[..]);
    let told = remote.parent?.trace_id().to_string();
    // A trace state is of its traceparent.
    assert_eq!(
        remote.state.is_empty(),
        !told.starts_with("12"),
        "{formats:?}"
    );
    told.chars().next_back()
}

#[test]
fn the_last_format_that_finds_a_parent_wins() {
    use Propagator::{B3, B3Multi, Baggage, Jaeger, TraceContext};
    for (formats, leave_out, trace) in [
        (&[TraceContext, B3][..], "", Some('1')),
        (&[B3, TraceContext], "", Some('2')),
        (&[TraceContext, B3Multi, Jaeger], "", Some('3')),
        (&[TraceContext, B3], "b3", Some('2')),
        (&[B3, TraceContext], "traceparent", Some('1')),
        (&[Jaeger, B3, Baggage], "b3", Some('3')),
        (&[Baggage], "", None),
        (&[], "", None),
    ] {
        assert_eq!(
            continued(formats, leave_out),
            trace,
            "{formats:?} without {leave_out}"
        );
    }
}

#[test]
fn a_broken_traceparent_leaves_the_parent_that_another_format_found() {
    let fields = [("traceparent", "broken"), ("b3", B3)];
    let remote = Propagators::new([Propagator::B3, Propagator::TraceContext]).extract(&fields[..]);
    assert!(remote.parent.is_some() && remote.parent_rejected);
}

#[test]
fn the_trace_id_can_be_the_correlation_id() {
    let fields = [("traceparent", PARENT), ("x-correlation-id", "order-4711")];
    let told = |source, fields: &[(&str, &str)]| {
        let remote = default().correlation_source(source).extract(fields);
        remote.correlation_id().map(|id| id.to_string())
    };
    let (of_trace, own) = (
        Some(PARENT[3..35].to_owned()),
        Some("order-4711".to_owned()),
    );
    assert_eq!(told(CorrelationSource::Header, &fields), own);
    assert_eq!(told(CorrelationSource::TraceId, &fields), of_trace);
    assert_eq!(told(CorrelationSource::Header, &fields[..1]), of_trace);
    assert_eq!(told(CorrelationSource::TraceId, &fields[1..]), own);
}

#[test]
fn equal_settings_are_kept_once() {
    let settings = || default().correlation_header(HeaderName::from_static("x-kept-once"));
    assert!(std::ptr::eq(settings().for_ever(), settings().for_ever()));
    assert!(!std::ptr::eq(settings().for_ever(), default().for_ever()));
}
