use std::fmt::Debug;

use super::*;
use crate::propagation::{Propagators, RemoteContext};

const FIELDS: [(&str, &str); 4] = [
    (
        "traceparent",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03",
    ),
    ("tracestate", "ot=th:8,vendor=1"),
    ("baggage", "user=alice"),
    ("x-correlation-id", "order-4711"),
];

fn incoming() -> RemoteContext {
    Propagators::default().extract(&FIELDS[..])
}

/// What is written reads as what was to be written, and what stood there is gone.
fn check<C: Extract + Inject + Debug + ?Sized>(carrier: &mut C) {
    for (name, _) in FIELDS {
        carrier.set(&HeaderName::from_static(name), "stale");
    }
    let propagators = Propagators::default();
    propagators.inject(carrier, &(&incoming()).into());
    for (name, value) in FIELDS {
        let name = HeaderName::from_static(name);
        let values: Vec<&[u8]> = carrier.values_of(&name).collect();
        assert_eq!(values, [value.as_bytes()], "{name} in {carrier:?}");
    }
    let state = HeaderName::from_static("tracestate");
    carrier.unset(&state);
    assert_eq!(carrier.values_of(&state).count(), 0, "{carrier:?}");
}

#[test]
fn every_carrier_holds_every_field_once() {
    check(&mut HeaderMap::new());
    #[cfg(feature = "grpc")]
    check(&mut tonic::metadata::MetadataMap::new());
    check(&mut HashMap::<String, String>::new());
    check(&mut HashMap::<String, Vec<u8>>::new());
    check(&mut BTreeMap::<String, String>::new());
    check(&mut BTreeMap::<Box<str>, Vec<u8>>::new());
    check(&mut Vec::<(String, String)>::new());
    check(&mut Vec::<(String, Vec<u8>)>::new());
}

#[test]
fn a_list_is_read_in_any_spelling_and_in_its_order() {
    let list = [("Baggage", "a=1"), ("other", "x"), ("BAGGAGE", "b=2")];
    assert_eq!(
        Propagators::default().extract(&list[..]).baggage.as_str(),
        "a=1,b=2"
    );
    let mut list = list.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    list.set(&BAGGAGE, "c=3");
    assert_eq!(
        list,
        [("other", "x"), ("baggage", "c=3")].map(|(k, v)| (k.to_owned(), v.to_owned()))
    );
}

#[test]
fn carriers_of_the_opentelemetry_api_are_carriers() {
    let mut message = HashMap::<String, String>::new();
    let propagators = Propagators::default();
    propagators.inject(&mut message as &mut dyn Injector, &(&incoming()).into());
    let expected = FIELDS.map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    assert_eq!(message, expected);
    let remote = propagators.extract(&message as &dyn Extractor);
    assert_eq!(remote.parent, incoming().parent);
    assert_eq!(remote.state, incoming().state);
    assert_eq!(remote.baggage, incoming().baggage);
    assert_eq!(remote.correlation, incoming().correlation);
}
