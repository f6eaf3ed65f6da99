use std::future::{Future as _, pending};
use std::sync::LazyLock;
use std::task::{Context, Waker};

use opentelemetry::Value;
use opentelemetry::trace::{SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::SpanData;
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{self, attr, attr_fmt, event, outcome, record};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::value::Attr;
use phoenix_trace_runtime::{Config, DropReason, add_link, carry, current_span};

use crate::support::{enter, fallible, site, traced};

const TEXT: Key<types::Str> = Key::new("phoenix.test.text");

/// Thirty keys.
static KEYS: LazyLock<Vec<Key<types::Int>>> = LazyLock::new(|| {
    (0..30)
        .map(|n| Key::new(Box::leak(format!("phoenix.test.k{n}").into_boxed_str())))
        .collect()
});

fn thirty() -> Vec<Attr<'static>> {
    KEYS.iter().map(|key| attr(key, &1)).collect()
}

fn other_span() -> SpanContext {
    let (trace, span) = (TraceId::from(1_u128), SpanId::from(2_u64));
    SpanContext::new(trace, span, TraceFlags::SAMPLED, true, TraceState::NONE)
}

/// The one span that `f` records under this configuration.
fn one_span(config: Config, f: impl FnOnce()) -> SpanData {
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    capture.run(|| {
        let _span = enter("span");
        f();
    });
    let stats = capture.stats();
    assert!(stats.balances() && stats.acknowledged == 1, "{stats}");
    capture.exported().remove(0)
}

/// Events with thirty attributes each, and as many links; and what arrives of them: how many, how many attributes on the
/// first, and each time what was dropped.
fn thirty_of_each(config: Config) -> [(usize, u32); 5] {
    let span = one_span(config, || {
        for _ in 0..30 {
            event("seen", &thirty());
            add_link(other_span(), &thirty());
        }
        record(&thirty());
    });
    let first_event = &span.events.events[0];
    let first_link = &span.links.links[0];
    let of_test = span
        .attributes
        .iter()
        .filter(|pair| pair.key.as_str().starts_with("phoenix.test"));
    [
        (of_test.count(), span.dropped_attributes_count),
        (span.events.events.len(), span.events.dropped_count),
        (
            first_event.attributes.len(),
            first_event.dropped_attributes_count,
        ),
        (span.links.links.len(), span.links.dropped_count),
        (
            first_link.attributes.len(),
            first_link.dropped_attributes_count,
        ),
    ]
}

#[test]
fn each_limit_is_set_by_its_variable() {
    let limits = [
        ("OTEL_ATTRIBUTE_COUNT_LIMIT", "1"),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "20"),
        ("OTEL_SPAN_EVENT_COUNT_LIMIT", "21"),
        ("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", "22"),
        ("OTEL_SPAN_LINK_COUNT_LIMIT", "23"),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "24"),
    ];
    let config = Config::from_vars(|name| {
        let limit = limits.iter().find(|(variable, _)| *variable == name);
        limit.map(|(_, value)| (*value).to_owned())
    });
    assert_eq!(config.problems(), []);
    assert_eq!(
        thirty_of_each(config),
        [(20, 10), (21, 9), (22, 8), (23, 7), (24, 6)]
    );
}

#[test]
fn each_limit_is_set_in_code() {
    let config = Config::default()
        .max_attributes(24)
        .max_events(23)
        .max_attributes_per_event(22)
        .max_links(21)
        .max_attributes_per_link(20);
    assert_eq!(
        thirty_of_each(config),
        [(24, 6), (23, 7), (22, 8), (21, 9), (20, 10)]
    );
}

#[test]
fn attributes_that_a_span_starts_with_are_limited_like_others() {
    let config = Config::default().max_attributes(24);
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    capture.run(|| {
        let _root = private::enter(site("root"), &thirty());
        drop(private::enter(site("child"), &thirty()));
    });
    let spans = capture.exported();
    assert_eq!(spans.len(), 2);
    for span in spans {
        let of_test = (span.attributes.iter())
            .filter(|pair| pair.key.as_str().starts_with("phoenix.test"))
            .count();
        assert_eq!((of_test, span.dropped_attributes_count), (24, 6));
    }
}

#[test]
fn a_limit_beyond_what_can_be_counted_is_the_largest_one() {
    let config = Config::from_vars(|name| {
        (name == "OTEL_SPAN_EVENT_COUNT_LIMIT").then(|| "4294967296".to_owned())
    });
    assert_eq!(config.problems(), []);
    let span = one_span(config, || (0..70_000).for_each(|_| event("seen", &[])));
    assert_eq!(
        (span.events.events.len(), span.events.dropped_count),
        (65_535, 70_000 - 65_535)
    );
}

