use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::propagation::{Outgoing, Propagator, Propagators};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// What one service sends on of what it got: `traceparent` and whether it is to be debugged.
fn read(fields: &[(&str, &str)]) -> Option<(String, bool)> {
    let remote = Propagators::new([Propagator::B3]).extract(fields);
    Some((remote.parent?.to_string(), remote.debug))
}

fn expected(trace: &str, flags: &str, debug: bool) -> Option<(String, bool)> {
    Some((format!("00-{trace}-{SPAN}-{flags}"), debug))
}

#[test]
fn the_single_field() {
    let short = format!("{:0>32}", &TRACE[..16]);
    for (value, wanted) in [
        (format!("{TRACE}-{SPAN}-1"), expected(TRACE, "01", false)),
        (format!("{TRACE}-{SPAN}-0"), expected(TRACE, "00", false)),
        (format!("{TRACE}-{SPAN}-d"), expected(TRACE, "01", true)),
        // The decision is left open.
        (format!("{TRACE}-{SPAN}"), expected(TRACE, "00", false)),
        (
            format!("{TRACE}-{SPAN}-1-{SPAN}"),
            expected(TRACE, "01", false),
        ),
        (
            format!("{}-{SPAN}-1", &TRACE[..16]),
            expected(&short, "01", false),
        ),
        (format!(" {TRACE}-{SPAN}-1\t"), expected(TRACE, "01", false)),
        ("0".to_owned(), None),
        (String::new(), None),
        (format!("{TRACE}-{SPAN}-2"), None),
        (format!("{TRACE}-{SPAN}-"), None),
        (format!("{TRACE}-{SPAN}-1-{SPAN}-1"), None),
        (format!("{TRACE}-{SPAN}-1-{}", &SPAN[1..]), None),
        (format!("{}-{SPAN}-1", &TRACE[1..]), None),
        (format!("{}-{SPAN}-1", TRACE.to_uppercase()), None),
        (format!("{}-{SPAN}-1", "0".repeat(32)), None),
        (format!("{TRACE}-{}-1", "0".repeat(16)), None),
        (format!("{TRACE}-{SPAN}-1{}", " x".repeat(50_000)), None),
    ] {
        assert_eq!(read(&[("b3", &value)]), wanted, "{value:.80}");
    }
    let one = format!("{TRACE}-{SPAN}-1");
    assert_eq!(read(&[("b3", &one), ("b3", &one)]), None, "twice");
}

#[test]
fn several_fields() {
    let ids = [("x-b3-traceid", TRACE), ("x-b3-spanid", SPAN)];
    let with = |more: &[(&'static str, &'static str)]| read(&[&ids[..], more].concat());
    let (sampled, not) = (expected(TRACE, "01", false), expected(TRACE, "00", false));
    assert_eq!(with(&[("x-b3-sampled", "1")]), sampled);
    assert_eq!(with(&[("x-b3-sampled", "true")]), sampled);
    assert_eq!(with(&[("x-b3-sampled", "0")]), not);
    assert_eq!(with(&[]), not);
    let debug = expected(TRACE, "01", true);
    assert_eq!(with(&[("x-b3-flags", "1")]), debug);
    assert_eq!(with(&[("x-b3-flags", "0"), ("x-b3-sampled", "1")]), sampled);
    assert_eq!(with(&[("x-b3-parentspanid", "?")]), not, "is of no use");
    assert_eq!(with(&[("x-b3-sampled", "yes")]), None);
    assert_eq!(read(&ids[..1]), None);
    assert_eq!(read(&ids[1..]), None);

    let other = "11111111111111111111111111111111";
    let single = format!("{other}-{SPAN}-0");
    assert_eq!(
        with(&[("x-b3-sampled", "1")]),
        sampled,
        "without the single field"
    );
    let both = [&ids[..], &[("b3", single.as_str())]].concat();
    assert_eq!(read(&both), expected(other, "00", false), "it wins");
    let broken = [&ids[..], &[("b3", "broken")]].concat();
    assert_eq!(read(&broken), not, "unless it is broken");
}

#[test]
fn what_is_written_is_what_came_in() {
    for (decision, fields) in [
        ("0", "x-b3-sampled"),
        ("1", "x-b3-sampled"),
        ("d", "x-b3-flags"),
    ] {
        let value = format!("{TRACE}-{SPAN}-{decision}");
        let remote = Propagators::new([Propagator::B3]).extract(&[("b3", &value)][..]);
        let write = |format, carrier: &mut BTreeMap<String, String>| {
            Propagators::new([format]).inject(carrier, &Outgoing::from(&remote));
        };
        let mut single = BTreeMap::new();
        write(Propagator::B3, &mut single);
        assert_eq!(single, [("b3".to_owned(), value)].into());

        let mut several: BTreeMap<String, String> =
            ["x-b3-parentspanid", "x-b3-sampled", "x-b3-flags"]
                .map(|stale| (stale.to_owned(), "stale".to_owned()))
                .into();
        write(Propagator::B3Multi, &mut several);
        let decision = if decision == "d" { "1" } else { decision };
        assert_eq!(
            several,
            [
                (fields, decision),
                ("x-b3-spanid", SPAN),
                ("x-b3-traceid", TRACE)
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
        );
    }
}

proptest! {
    #[test]
    fn any_bytes_are_harmless(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["b3", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-flags"] {
            let fields = [("x-b3-traceid", TRACE.as_bytes()), ("x-b3-spanid", SPAN.as_bytes()), (name, &value[..])];
            let _ = Propagators::new([Propagator::B3]).extract(&fields[..]);
        }
    }

    /// Nearly valid ones reach further.
    #[test]
    fn what_is_read_can_be_written(value in "[0-9a-f]{16,32}-[0-9a-f]{16}(-[01d]?(-[0-9a-f]{16})?)?") {
        let remote = Propagators::new([Propagator::B3]).extract(&[("b3", &value)][..]);
        let mut written = BTreeMap::<String, String>::new();
        Propagators::new([Propagator::B3]).inject(&mut written, &Outgoing::from(&remote));
        let again = Propagators::new([Propagator::B3]).extract(&written);
        prop_assert_eq!((again.parent, again.debug), (remote.parent, remote.debug));
    }
}
