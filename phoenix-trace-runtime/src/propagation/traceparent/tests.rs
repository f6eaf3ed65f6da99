use proptest::prelude::*;

use super::*;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

/// What goes out for what came in; `None` restarts the trace.
fn check(input: &str, expected: Option<&str>) {
    let parsed = TraceParent::parse(input.as_bytes());
    assert_eq!(
        parsed.map(|p| p.to_string()).as_deref(),
        expected,
        "{input:?}"
    );
}

#[test]
fn version_00_is_taken_to_the_letter() {
    for flags in ["00", "01", "02", "03"] {
        let value = format!("00-{TRACE}-{SPAN}-{flags}");
        check(&value, Some(&value));
    }
    for invalid in [
        String::new(),
        format!("00-{TRACE}-{SPAN}-01."),
        format!("00-{TRACE}-{SPAN}-01-"),
        format!("00-{TRACE}-{SPAN}-01-more"),
        format!("00-{TRACE}-{SPAN}-0"),
        format!("00-{TRACE}-{SPAN}-0g"),
        format!("00-{TRACE}-{SPAN}-+1"),
        format!("00-{TRACE}-{SPAN}_01"),
        format!("00_{TRACE}-{SPAN}-01"),
        format!("00-{TRACE}_{SPAN}-01"),
        format!("00-{}-{SPAN}-01", TRACE.to_uppercase()),
        format!("00-{TRACE}-{}-01", SPAN.to_uppercase()),
        format!("00-{TRACE}-{SPAN}-0A"),
        format!("00-{}-{SPAN}-01", "0".repeat(32)),
        format!("00-{TRACE}-{}-01", "0".repeat(16)),
        format!("00-{TRACE}0-{SPAN}-01"),
        format!("00-{}-{SPAN}-01", &TRACE[1..]),
        format!(" 00-{TRACE}-{SPAN}-01"),
        format!("{TRACE}-{SPAN}-01"),
        format!("é-{TRACE}-{SPAN}-01"),
    ] {
        check(&invalid, None);
    }
}

#[test]
fn higher_versions_are_read_as_far_as_known_and_sent_as_00() {
    let sent = format!("00-{TRACE}-{SPAN}-01");
    for version in ["01", "cc", "fe"] {
        check(&format!("{version}-{TRACE}-{SPAN}-01"), Some(&sent));
        check(&format!("{version}-{TRACE}-{SPAN}-01-"), Some(&sent));
        check(
            &format!("{version}-{TRACE}-{SPAN}-01-what-the-future-brings"),
            Some(&sent),
        );
        check(
            &format!("{version}-{TRACE}-{SPAN}-01.what-the-future-brings"),
            None,
        );
        check(&format!("{version}-{TRACE}-{SPAN}-011"), None);
        check(&format!("{version}-{TRACE}-{SPAN}-1"), None);
    }
    check(&format!("ff-{TRACE}-{SPAN}-01"), None);
    check(&format!("ff-{TRACE}-{SPAN}-01-more"), None);
    check(&format!("CC-{TRACE}-{SPAN}-01"), None);
}

#[test]
fn flags_without_a_meaning_are_cleared() {
    let with = |flags| format!("00-{TRACE}-{SPAN}-{flags}");
    check(&with("ff"), Some(&with("03")));
    check(&with("fc"), Some(&with("00")));
    check(&with("05"), Some(&with("01")));
    check(&with("82"), Some(&with("02")));
}

#[test]
fn zero_ids_cannot_be_built() {
    let (trace, span) = (TraceId::from(1), SpanId::from(1));
    assert_eq!(TraceParent::new(TraceId::INVALID, span, 0), None);
    assert_eq!(TraceParent::new(trace, SpanId::INVALID, 0), None);
    assert_eq!(
        TraceParent::from_span_context(&SpanContext::empty_context()),
        None
    );
}

#[test]
fn the_api_keeps_every_known_flag() {
    let parent = TraceParent::new(TraceId::from(7), SpanId::from(9), 0b11).unwrap();
    let context = parent.to_span_context(&TraceState::EMPTY);
    assert!(context.is_remote());
    assert_eq!(TraceParent::from_span_context(&context), Some(parent));
}

proptest! {
    #[test]
    fn survives_the_wire(trace in 1_u128.., span in 1_u64.., flags in any::<u8>()) {
        let parent = TraceParent::new(trace.into(), span.into(), flags).unwrap();
        prop_assert_eq!(TraceParent::parse(&parent.to_bytes()), Some(parent));
        prop_assert_eq!(parent.to_string().into_bytes(), parent.to_bytes());
    }

    #[test]
    fn any_bytes_are_harmless(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = TraceParent::parse(&bytes);
    }

    /// One byte changed anywhere gives another valid value or none: nothing is guessed.
    #[test]
    fn a_changed_byte_is_noticed(at in 0_usize..LENGTH, byte in any::<u8>()) {
        let mut value = format!("00-{TRACE}-{SPAN}-01").into_bytes();
        value[at] = byte;
        if let Some(parent) = TraceParent::parse(&value) {
            let known_flags = at == 53 || at == 54;
            let read_as = if known_flags { &value[..53] } else { &value[..] };
            prop_assert!(at < 2 || parent.to_bytes().starts_with(read_as));
        }
    }
}
