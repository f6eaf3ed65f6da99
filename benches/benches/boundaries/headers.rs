//! What it takes to read a context from header fields, and to write one: ours beside the SDK's propagators.

use std::hint::black_box;
use std::time::{Duration, Instant};

use http::{HeaderMap, HeaderValue};
use opentelemetry::Context;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_http::{HeaderExtractor, HeaderInjector};
use phoenix_trace::propagation::{Outgoing, Propagators};

use crate::server::stacks::propagator;

/// Nanoseconds, ours and the SDK's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// To read fields of a request that carries nothing.
    pub(crate) absent: [f64; 2],
    /// To read `traceparent`, `tracestate` and `baggage`.
    pub(crate) extract: [f64; 2],
    /// To write them.
    pub(crate) inject: [f64; 2],
}

pub(crate) fn measure(length: Duration) -> Result<Times, String> {
    let plain = request([
        ("host", "users.internal"),
        ("accept", "*/*"),
        ("user-agent", "curl/8"),
    ]);
    let carrying = request([
        (
            "traceparent",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        ),
        ("tracestate", "ot=th:e666,vendor=t61rcWkgMzE"),
        ("baggage", "tenant=acme,plan=gold"),
    ]);

    let ours = Propagators::default();
    let remote = ours.extract(&carrying);
    let parent = remote.parent.ok_or("the traceparent was not understood")?;
    let outgoing = Outgoing {
        parent: Some((parent, &remote.state)),
        baggage: Some(&remote.baggage),
        ..Outgoing::default()
    };
    let theirs = propagator();
    let context = theirs.extract(&HeaderExtractor(&carrying));

    let extract_ours = |headers: &HeaderMap| {
        black_box(ours.extract(black_box(headers)));
    };
    let extract_theirs = |headers: &HeaderMap| {
        let extractor = HeaderExtractor(black_box(headers));
        black_box(theirs.extract_with_context(&Context::new(), &extractor));
    };
    let mut written = HeaderMap::new();
    let mut also_written = HeaderMap::new();
    Ok(Times {
        absent: [
            per_call(length, || extract_ours(&plain)),
            per_call(length, || extract_theirs(&plain)),
        ],
        extract: [
            per_call(length, || extract_ours(&carrying)),
            per_call(length, || extract_theirs(&carrying)),
        ],
        inject: [
            per_call(length, || ours.inject(black_box(&mut written), &outgoing)),
            per_call(length, || {
                theirs.inject_context(&context, &mut HeaderInjector(black_box(&mut also_written)));
            }),
        ],
    })
}

fn request<const N: usize>(fields: [(&'static str, &'static str); N]) -> HeaderMap {
    let fields = fields.into_iter();
    fields
        .map(|(name, value)| {
            let name = http::HeaderName::from_static(name);
            (name, HeaderValue::from_static(value))
        })
        .collect()
}

/// Nanoseconds per call, over at least `length`.
fn per_call(length: Duration, mut call: impl FnMut()) -> f64 {
    const BATCH: u32 = 1000;
    let (mut calls, started) = (0_u32, Instant::now());
    loop {
        for _ in 0..BATCH {
            call();
        }
        calls += BATCH;
        let elapsed = started.elapsed();
        if elapsed >= length {
            return elapsed.as_nanos() as f64 / f64::from(calls);
        }
    }
}
