//! Traces that are broken, enormous or made to harm.

use super::*;

fn plain(ids: (u64, u64), name: &str) -> Span {
    span(
        ids,
        "worker",
        SpanKind::Internal,
        name,
        (ids.0, ids.0 + 1),
        vec![],
    )
}

fn stable(spans: &[Span]) -> String {
    Waterfall::new().times(false).render(spans)
}

#[test]
fn an_orphan_stands_at_the_top_with_what_is_below_it() {
    let spans = [
        plain((1, 0), "root"),
        plain((2, 1), "child"),
        plain((3, 77), "orphan"),
        plain((4, 3), "its child"),
    ];
    let expected = "\
trace · worker · 4 spans
root
└╴child
orphan · (parent missing)
└╴its child
";
    assert_eq!(stable(&spans), expected);
    assert!(
        Waterfall::new()
            .render(&spans)
            .contains("orphan (parent missing)  1.00µs")
    );
}

#[test]
fn a_long_name_does_not_push_out_that_a_parent_is_missing() {
    let orphan = plain((2, 1), &"long ".repeat(40));
    let printed = Waterfall::new().render(&[orphan]);
    assert!(
        printed.contains("long l… (parent missing)  1.00µs"),
        "{printed}"
    );
}

#[test]
fn cycles_end() {
    let spans = [
        plain((1, 1), "its own parent"),
        plain((2, 4), "two"),
        plain((3, 2), "three"),
        plain((4, 3), "four"),
        plain((5, 4), "below the cycle"),
    ];
    let expected = "\
trace · worker · 5 spans
its own parent · (parent cycle)
two · (parent cycle)
└╴three
  └╴four
    └╴below the cycle
";
    assert_eq!(stable(&spans), expected);
}

#[test]
fn a_span_received_twice_is_printed_twice() {
    let spans = [
        plain((1, 0), "root"),
        plain((2, 1), "a"),
        plain((2, 1), "a"),
        plain((3, 2), "b"),
    ];
    let expected = "trace · worker · 4 spans\nroot\n├╴a\n│ └╴b\n└╴a\n";
    assert_eq!(stable(&spans), expected);
}

#[test]
fn a_trace_may_be_100_000_deep() {
    let spans: Vec<_> = (1..=100_000)
        .map(|id| plain((id, id - 1), "deeper"))
        .collect();
    for waterfall in [Waterfall::new(), Waterfall::new().times(false)] {
        let printed = waterfall.render(&spans);
        assert_eq!(printed.lines().count(), 100_001);
        assert!(
            printed
                .lines()
                .last()
                .expect("a line")
                .starts_with("⋯99999 └╴deeper")
        );
        // Lines stay short: the output grows with the spans, not with their depth.
        assert!(printed.len() < 100_001 * 400);
    }
}

#[test]
fn a_trace_may_be_wide_and_have_many_services() {
    let mut spans: Vec<_> = (2..=50_000).map(|id| plain((id, 1), "child")).collect();
    for (index, span) in spans.iter_mut().enumerate() {
        span.service = format!("service-{index}");
    }
    spans.push(plain((1, 0), "root"));
    let printed = Waterfall::new().render(&spans);
    assert_eq!(printed.lines().count(), 50_001);
    assert!(printed.contains("50000 services"));
}

#[test]
fn text_cannot_control_the_terminal_or_forge_lines() {
    let mut evil = plain((1, 0), "a\nfake line\x1b[2J");
    evil.service = "svc\x1b]0;title\x07".into();
    evil.attributes = vec![("phoenix.\u{202e}key".into(), "v\r\nforged=1".into())];
    evil.status = Status::error("\x1b[32mall is well\u{9b}0m");
    let mut event = Event {
        name: "e\x08".into(),
        at_unix_nanos: 0,
        attributes: vec![],
    };
    event
        .attributes
        .push(("exception.message".into(), "m\x1bc".into()));
    evil.events = vec![event];
    evil.attributes
        .push(("phoenix.sampling.reason".into(), "r\x1b[1m".into()));
    evil.attributes
        .push(("phoenix.correlation.id".into(), "c\n".into()));

    let other = plain((2, 1), "child");
    for times in [true, false] {
        let printed = Waterfall::new()
            .times(times)
            .render(&[evil.clone(), other.clone()]);
        let bad = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert_eq!(printed.find(bad), None, "{printed}");
        assert!(
            !printed
                .lines()
                .any(|line| line.starts_with("fake") || line.starts_with("forged"))
        );
    }
}

#[test]
fn times_may_be_nonsense() {
    let mut spans = [
        plain((1, 0), "backwards"),
        plain((2, 1), "zero"),
        plain((3, 1), "forever"),
    ];
    spans[0].end_unix_nanos = 0;
    spans[1].start_unix_nanos = 0;
    spans[1].end_unix_nanos = 0;
    spans[2].end_unix_nanos = u64::MAX;
    let printed = Waterfall::new().render(&spans);
    assert_eq!(printed.lines().count(), 4);
    assert!(printed.contains("0ns"));
}

#[test]
fn long_and_wide_texts_keep_the_columns() {
    let mut spans = [
        plain((1, 0), &"名".repeat(200)),
        plain((2, 1), &"n".repeat(1_000_000)),
    ];
    spans[0].service = "s".repeat(1_000);
    spans[1].status = Status::error("because ".repeat(100_000));
    let printed = Waterfall::new().render(&spans);
    for line in printed.lines().skip(1) {
        assert!(text::width(line) <= 100, "{line}");
    }
    assert!(printed.lines().count() < 10, "{printed}");
}
