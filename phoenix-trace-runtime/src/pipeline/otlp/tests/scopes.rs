//! Spans of other libraries: in a scope of their own, with the times that they were given.

use std::time::SystemTime;

use opentelemetry::trace::{Span as _, SpanBuilder, Status, Tracer as _, TracerProvider as _};
use opentelemetry::{InstrumentationScope, KeyValue};

use super::*;
use crate::bootstrap;
use crate::interop::TracerProvider;
use crate::record::entered::enter;
use crate::record::scoped::Scoped;
use crate::record::site::{Site, SpanKind};
use crate::sampling::Sampler;

static SITE: Site = Site::new("root", SpanKind::Internal, "");

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// One annotated span, and one of a library below it.
fn record(config: Config) {
    let pipeline = bootstrap::start(config.sampler(Sampler::always_on())).expect("it starts");
    let scoped = Scoped::enter(pipeline.clone());
    let root = enter(&SITE, &[]);
    let scope = InstrumentationScope::builder("library")
        .with_version("1.2.3")
        .with_attributes([KeyValue::new("short", true)]);
    let tracer = TracerProvider::new().tracer_with_scope(scope.build());
    let mut span = SpanBuilder::from_name("of the library")
        .with_start_time(at(1))
        .start(&tracer);
    span.add_event_with_timestamp("known at run time".to_owned(), at(2), vec![]);
    span.set_status(Status::Ok);
    span.end_with_timestamp(at(3));
    tracer.start("another").end();
    drop(root);
    drop(scoped);
    assert!(pipeline.shutdown(LONG));
    assert!(pipeline.stats().balances(), "{}", pipeline.stats());
}

#[test]
fn spans_of_libraries_are_sent_in_a_scope_of_their_own() {
    let receiver = OtlpReceiver::start().expect("started");
    for otlp in both(&receiver) {
        record(Config::default().otlp(otlp));
        let spans = receiver.take_spans();
        let found = |name: &str| spans.iter().find(|span| span.span.name == name);
        let (root, span) = (
            found("root").expect("sent"),
            found("of the library").expect("sent"),
        );
        assert_eq!(spans.len(), 3);
        assert_eq!(root.scope_name, "phoenix-trace");
        assert_eq!(
            (&*span.scope_name, &*span.scope_version),
            ("library", "1.2.3")
        );
        assert_eq!(span.span.parent_span_id, Some(root.span.span_id));
        let times = (span.span.start_unix_nanos, span.span.end_unix_nanos);
        assert_eq!(times, (1_000_000_000, 3_000_000_000));
        assert_eq!(span.span.events[0].name, "known at run time");
        assert_eq!(span.span.status, Status::Ok);
    }
}
