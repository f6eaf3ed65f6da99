use std::future::{Future as _, pending};
use std::task::{Context, Waker};

use http::{Request, Response, StatusCode};
use opentelemetry::Context as OtelContext;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, Status, TraceContextExt as _, TraceFlags, TraceId, TraceState,
    Tracer as _, TracerProvider as _,
};
use opentelemetry_sdk::trace::SpanData;
use phoenix_trace_runtime::interop::TracerProvider;
use phoenix_trace_runtime::key::{Key, types};
use phoenix_trace_runtime::private::{self, attr, event, outcome, record};
use phoenix_trace_runtime::sampling::Sampler;
use phoenix_trace_runtime::testing::Capture;
use phoenix_trace_runtime::{Config, DropReason, HttpServerLayer, Stats, current_span};
use tower::{Layer as _, Service as _, service_fn};

use crate::support::{enter, fallible, site, traced};

const NUMBER: Key<types::Int> = Key::new("phoenix.test.number");
const NUMBERS: Key<types::IntArray> = Key::new("phoenix.test.numbers");

fn given_up(stats: &Stats) -> u64 {
    let reason = |(reason, _): &&(DropReason, u64)| *reason == DropReason::TooMuchOpen;
    stats.dropped.iter().find(reason).expect("a reason").1
}

/// Segments that stay open until the handles go: their roots are suspended.
fn open(capture: &Capture, number: usize, spans: usize, failing: bool) -> Vec<impl Sized + use<>> {
    let segment = |_| {
        let mut root = Box::pin(capture.future(traced("root", async move {
            for _ in 0..spans {
                drop(enter("child"));
            }
            if failing {
                let failing = enter("failing");
                let failed = "x".parse::<u8>();
                failing.outcome(outcome!(&failed));
            }
            pending::<()>().await;
        })));
        let mut context = Context::from_waker(Waker::noop());
        assert!(root.as_mut().poll(&mut context).is_pending());
        root
    };
    (0..number).map(segment).collect()
}

#[test]
fn of_too_many_open_segments_failures_are_the_last_to_go() {
    let config = || {
        let config = Config::default().service("test").max_open_segments(100);
        config.sampler(Sampler::ratio(0.0))
    };
    // With less than half of them open, everything is recorded.
    let capture = Capture::with_config(config());
    drop(open(&capture, 40, 100, true));
    let stats = capture.stats();
    assert_eq!(given_up(&stats), 0, "{stats}");
    assert_eq!(capture.exported().len(), 40 * 102);

    // With more, what ends well is given up, but nothing that fails.
    let capture = Capture::with_config(config());
    drop(open(&capture, 99, 100, true));
    let stats = capture.stats();
    assert!(given_up(&stats) > 30 * 90, "{stats}");
    let failing = capture.exported();
    let failing = failing.iter().filter(|span| span.name == "failing").count();
    assert_eq!(failing, 99, "{stats}");

    // Beyond the bound nothing is recorded of what ends well, which is counted; and everything again when there is room.
    let capture = Capture::with_config(config());
    let segments = open(&capture, 300, 0, false);
    assert!(capture.stats().segments_open <= 100, "{}", capture.stats());
    drop(segments);
    assert!(given_up(&capture.stats()) >= 200, "{}", capture.stats());
    drop(open(&capture, 1, 1, true));
    assert_eq!(capture.exported().len(), 3, "{}", capture.stats());
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_is_not_sampled_is_given_up_before_what_is() {
    // More than half of the segments that may be open, and less than three quarters.
    let given_up = |sampler| {
        let config = Config::default().service("test").max_open_segments(100);
        let capture = Capture::with_config(config.sampler(sampler));
        drop(open(&capture, 70, 100, false));
        given_up(&capture.stats())
    };
    assert!(given_up(Sampler::ratio(0.0)) > 0);
    assert_eq!(given_up(Sampler::always_on()), 0);
}

#[test]
fn a_failure_is_told_in_full_where_there_is_no_room_for_other_events() {
    const EVENTS: u32 = 100;
    let config = Config::default().service("test").max_open_segments(4);
    let capture = Capture::with_config(config.sampler(Sampler::ratio(0.0)));
    let segments = open(&capture, 2, 0, false);
    capture.run(|| {
        let failing = enter("failing");
        (0..EVENTS).for_each(|_| event("seen", &[]));
        let failed = "x".parse::<u8>();
        failing.outcome(outcome!(&failed));
    });
    let failing = capture.exported().remove(0);
    drop(segments);
    let (told, seen): (Vec<_>, Vec<_>) =
        (failing.events.events.iter()).partition(|event| event.name == "exception");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].attributes.len(), 2, "its type and its message");
    assert!(seen.len() < EVENTS as usize / 2, "there was room for all");
    assert_eq!(failing.events.dropped_count, EVENTS - seen.len() as u32);
}

