use proptest::prelude::*;

use super::*;

fn state(value: &str) -> TraceState {
    TraceState::EMPTY.with(KEY, value).unwrap()
}

#[test]
fn thresholds_have_the_recommended_precision() {
    for (probability, expected) in [
        (1.0, "0"),
        (0.999999, "0"),
        (0.75, "4"),
        (0.5, "8"),
        (1.0 / 3.0, "aaab"),
        (0.25, "c"),
        (0.2, "cccd"),
        (0.125, "e"),
        (0.1, "e666"),
        (0.0625, "f"),
        (0.05, "f3333"),
        (0.01, "fd70a"),
        (1e-3, "ffbe77"),
        (1e-4, "fff9724"),
        (1e-5, "ffff583a"),
        (1e-6, "ffffef39"),
        // Half a unit of the fourth digit: rounded towards the greater threshold.
        (40_000.5 / 65_536.0, "63c"),
        (1.0 / RANGE as f64, "ffffffffffffff"),
        (2.0 / RANGE as f64, "fffffffffffffe"),
    ] {
        let threshold = Threshold::from_probability(probability).unwrap();
        assert_eq!(threshold.to_string(), expected, "{probability}");
        assert_eq!(Threshold::parse(expected), Some(threshold), "{probability}");
    }
}

#[test]
fn only_probabilities_have_a_threshold() {
    for not_one in [
        0.0,
        -0.0,
        -0.5,
        1.0 + f64::EPSILON,
        f64::NAN,
        f64::INFINITY,
        0.9 / RANGE as f64,
    ] {
        assert_eq!(Threshold::from_probability(not_one), None, "{not_one}");
    }
}

#[test]
fn thresholds_print_without_trailing_zeros() {
    for (value, expected) in [
        (0, "0"),
        (1, "00000000000001"),
        (0x10, "0000000000001"),
        (0x10_0000_0000_0000, "1"),
        (0x80_0000_0000_0000, "8"),
        (0x08_0000_0000_0000, "08"),
        (RANGE - 1, "ffffffffffffff"),
    ] {
        assert_eq!(
            Threshold::new(value).unwrap().to_string(),
            expected,
            "{value:x}"
        );
    }
    assert_eq!(Threshold::new(RANGE), None);
    assert_eq!(Randomness::new(RANGE), None);
}

#[test]
fn malformed_numbers_read_as_none() {
    for text in [
        "",
        "8 ",
        "E666",
        "0x8",
        "-1",
        "+8",
        "g",
        "000000000000000",
        "é",
    ] {
        assert_eq!(Threshold::parse(text), None, "{text:?}");
    }
    for text in [
        "",
        "8",
        "6e6d1a75832a2",
        "6e6d1a75832a2f0",
        "6E6D1A75832A2F",
        "6e6d1a75832a2g",
    ] {
        assert_eq!(Randomness::parse(text), None, "{text:?}");
    }
}

#[test]
fn decides_as_the_specification_says() {
    let quarter = Threshold::parse("c").unwrap();
    assert_eq!(
        (quarter.probability(), quarter.adjusted_count()),
        (0.25, 4.0)
    );
    assert_eq!(Threshold::ALWAYS.adjusted_count(), 1.0);

    // The example of the specification: kept from 56.9 % on.
    let randomness = Randomness::parse("6e6d1a75832a2f").unwrap();
    assert!(
        Threshold::new(randomness.value())
            .unwrap()
            .keeps(randomness)
    );
    assert!(
        !Threshold::new(randomness.value() + 1)
            .unwrap()
            .keeps(randomness)
    );
    assert!(Threshold::from_probability(0.57).unwrap().keeps(randomness));
    assert!(!Threshold::from_probability(0.56).unwrap().keeps(randomness));
    assert!(Threshold::ALWAYS.keeps(Randomness::new(0).unwrap()));

    let trace = TraceId::from_hex("4bf92f3577b34da6a36e6d1a75832a2f").unwrap();
    assert_eq!(Randomness::of_trace(trace), randomness);
    assert_eq!(randomness.to_string(), "6e6d1a75832a2f");
}

#[test]
fn explicit_randomness_wins_and_stays() {
    let trace = TraceId::from(5);
    assert_eq!(OtState::default().randomness_or(trace).value(), 5);
    let mut ot = OtState::parse("rv:6e6d1a75832a2f");
    ot.set_randomness(Randomness::new(1).unwrap());
    assert_eq!(ot.randomness_or(trace).value(), 0x6e_6d1a_7583_2a2f);
    let mut new = OtState::default();
    new.set_randomness(Randomness::new(1).unwrap());
    assert_eq!(new.to_string(), "rv:00000000000001");
}