#[test]
fn a_value_that_is_too_long_is_cut_where_a_character_ends() {
    let long = "ab€".repeat(4);
    for (length, kept) in [(0, ""), (4, "ab"), (5, "ab€"), (100, long.as_str())] {
        let span = one_span(Config::default().max_value_length(length), || {
            record(&[attr(&TEXT, &long)]);
            event("formatted", &[attr_fmt(&TEXT, format_args!("{long}"))]);
        });
        let text = |attributes: &[opentelemetry::KeyValue]| {
            let text = attributes
                .iter()
                .find(|pair| pair.key.as_str() == TEXT.name());
            text.map(|pair| pair.value.clone())
        };
        let expected = Some(Value::from(kept.to_owned()));
        assert_eq!(text(&span.attributes), expected, "{length}");
        assert_eq!(
            text(&span.events.events[0].attributes),
            expected,
            "{length}"
        );
    }
}

#[test]
fn ten_million_events_leave_a_bounded_span_that_counts_them() {
    const EVENTS: u32 = 10_000_000;
    let span = one_span(Config::default(), || {
        (0..EVENTS).for_each(|_| event("seen", &[]));
        let failed = "x".parse::<u8>();
        let error = failed.expect_err("no number");
        phoenix_trace_runtime::current_span().record_error(&error);
    });
    assert_eq!(
        (span.events.events.len(), span.events.dropped_count),
        (129, EVENTS - 128),
        "the exception has room"
    );
    assert_eq!(span.events.events[128].name, "exception");
    assert_eq!(span.events.events[128].attributes.len(), 2);
}

#[test]
fn text_that_a_segment_has_no_room_for_is_counted_and_an_error_is_still_told() {
    let text = "x".repeat(4096);
    let capture = Capture::new();
    capture.run(|| {
        for _ in 0..1_100 {
            let _root = enter("child of one segment");
            record(&[attr(&TEXT, &text)]);
        }
    });
    assert!(
        capture
            .exported()
            .iter()
            .all(|span| span.dropped_attributes_count == 0),
        "each segment has room of its own"
    );
    let capture = Capture::new();
    capture.run(|| {
        let _root = enter("root");
        for _ in 0..1_100 {
            let _child = enter("child");
            record(&[attr(&TEXT, &text)]);
        }
        let failing = enter("failing");
        let failed = "x".parse::<u8>();
        failing.outcome(outcome!(&failed));
    });
    let spans = capture.exported();
    let dropped: u32 = spans.iter().map(|span| span.dropped_attributes_count).sum();
    assert_eq!(dropped, 1_100 - 1_024, "four mebibytes are kept");
    let failing = spans.iter().find(|span| span.name == "failing");
    assert_eq!(
        failing.map(|span| span.status.clone()),
        Some(Status::error("invalid digit found in string"))
    );
}

#[test]
fn a_segment_takes_as_many_spans_as_it_may_and_counts_the_rest() {
    for (config, limit) in [
        (Config::default(), 10_000),
        (Config::default().max_spans_per_segment(3), 3),
        (Config::default().max_spans_per_segment(0), 1),
    ] {
        let capture = Capture::with_config(config.sampler(Sampler::always_on()));
        capture.run(|| {
            let _root = enter("root");
            (0..10_050).for_each(|_| drop(enter("child")));
        });
        let stats = capture.stats();
        assert_eq!(
            (stats.ended, stats.acknowledged),
            (10_051, limit),
            "{stats}"
        );
        assert!(
            stats
                .dropped
                .contains(&(DropReason::SegmentFull, 10_051 - limit))
                && stats.balances(),
            "{stats}"
        );
    }
}

