use opentelemetry::Context;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, Tracer as _,
};
use phoenix_trace_runtime::Config;
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;

use super::{Asked, kept, serve, state};
use crate::interop::tracer;

/// Whether a service with this sampler keeps a segment of a caller with these headers, and the trace state that it states.
async fn decides(sampler: Sampler, headers: &[(&'static str, String)]) -> Option<String> {
    let capture = Capture::with_sampler(sampler);
    let guard = capture.enter();
    let asked = Asked {
        headers,
        ..Asked::default()
    };
    serve([asked]).await;
    drop(guard);
    capture.exported().first().map(state)
}

fn caller(low: &str, flags: &str, tracestate: &str) -> Vec<(&'static str, String)> {
    let parent = format!("00-0123456789abcdef01{low}-00f067aa0ba902b7-{flags}");
    let mut headers = vec![("traceparent", parent)];
    if !tracestate.is_empty() {
        headers.push(("tracestate", tracestate.to_owned()));
    }
    headers
}

/// Thresholds and random values, by hand from the specification: T = (1 − p)·2⁵⁶, four digits past leading `f`s, and a trace is
/// kept if R ≥ T.
#[tokio::test]
async fn decisions_are_those_of_the_specification() {
    for (ratio, threshold, randomness, kept) in [
        (1.0, "0", "00000000000000", true),
        (1.0, "0", "ffffffffffffff", true),
        (0.999999, "0", "00000000000000", true),
        (0.75, "4", "40000000000000", true),
        (0.75, "4", "3fffffffffffff", false),
        (0.5, "8", "80000000000000", true),
        (0.5, "8", "7fffffffffffff", false),
        (0.5, "8", "6e6d1a75832a2f", false),
        (0.75, "4", "6e6d1a75832a2f", true),
        (1.0 / 3.0, "aaab", "aaab0000000000", true),
        (1.0 / 3.0, "aaab", "aaaaffffffffff", false),
        (0.25, "c", "c0000000000000", true),
        (0.25, "c", "bfffffffffffff", false),
        (0.1, "e666", "e6660000000000", true),
        (0.1, "e666", "e665ffffffffff", false),
        (0.05, "f3333", "f3333000000000", true),
        (0.05, "f3333", "f3332fffffffff", false),
        (0.01, "fd70a", "fd70a000000000", true),
        (0.01, "fd70a", "fd709fffffffff", false),
        (0.001, "ffbe77", "ffbe7700000000", true),
        (0.001, "ffbe77", "ffbe76ffffffff", false),
        (0.0, "", "ffffffffffffff", false),
    ] {
        // As the low bits of the trace id, and as explicit randomness, which takes their place.
        let in_id = caller(randomness, "02", "");
        let expected = kept.then(|| format!("ot=th:{threshold}"));
        let decided = decides(Sampler::ratio(ratio), &in_id).await;
        assert_eq!(decided, expected, "{ratio} of {randomness}");
        let told = caller("00000000000000", "02", &format!("ot=rv:{randomness}"));
        let expected = kept.then(|| format!("ot=th:{threshold};rv:{randomness}"));
        let decided = decides(Sampler::ratio(ratio), &told).await;
        assert_eq!(decided, expected, "{ratio} of rv:{randomness}");
    }
}

#[tokio::test]
async fn parent_based_samplers_follow_the_caller_and_decide_at_the_root() {
    let never = || Sampler::ratio(0.0).parent_based();
    let always = || Sampler::always_on().parent_based();
    let sampled = caller("ffffffffffffff", "03", "ot=th:c");
    let unsampled = caller("ffffffffffffff", "02", "");
    assert_eq!(decides(never(), &sampled).await.as_deref(), Some("ot=th:c"));
    assert_eq!(decides(always(), &unsampled).await, None);
    // A caller that tells no threshold: nobody knows how many others this stands for.
    let untold = caller("ffffffffffffff", "03", "");
    assert_eq!(decides(never(), &untold).await.as_deref(), Some(""));
    // One whose threshold would have dropped the trace tells nothing either.
    for (tracestate, expected) in [
        (
            "ot=th:ffffffffffffff;rv:00000000000000",
            "ot=rv:00000000000000",
        ),
        ("ot=th:", ""),
        ("ot=th:000000000000000", ""),
    ] {
        let lying = caller("ffffffffffffff", "03", tracestate);
        assert_eq!(decides(never(), &lying).await.as_deref(), Some(expected));
    }
    assert_eq!(decides(never(), &[]).await, None);
    assert_eq!(decides(always(), &[]).await.as_deref(), Some("ot=th:0"));
}

#[test]
fn a_parent_that_another_sdk_has_in_this_process_is_followed_too() {
    for (flags, expected) in [(TraceFlags::SAMPLED, 1), (TraceFlags::default(), 0)] {
        let (trace, span) = (TraceId::from(7_u128), SpanId::from(7_u64));
        let parent = SpanContext::new(trace, span, flags, false, TraceState::NONE);
        let parent = Context::new().with_remote_span_context(parent);
        let capture = Capture::with_sampler(Sampler::ratio(0.5).parent_based());
        capture.run(|| drop(tracer().start_with_context("root", &parent)));
        assert_eq!(kept(&capture).len(), expected, "{flags:?}");
    }
}

#[tokio::test]
async fn the_variables_mean_what_is_specified() {
    for (name, argument, sampled_parent, unsampled_parent, root) in [
        ("always_on", "", true, true, true),
        ("always_off", "", false, false, false),
        ("traceidratio", "1", true, true, true),
        ("traceidratio", "0", false, false, false),
        ("parentbased_always_on", "", true, false, true),
        ("parentbased_always_off", "", true, false, false),
        ("parentbased_traceidratio", "0", true, false, false),
        ("parentbased_traceidratio", "1", true, false, true),
    ] {
        for (headers, expected) in [
            (caller("00000000000001", "03", ""), sampled_parent),
            (caller("ffffffffffffff", "02", ""), unsampled_parent),
            (Vec::new(), root),
        ] {
            let config = Config::from_vars(|variable| match variable {
                "OTEL_TRACES_SAMPLER" => Some(name.to_owned()),
                "OTEL_TRACES_SAMPLER_ARG" => Some(argument.to_owned()),
                _ => None,
            });
            assert_eq!(config.problems(), []);
            let capture = Capture::with_config(config);
            let guard = capture.enter();
            let asked = Asked {
                headers: &headers,
                ..Asked::default()
            };
            serve([asked]).await;
            drop(guard);
            let is_kept = !kept(&capture).is_empty();
            assert_eq!(is_kept, expected, "{name} {argument} {headers:?}");
        }
    }
}
