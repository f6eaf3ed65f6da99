//! What is measured, where only numbers matter; `tests/metrics` has the spans.

use std::collections::HashMap;

use super::collect::SeriesNow;
use super::histogram::{Exemplar, Recent};
use super::instrument::{INSTRUMENTS, MOST_ATTRIBUTES, MOST_BUCKETS, index_of};
use super::key::{Found, LeftOut, attributes_of, overflow};
use super::registry::{Admitted, Known, Registry};
use crate::record::site::Measured;
use crate::sensitive::Sensitive;

/// The key of a series of requests that a server had.
fn key(method: &str, route: &str) -> Vec<u8> {
    let mut found = Found::default();
    found.set_text(0, method);
    found.set_text(2, route);
    let mut key = Vec::new();
    let left_out = LeftOut::of(&Sensitive::drop());
    found.write(index_of(Measured::HttpServer), &left_out, &mut key);
    key
}

/// Three requests: of 5 ms, 20 ms and 725 ms; the last one is an example.
pub(in crate::metrics) fn example(method: &str, route: &str) -> SeriesNow {
    let instrument = &INSTRUMENTS[index_of(Measured::HttpServer)];
    let known = Known {
        instrument,
        attributes: attributes_of(&key(method, route)),
    };
    let mut buckets = vec![0; instrument.bounds.len() + 1];
    (buckets[0], buckets[2], buckets[8]) = (1, 1, 1);
    let exemplar = Exemplar {
        bucket: 8,
        trace_id: 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736,
        span_id: 0x00f0_67aa_0ba9_02b7,
        at: 1_700_000_000_120_000_000,
        ticks: 0,
    };
    SeriesNow::new(known.into(), buckets, 0.75, vec![(0.725, exemplar)])
}

#[test]
fn an_instrument_is_where_its_spans_look_for_it() {
    let names: Vec<&str> = INSTRUMENTS.iter().map(|one| one.name).collect();
    let of = |measured| names[index_of(measured)];
    assert_eq!(of(Measured::Operation), "phoenix.operation.duration");
    assert_eq!(of(Measured::HttpServer), "http.server.request.duration");
    assert_eq!(of(Measured::HttpClient), "http.client.request.duration");
    assert_eq!(of(Measured::Database), "db.client.operation.duration");
    #[cfg(feature = "grpc")]
    {
        assert_eq!(of(Measured::RpcServer), "rpc.server.call.duration");
        assert_eq!(of(Measured::RpcClient), "rpc.client.call.duration");
    }
    for instrument in INSTRUMENTS {
        assert!(instrument.attributes.len() <= MOST_ATTRIBUTES);
        assert!(instrument.bounds.len() < MOST_BUCKETS);
        assert!(instrument.bounds.is_sorted());
    }
}

#[test]
fn a_value_is_in_the_bucket_whose_bound_it_does_not_exceed() {
    let bounds = [10, 20, 30];
    let mut recent = Recent::default();
    assert!(recent.is_empty());
    let buckets = [0, 10, 11, 20, 30, 31, u64::MAX].map(|ticks| recent.add(&bounds, ticks));
    assert_eq!(buckets, [0, 0, 1, 1, 2, 3, 3]);
    assert_eq!(recent.buckets[..4], [2, 2, 1, 2]);
    assert_eq!((recent.least, recent.most), (0, u64::MAX));
    assert_eq!(recent.sum, u64::MAX);
}

#[test]
fn attributes_are_read_from_the_key_that_was_made_of_them() {
    let long = "é".repeat(200);
    let attributes: HashMap<String, String> = attributes_of(&key("GET", &long))
        .into_iter()
        .map(|pair| (pair.key.to_string(), pair.value.to_string()))
        .collect();
    assert_eq!(attributes["http.request.method"], "GET");
    // Cut where a character ends.
    assert_eq!(attributes["http.route"], "é".repeat(127));
    let others = attributes_of(&overflow(1));
    assert_eq!(
        others,
        [opentelemetry::KeyValue::new("otel.metric.overflow", true)]
    );
}

#[test]
fn an_instrument_has_so_many_series_and_one_for_the_others() {
    let mut registry = Registry::new(2);
    let number = |admitted| match admitted {
        Admitted::Own(_, number) => number,
        Admitted::Full { others, .. } => others,
    };
    let numbers = ["/a", "/b", "/a", "/c", "/d", "/b"]
        .map(|route| number(registry.admit(&key("GET", route))));
    assert_eq!(numbers, [0, 1, 0, 2, 2, 1]);
    match registry.admit(&key("GET", "/e")) {
        Admitted::Full { all, .. } => assert_eq!(all.len(), 2),
        Admitted::Own(..) => panic!("there is no room"),
    }
    // Another instrument has its own room.
    assert_eq!(number(registry.admit(&[0])), 3);
}
