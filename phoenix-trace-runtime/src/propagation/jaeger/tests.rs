use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::propagation::{Outgoing, Propagator, Propagators, RemoteContext};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

fn read(value: &str) -> RemoteContext {
    Propagators::new([Propagator::Jaeger]).extract(&[("uber-trace-id", value)][..])
}

fn written(remote: &RemoteContext) -> BTreeMap<String, String> {
    let mut carrier = BTreeMap::new();
    Propagators::new([Propagator::Jaeger]).inject(&mut carrier, &Outgoing::from(remote));
    carrier
}

#[test]
fn the_field_is_read_with_and_without_leading_zeros() {
    let full = format!("00-{TRACE}-{SPAN}-01");
    let short = format!("00-{:0>32}-{:0>16}-01", "7b", "1f");
    let long = format!("00-{:0>32}-{SPAN}-01", &TRACE[..20]);
    for (value, parent, debug) in [
        (format!("{TRACE}:{SPAN}:0:1"), &full, false),
        (format!("{TRACE}:{SPAN}:{SPAN}:01"), &full, false),
        (format!("{TRACE}:{SPAN}::1"), &full, false),
        (format!("{TRACE}:{SPAN}:0:3"), &full, true),
        (format!("{TRACE}:{SPAN}:0:9"), &full, false),
        (format!("{TRACE}%3A{SPAN}%3a0%3A1"), &full, false),
        ("7b:1f:0:1".to_owned(), &short, false),
        (format!("{}:{SPAN}:0:1", &TRACE[..20]), &long, false),
    ] {
        let remote = read(&value);
        let told = remote.parent.map(|parent| parent.to_string());
        assert_eq!(
            (told.as_ref(), remote.debug),
            (Some(parent), debug),
            "{value}"
        );
    }
    // Debugging what is not sampled means nothing.
    let unsampled = read(&format!("{TRACE}:{SPAN}:0:2"));
    assert!(!unsampled.parent.is_some_and(|parent| parent.is_sampled()) && !unsampled.debug);
}

#[test]
fn what_is_none_is_no_parent() {
    for value in [
        "",
        ":::",
        "0:1f:0:1",
        "7b:0:0:1",
        "7b:1f:0",
        "7b:1f:0:",
        "7b:1f:0:1:",
        "7b:1f:0:001",
        "7b:1f:0:g",
        "x:1f:0:1",
        "7B:1f:0:1",
        &format!("0{TRACE}:{SPAN}:0:1"),
        &format!("{TRACE}:0{SPAN}:0:1"),
        &format!("7b:1f:{}:1", "0".repeat(100_000)),
    ] {
        assert_eq!(read(value).parent, None, "{value:.80}");
    }
}

#[test]
fn what_is_written_is_what_came_in() {
    for flags in ["0", "1", "3"] {
        let value = format!("{TRACE}:{SPAN}:0:{flags}");
        let carrier = written(&read(&value));
        assert_eq!(carrier, [("uber-trace-id".to_owned(), value)].into());
    }
}

proptest! {
    #[test]
    fn any_bytes_are_harmless(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Propagators::new([Propagator::Jaeger]).extract(&[("uber-trace-id", value)][..]);
    }

    /// Nearly valid ones reach further.
    #[test]
    fn what_is_read_can_be_written(value in "[0-9a-f]{0,33}(:|%3A)[0-9a-f]{0,17}(:|%3A)[0-9a-f]{0,16}(:|%3A)[0-9a-f]{0,3}") {
        let remote = read(&value);
        let again = Propagators::new([Propagator::Jaeger]).extract(&written(&remote));
        prop_assert_eq!((again.parent, again.debug), (remote.parent, remote.debug));
    }
}
