//! What comes from outside is read at a bounded cost: however much arrives, no more is looked at, and no more is allocated,
//! than the formats may hold.

use std::alloc::System;
use std::cell::Cell;
use std::iter;

use http::{HeaderMap, HeaderName, HeaderValue};
use phoenix_trace::propagation::{
    Baggage, CorrelationId, Extract, OtState, Propagator, Propagators, TraceParent, TraceState,
    baggage, tracestate,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const B3: &str = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1";
const JAEGER: &str = "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1";
const HUGE: usize = 1024 * 1024;
/// What is kept of a format, a copy while it is made shared, and a buffer that has doubled.
const BOUND: usize = 4 * (baggage::MAX_LENGTH + tracestate::MAX_INPUT);

/// Bytes that `f` allocated, in so many allocations.
fn allocated<R>(f: impl FnOnce() -> R) -> (usize, usize) {
    let region = Region::new(ALLOCATOR);
    let result = f();
    let change = region.change();
    drop(result);
    (
        change.bytes_allocated,
        change.allocations + change.reallocations,
    )
}

/// Has every field, each so often, and counts the values that are looked at.
struct Endless<'a> {
    value: &'a [u8],
    looked_at: Cell<usize>,
}

impl Extract for Endless<'_> {
    fn values_of<'a>(&'a self, _: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
        iter::repeat(self.value).inspect(|_| self.looked_at.set(self.looked_at.get() + 1))
    }
}

fn all() -> Propagators {
    Propagators::new(Propagator::ALL)
}

/// Values that look well for as long as possible, and some that look like nothing.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let repeated = |text: &str| text.bytes().cycle().take(HUGE).collect::<Vec<u8>>();
    vec![
        ("a parent that goes on", {
            let mut value = b"01".to_vec();
            value.extend_from_slice(&PARENT.as_bytes()[2..]);
            value.push(b'-');
            value.extend(repeated("more-"));
            value
        }),
        ("members", repeated("k=v,")),
        ("empty members", repeated(", ,")),
        ("properties", repeated("k=v;p;")),
        ("one key", repeated("k")),
        ("one value", [b"k=".to_vec(), repeated("v")].concat()),
        ("percent signs", [b"k=".to_vec(), repeated("%")].concat()),
        ("encoded", [b"k=".to_vec(), repeated("%0A")].concat()),
        ("spaces", repeated(" ")),
        ("ot", [b"ot=".to_vec(), repeated("th:8;")].concat()),
        ("dashes", repeated("-")),
        ("colons", repeated(":")),
        ("encoded colons", repeated("%3A")),
        ("digits", repeated("0")),
        ("no text", repeated("\u{ff}")),
    ]
}

fn reads_at_a_bounded_cost() {
    for (case, value) in hostile() {
        // In one field.
        let fields = |name| [(name, value.as_slice())];
        for name in [
            "traceparent",
            "b3",
            "uber-trace-id",
            "baggage",
            "x-correlation-id",
            "x-b3-traceid",
            "x-b3-sampled",
        ] {
            let (bytes, _) = allocated(|| all().extract(&fields(name)[..]));
            assert!(bytes <= BOUND, "{case} in {name}: {bytes} bytes");
        }
        let state = [("traceparent", PARENT.as_bytes()), ("tracestate", &value)];
        let (bytes, _) = allocated(|| all().extract(&state[..]));
        assert!(bytes <= BOUND, "{case} in tracestate: {bytes} bytes");
    }
    // In fields without end: what does not stop by itself hangs here.
    for value in ["", ",", "k=v", "a=1,b=2", PARENT, B3, JAEGER, "order-4711"] {
        let endless = Endless {
            value: value.as_bytes(),
            looked_at: Cell::new(0),
        };
        let (bytes, _) = allocated(|| all().extract(&endless));
        assert!(bytes <= BOUND, "{value}: {bytes} bytes");
        let most = 2 * (baggage::MAX_LENGTH + tracestate::MAX_INPUT);
        let looked_at = endless.looked_at.get();
        assert!(looked_at <= most, "{value}: {looked_at} values");
    }
    let lines = iter::repeat(PARENT.as_bytes());
    assert!(TraceState::parse(lines.clone()).is_err());
    assert!(Baggage::parse(lines).1);
}

fn what_is_refused_by_its_length_costs_nothing() {
    let long = vec![b'a'; HUGE];
    let (bytes, _) = allocated(|| {
        assert!(CorrelationId::parse(&long).is_err());
        assert!(TraceParent::parse(&long).is_none());
        assert!(TraceState::parse([&long[..]]).is_err());
    });
    assert_eq!(bytes, 0);
    let members = format!("ot={}", "th:8;".repeat(51));
    let state = TraceState::parse([members.as_bytes()]).expect("valid");
    let (bytes, _) = allocated(|| OtState::of(&state).threshold);
    assert_eq!(bytes, 0);
}

fn usual_headers_cost_what_is_kept() {
    let mut headers = HeaderMap::new();
    for name in ["accept", "host", "user-agent"] {
        headers.insert(name, HeaderValue::from_static("something"));
    }
    // Absent fields, in the default formats and in all.
    for propagators in [Propagators::default(), all()] {
        let (_, allocations) = allocated(|| propagators.extract(&headers));
        assert_eq!(allocations, 0, "{propagators:?}");
    }
    // A parent in each format, and an id that fits.
    for (name, value) in [
        ("traceparent", PARENT),
        ("b3", B3),
        ("uber-trace-id", JAEGER),
        ("x-correlation-id", "order-4711"),
    ] {
        let mut headers = headers.clone();
        headers.insert(name, HeaderValue::from_static(value));
        let propagators = all();
        let (_, allocations) = allocated(|| propagators.extract(&headers));
        assert_eq!(allocations, 0, "{name}");
    }
}

// One test: another that ran beside it would be counted.
#[test]
fn what_comes_from_outside_is_read_at_a_bounded_cost() {
    reads_at_a_bounded_cost();
    what_is_refused_by_its_length_costs_nothing();
    usual_headers_cost_what_is_kept();
}
