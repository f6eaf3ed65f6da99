use proptest::prelude::*;

use super::*;

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
    let remote = extract(&HeaderMap::new());
    assert!(remote.parent.is_none() && remote.state.is_empty() && remote.baggage.is_empty());
    assert!(!remote.parent_rejected && !remote.state_rejected);
    assert!(!remote.correlation_rejected && !remote.baggage_dropped);
}

#[test]
fn what_is_rejected_is_marked() {
    let remote = extract(&headers(&[
        ("traceparent", PARENT),
        ("tracestate", "A=1"),
        ("baggage", "a=1,broken"),
        ("x-correlation-id", "a=1 tenant=victim"),
    ]));
    assert!(remote.parent.is_some() && remote.correlation.is_none());
    assert!(!remote.parent_rejected && remote.state_rejected);
    assert!(remote.correlation_rejected && remote.baggage_dropped);
    assert_eq!(remote.baggage.as_str(), "a=1");

    let remote = extract(&headers(&[("traceparent", "?"), ("tracestate", "A=1")]));
    assert!(
        remote.parent_rejected && !remote.state_rejected,
        "the tracestate is not read"
    );
}

#[test]
fn one_valid_correlation_id_is_taken() {
    let correlation = |fields: &[(&'static str, &str)]| {
        extract(&headers(fields))
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
        extract_with(&map, &name).correlation.unwrap().as_str(),
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
    };
    inject(&mut map, &outgoing);
    assert_eq!(
        map,
        headers(&[
            ("traceparent", PARENT),
            ("x-correlation-id", "new"),
            ("accept", "*/*")
        ])
    );

    let before = map.clone();
    inject(&mut map, &Outgoing::default());
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
    inject(
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
    inject(
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
        let remote = extract(&map);
        let mut out = HeaderMap::new();
        inject(&mut out, &Outgoing {
            parent: remote.parent.map(|parent| (parent, &remote.state)),
            baggage: Some(&remote.baggage),
            correlation: remote.correlation.as_ref(),
        });
        let again = extract(&out);
        prop_assert_eq!(again.parent, remote.parent);
        prop_assert_eq!(again.baggage, remote.baggage);
        prop_assert_eq!(again.correlation, remote.correlation);
        prop_assert!(!again.parent_rejected && !again.state_rejected && !again.baggage_dropped);
    }
}