#[tokio::test]
async fn an_error_in_a_span_that_a_segment_has_no_room_for_keeps_the_segment() {
    let config = || {
        Config::default()
            .sampler(Sampler::ratio(0.0))
            .max_spans_per_segment(2)
    };
    let full = || {
        for _ in 0..3 {
            drop(enter("child"));
        }
    };
    let message = "x".parse::<u8>().unwrap_err();
    let kept = format!(
        "trace · test · 3 spans · 1 error · kept: error\nroot\n├╴child\n└╴failing · ✗ ParseIntError: {message}\n"
    );

    let capture = Capture::with_config(config().service("test"));
    capture.run(|| {
        let _root = enter("root");
        full();
        let failing = enter("failing");
        let failed = "x".parse::<u8>();
        failing.outcome(outcome!(&failed));
    });
    assert_eq!(capture.tree(), kept);

    let capture = Capture::with_config(config().service("test"));
    let root = traced("root", async {
        full();
        let failing = fallible("failing", async {
            tokio::task::yield_now().await;
            traced("below it", tokio::task::yield_now()).await;
            "x".parse::<u8>()
        });
        assert!(failing.await.is_err());
        record(&thirty());
    });
    capture.future(root).await;
    let names: Vec<_> = capture
        .exported()
        .into_iter()
        .map(|span| span.name)
        .collect();
    assert_eq!(names, ["root", "child", "failing"]);
    let stats = capture.stats();
    assert!(
        stats.dropped.contains(&(DropReason::SegmentFull, 3)) && stats.balances(),
        "{stats}"
    );
}

#[expect(
    clippy::async_yields_async,
    reason = "the future is left to another task"
)]
#[tokio::test]
async fn a_span_that_a_segment_has_no_room_for_can_fail_in_another_task() {
    let config = || {
        let config = Config::default().service("test").max_spans_per_segment(1);
        config.sampler(Sampler::ratio(0.0))
    };
    // A span that there is no room for even while it is open, which has begun and is left to others.
    let left = async || {
        let mut context = Context::from_waker(Waker::noop());
        let mut open = Vec::new();
        for _ in 0..140 {
            let mut span = Box::pin(traced("open", pending::<()>()));
            assert!(span.as_mut().poll(&mut context).is_pending());
            open.push(span);
        }
        let mut failing = Box::pin(fallible("failing", async {
            tokio::task::yield_now().await;
            "x".parse::<u8>()
        }));
        assert!(failing.as_mut().poll(&mut context).is_pending());
        failing
    };

    let capture = Capture::with_config(config());
    let root = traced("root", async {
        let failed = tokio::spawn(left().await).await;
        assert!(failed.expect("it ends").is_err());
    });
    capture.future(root).await;
    let stats = capture.stats();
    assert_eq!(
        (stats.segments_kept_by_error, stats.late_errors),
        (1, 0),
        "{stats}"
    );

    // Its segment is decided before.
    let capture = Capture::with_config(config());
    let failing = capture.future(traced("root", left())).await;
    assert!(capture.future(failing).await.is_err());
    let stats = capture.stats();
    assert_eq!(
        (stats.segments_kept_by_error, stats.late_errors),
        (0, 1),
        "{stats}"
    );
    assert!(stats.balances(), "{stats}");
}

#[test]
fn what_is_told_to_another_span_meanwhile_is_not_mixed_with_a_span_that_is_given_up() {
    const SECRET: Key<types::Str> = Key::new("phoenix.test.secret");
    let config = Config::default().service("test").max_spans_per_segment(2);
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    capture.run(|| {
        let _root = enter("root");
        let _parent = enter("parent");
        let parent = current_span();
        {
            let _given_up = enter("given up");
            record(&[attr(&SECRET, "s")]);
            event("seen", &[attr(&SECRET, "s")]);
            parent.record(&TEXT, "told");
        }
        let failing = enter("failing");
        let failed = "x".parse::<u8>();
        failing.outcome(outcome!(&failed));
    });
    let message = "x".parse::<u8>().unwrap_err();
    let tree = capture.tree();
    assert!(tree.contains("parent · phoenix.test.text=told"), "{tree}");
    assert!(
        tree.contains(&format!("failing · ✗ ParseIntError: {message}\n")),
        "{tree}"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn spans_of_tasks_that_wait_for_the_decision_are_bounded_and_those_that_fail_at_twice_that() {
    let config = Config::default().service("test").max_spans_per_segment(4);
    let capture = Capture::with_config(config);
    capture.run(|| {
        let _root = enter("root");
        for _ in 0..10 {
            carry(|| drop(enter("well")))();
        }
        for _ in 0..10 {
            carry(|| {
                let failing = enter("failing");
                let failed = "x".parse::<u8>();
                failing.outcome(outcome!(&failed));
            })();
        }
    });
    let spans = capture.query();
    let named = |name| spans.named(name).len();
    let stats = capture.stats();
    assert_eq!((named("well"), named("failing")), (4, 4), "{stats}");
    assert_eq!(stats.dropped_total(), 12, "{stats}");
    assert!(stats.balances(), "{stats}");
}