#[test]
fn the_member_is_normalised() {
    for (value, expected) in [
        ("th:c", "th:c"),
        ("th:c000", "th:c"),
        ("th:0", "th:0"),
        ("rv:6e6d1a75832a2f;th:c", "th:c;rv:6e6d1a75832a2f"),
        ("p:8;r:62", "p:8;r:62"),
        (
            "a:1;th:c;b:2;rv:6e6d1a75832a2f;c1:",
            "th:c;rv:6e6d1a75832a2f;a:1;b:2;c1:",
        ),
        ("a:1;a:2;b:3", "a:1;b:3"),
        ("th:c;th:8", "th:c"),
        ("th:C;a:1", "a:1"),
        ("rv:123;a:1", "a:1"),
        (";;a:1;x;:y;1a:2;A:3;b: 4;c:d:e", "a:1"),
        ("nonsense", ""),
    ] {
        assert_eq!(OtState::parse(value).to_string(), expected, "{value:?}");
    }
    assert_eq!(OtState::parse(&"a".repeat(257)), OtState::default());
}

#[test]
fn a_change_moves_the_member_and_nothing_else_does() {
    let list = TraceState::parse([&b"a=1,ot=x:y;th:c,b=2"[..]]).unwrap();
    let mut ot = OtState::of(&list);
    assert_eq!(ot.apply(&list), list);

    ot.threshold = Some(Threshold::ALWAYS);
    assert_eq!(ot.apply(&list).as_str(), "ot=th:0;x:y,a=1,b=2");
    ot.threshold = None;
    assert_eq!(ot.apply(&list).as_str(), "ot=x:y,a=1,b=2");

    // Nor does what is read as if it said something else go on.
    for (value, expected) in [
        ("th:", "a=1"),
        ("th:C;x:y", "ot=x:y,a=1"),
        ("th:8;th:0", "ot=th:8,a=1"),
        ("rv:0", "a=1"),
    ] {
        let list = TraceState::parse([format!("a=1,ot={value}").as_bytes()]).unwrap();
        assert_eq!(OtState::of(&list).apply(&list).as_str(), expected);
    }

    let list = TraceState::parse([&b"a=1,ot=th:c"[..]]).unwrap();
    let erased = OtState {
        threshold: None,
        ..OtState::of(&list)
    };
    assert_eq!(erased.apply(&list).as_str(), "a=1");
    assert_eq!(
        OtState::default().apply(&TraceState::EMPTY),
        TraceState::EMPTY
    );
}

#[test]
fn unknown_sub_keys_that_do_not_fit_are_dropped_whole() {
    let source = format!("a:{};b:{};c:1", "x".repeat(120), "y".repeat(126));
    let mut ot = OtState::parse(&source);
    assert_eq!(ot.to_string().len(), 255);
    ot.threshold = Threshold::from_probability(0.01);
    assert_eq!(
        ot.to_string(),
        format!("th:fd70a;a:{};c:1", "x".repeat(120))
    );
}

#[test]
fn the_member_may_have_256_characters() {
    let with = |length: usize| format!("th:c;a:{}", "x".repeat(length));
    for (length, expected) in [(249, with(249)), (250, "th:c".to_owned())] {
        let other = format!("a:{}", "x".repeat(length));
        let ot = OtState {
            threshold: Threshold::parse("c"),
            ..OtState::parse(&other)
        };
        assert_eq!(ot.to_string(), expected);
    }
    assert_eq!(with(249).len(), MAX_LENGTH);
}

proptest! {
    #[test]
    fn thresholds_survive_the_wire(value in 0..RANGE) {
        let threshold = Threshold::new(value).unwrap();
        prop_assert_eq!(Threshold::parse(&threshold.to_string()), Some(threshold));
        prop_assert!(threshold.adjusted_count() >= 1.0);
    }

    #[test]
    fn thresholds_are_close_to_their_probability(exponent in -55_i32..0, fraction in 1.0_f64..2.0) {
        let probability = fraction * 2_f64.powi(exponent);
        let threshold = Threshold::from_probability(probability).unwrap();
        let error = (threshold.probability() - probability).abs();
        let unit = (1.0 / RANGE as f64).max(probability * 2_f64.powi(-12));
        prop_assert!(error <= unit / 2.0, "{} for {}", threshold, probability);
    }

    #[test]
    fn a_higher_probability_keeps_every_trace_that_a_lower_keeps(
        one in 0.000_001_f64..1.0,
        two in 0.000_001_f64..1.0,
        randomness in 0..RANGE,
    ) {
        let low = Threshold::from_probability(one.min(two)).unwrap();
        let high = Threshold::from_probability(one.max(two)).unwrap();
        let randomness = Randomness::new(randomness).unwrap();
        prop_assert!(low >= high);
        prop_assert!(high.keeps(randomness) || !low.keeps(randomness));
    }

    #[test]
    fn what_is_emitted_is_valid_and_stable(value in "[a-c0-9:;.thrv]{1,60}", threshold in 0..RANGE) {
        let list = state(&value);
        let mut ot = OtState::of(&list);
        ot.threshold = Threshold::new(threshold);
        let applied = ot.apply(&list);
        let again = OtState::of(&applied);
        prop_assert_eq!(again.threshold, Threshold::new(threshold));
        prop_assert_eq!(again.randomness(), ot.randomness());
        prop_assert!(again.others().eq(ot.others()));
    }

    #[test]
    fn any_text_is_harmless(value in any::<String>()) {
        prop_assert!(OtState::parse(&value).to_string().len() <= MAX_LENGTH);
    }
}
