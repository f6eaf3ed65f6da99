use std::time::Duration;

use phoenix_trace_runtime::sampling::{
    Rule, Sampler, TooManyOverrides, clear_overrides, override_for,
};
use phoenix_trace_runtime::testing::Capture;

use super::{kept, rules, until};
use crate::support::enter;

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn an_override_comes_before_everything_and_ends_by_itself() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    capture.run(|| {
        drop(enter("pay"));
        let pay = || Rule::new().operation("pay");
        override_for(HOUR, pay().always()).expect("there is room");
        drop(enter("pay"));
        drop(enter("browse"));
        // The same again is another time, not another override.
        override_for(HOUR, pay().ratio(1.0)).expect("there is room");
        assert_eq!(capture.stats().sampling.rules.len(), 3);
        override_for(Duration::from_millis(20), pay().always()).expect("there is room");
        until(|| capture.stats().sampling.rules.len() == 2);
        drop(enter("pay"));
    });
    assert_eq!(kept(&capture), ["pay"]);
    assert_eq!(
        rules(&capture),
        "code: everything: ratio 0, errors always (3)\n\
         preset: everything: ratio 1, errors always (0)\n"
    );
}

#[test]
fn a_root_under_way_keeps_what_it_was_started_under() {
    let capture = Capture::with_sampler(Sampler::ratio(0.0));
    capture.run(|| {
        let root = enter("before");
        override_for(HOUR, Rule::new().slower_than(Duration::ZERO)).expect("there is room");
        drop(root);
        let root = enter("after");
        clear_overrides();
        drop(root);
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 1 span · kept: head, slow\nafter\n"
    );
}

#[test]
fn one_that_never_ends_is_shown_to_end_with_the_calendar() {
    let capture = Capture::new();
    capture.run(|| override_for(Duration::MAX, Rule::new().ratio(0.5)).expect("there is room"));
    let shown = capture.stats().sampling.to_string();
    let first =
        "override: everything: ratio 0.5, errors always (0 matched, until 9999-12-31T23:59:59Z)";
    assert_eq!(shown.lines().next(), Some(first));
}

#[test]
fn there_are_not_too_many() {
    let capture = Capture::new();
    capture.run(|| {
        let set =
            |number: usize| override_for(HOUR, Rule::new().operation(format!("{number}")).never());
        assert!((0..64).all(|number| set(number).is_ok()));
        let full: Result<(), TooManyOverrides> = set(64);
        let message = full.expect_err("it is full").to_string();
        assert!(message.contains("64"), "{message}");
        clear_overrides();
        assert_eq!(set(64), Ok(()));
    });
}