/// A capture in which no segment can start, and what takes all its room.
fn full() -> (Capture, Vec<impl Sized>) {
    let config = Config::default().service("test").max_open_segments(4);
    let capture = Capture::with_config(config.sampler(Sampler::ratio(0.0)));
    let segments = open(&capture, 4, 0, false);
    (capture, segments)
}

#[tokio::test]
async fn a_local_root_that_there_is_no_room_for_is_kept_by_itself_if_it_fails() {
    let (capture, segments) = full();
    let failed = || "x".parse::<u8>();
    capture.run(|| {
        drop(enter("ended well"));
        let failing = private::enter(site("in a scope"), &[attr(&NUMBER, &1)]);
        let failed = failed();
        failing.outcome(outcome!(&failed));
    });
    let panics = std::panic::AssertUnwindSafe(|| {
        let _root = enter("panicked");
        panic!("no room");
    });
    let panicked = capture.run(|| std::panic::catch_unwind(panics));
    assert!(panicked.is_err());
    capture.future(traced("ended well", async {})).await;
    // Neither takes what the other has to tell.
    let nested = fallible("outer", async {
        tokio::task::yield_now().await;
        traced("ended well", tokio::task::yield_now()).await;
        let inner = async {
            tokio::task::yield_now().await;
            "inner".parse::<u8>()
        };
        let _ = fallible("inner", inner).await;
        "outer".parse::<u8>()
    });
    assert!(capture.future(nested).await.is_err());
    drop(capture.future(fallible("never polled", async { failed() })));

    let stats = capture.stats();
    assert_eq!((stats.segments_open, stats.segments_kept_by_error), (4, 4));
    assert_eq!((given_up(&stats), stats.unrecorded), (3, 3), "{stats}");
    drop(segments);
    let failed = "✗ ParseIntError: invalid digit found in string";
    let lines = [
        format!("in a scope · {failed}"),
        "panicked · ✗ panic: no room".to_owned(),
        format!("inner · {failed}"),
        format!("outer · {failed}"),
    ];
    let tree = capture.tree();
    for line in &lines {
        assert!(tree.contains(line), "{line}: {tree}");
    }
    let spans = capture.exported();
    assert_eq!(spans.len(), 4, "{tree}");
    let dropped = |name: &str| {
        let span = spans.iter().find(|span| span.name == name);
        span.map(|span| span.dropped_attributes_count)
    };
    assert_eq!(
        (dropped("in a scope"), dropped("inner")),
        (Some(1), Some(0))
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[tokio::test]
async fn a_request_that_there_is_no_room_for_is_kept_in_its_trace_if_it_fails() {
    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    let (capture, segments) = full();
    let mut server = HttpServerLayer::new().layer(service_fn(|request: Request<()>| async move {
        traced("ended well", tokio::task::yield_now()).await;
        let mut response = Response::new(String::new());
        if request.uri().path() == "/fails" {
            let _ = fallible("handler", async { "x".parse::<u8>() }).await;
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        }
        Ok::<_, std::convert::Infallible>(response)
    }));
    for path in ["/", "/fails"] {
        let request = Request::get(path).header("traceparent", PARENT);
        let request = request.body(()).expect("a request");
        let answered = capture.future(async { server.call(request).await }).await;
        assert!(answered.is_ok());
    }
    let stats = capture.stats();
    assert_eq!((given_up(&stats), stats.segments_open), (3, 4), "{stats}");
    drop(segments);
    let spans = capture.exported();
    let told = |span: &SpanData| {
        let trace = span.span_context.trace_id().to_string();
        (span.name.to_string(), span.status.clone(), trace)
    };
    let trace = PARENT[3..35].to_owned();
    let message = "x".parse::<u8>().unwrap_err().to_string();
    let expected = [
        ("GET".to_owned(), Status::error(""), trace.clone()),
        ("handler".to_owned(), Status::error(message), trace),
    ];
    let mut told: Vec<_> = spans.iter().map(told).collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(told, expected);
}

#[test]
fn a_local_root_of_the_api_that_there_is_no_room_for_is_kept_if_it_fails() {
    let (capture, segments) = full();
    let parent = SpanContext::new(
        TraceId::from(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736_u128),
        SpanId::from(0x00f0_67aa_0ba9_02b7_u64),
        TraceFlags::NOT_SAMPLED,
        true,
        TraceState::NONE,
    );
    let parent = OtelContext::new().with_remote_span_context(parent);
    let start = |name: &'static str| {
        TracerProvider::new()
            .tracer("library")
            .start_with_context(name, &parent)
    };
    capture.run(|| {
        start("ended well").end();
        let mut failing = start("failing");
        assert!(failing.is_recording(), "or nobody would tell it");
        failing.set_status(Status::error("first"));
        failing.set_status(Status::error("second"));
        failing.end();
        failing.set_status(Status::error("too late"));
        assert!(!failing.is_recording());
        // Somebody else ends it.
        let mut moved = start("moved");
        let told = std::thread::spawn(move || moved.set_status(Status::error("elsewhere")));
        told.join().expect("it ends");
    });
    let stats = capture.stats();
    assert_eq!(
        (given_up(&stats), stats.segments_kept_by_error),
        (1, 2),
        "{stats}"
    );
    drop(segments);
    let spans = capture.exported();
    let mut told: Vec<_> = spans
        .iter()
        .map(|span| {
            (
                &*span.name,
                span.status.clone(),
                span.parent_span_id,
                span.span_context.trace_id(),
            )
        })
        .collect();
    told.sort_by_key(|(name, ..)| *name);
    let below = |name, said: &'static str| {
        let parent = parent.span().span_context().clone();
        (
            name,
            Status::error(said),
            parent.span_id(),
            parent.trace_id(),
        )
    };
    assert_eq!(
        told,
        [below("failing", "first"), below("moved", "elsewhere")]
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}

#[test]
fn what_is_undecided_is_bounded_in_bytes() {
    const ROOM: usize = 1024 * 1024;
    let config = Config::default().service("test").max_undecided_bytes(ROOM);
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    drop(open(&capture, 200, 1_000, true));
    let stats = capture.stats();
    // A span takes more than 64 bytes.
    assert!(given_up(&stats) as usize > 200_000 - ROOM / 64, "{stats}");
    let failing = capture.exported();
    let failing = failing.iter().filter(|span| span.name == "failing").count();
    assert!(failing >= 100, "{failing} of 200: {}", capture.stats());
    drop(open(&capture, 1, 5_000, false));
    let stats = capture.stats();
    assert!(stats.balances(), "{stats}");
    capture.run(|| {
        let _root = enter("root");
        assert!(current_span().is_recording(), "there is room again");
    });
}

#[test]
fn arrays_are_undecided_bytes_too() {
    const ROOM: usize = 64 * 1024;
    // So few that nothing else asks for room.
    const ARRAYS: usize = 12;
    const LENGTH: usize = 1024;
    let numbers = vec![1_i64; LENGTH];
    let config = Config::default().service("test").max_undecided_bytes(ROOM);
    let capture = Capture::with_config(config.sampler(Sampler::always_on()));
    capture.run(|| {
        let _root = enter("root");
        for _ in 0..ARRAYS {
            let _child = enter("child");
            record(&[attr(&NUMBERS, &numbers)]);
        }
    });
    let spans = capture.exported();
    let kept = |span: &&SpanData| {
        span.attributes
            .iter()
            .any(|pair| pair.key.as_str() == NUMBERS.name())
    };
    let kept = spans.iter().filter(kept).count();
    assert!(
        kept > 0 && kept * LENGTH * size_of::<i64>() <= ROOM,
        "{kept}"
    );
    let dropped: u32 = spans.iter().map(|span| span.dropped_attributes_count).sum();
    assert_eq!(kept + dropped as usize, ARRAYS);
}

/// A span that ends well beyond the room of its segment is given up, but not what another thread has said of it.
#[test]
fn a_failure_that_is_told_from_elsewhere_keeps_a_span_that_there_was_no_room_for() {
    let config = Config::default().service("test").max_spans_per_segment(1);
    let capture = Capture::with_config(config.sampler(Sampler::ratio(0.0)));
    capture.run(|| {
        let _root = enter("root");
        let span = enter("told");
        let handle = current_span();
        let telling = std::thread::spawn(move || handle.set_error("three of four answered"));
        telling.join().expect("it ends");
        drop(span);
        drop(enter("given up"));
    });
    assert_eq!(
        capture.tree(),
        "trace · test · 2 spans · 1 error · kept: error\n\
         root\n\
         └╴told · ✗ _OTHER: three of four answered\n"
    );
    assert!(capture.stats().balances(), "{}", capture.stats());
}
