//! The instruments, each with what it reads from the account when it is collected.

#[cfg(feature = "logs")]
mod logs;

use std::sync::{Arc, Weak};

use opentelemetry::KeyValue;
use opentelemetry::metrics::Meter;

use crate::bootstrap;
use crate::pipeline::{Component, LaneNow, Pipeline};

/// Whose account it is.
#[derive(Clone, Debug)]
pub(super) enum Source {
    /// That of the process.
    Process,
    Of(Weak<Pipeline>),
}

impl Source {
    fn pipeline(&self) -> Option<Arc<Pipeline>> {
        match self {
            Self::Process => bootstrap::pipeline(),
            Self::Of(pipeline) => pipeline.upgrade(),
        }
    }
}

/// What is observed: a number and its attributes.
type Observe<'a> = &'a mut dyn FnMut(u64, &[KeyValue]);

pub(super) fn register(meter: &Meter, source: Source) {
    let instruments = Instruments { meter, source };
    instruments.of_spans();
    instruments.of_exporters();
    instruments.of_segments();
    #[cfg(feature = "logs")]
    instruments.of_logs();
}

struct Instruments<'a> {
    meter: &'a Meter,
    source: Source,
}

const SPANS: &str = "{span}";
const SEGMENTS: &str = "{segment}";

impl Instruments<'_> {
    fn of_spans(&self) {
        self.counter(
            "otel.sdk.span.started",
            SPANS,
            "Spans of decided segments.",
            |pipeline, observe| {
                let result = |name| [KeyValue::new("otel.span.sampling_result", name)];
                observe(pipeline.kept(), &result("RECORD_AND_SAMPLE"));
                observe(pipeline.decided().discarded, &result("RECORD_ONLY"));
            },
        );
        self.counter(
            "phoenix.sdk.span.ended",
            SPANS,
            "Spans of decided segments, and spans that a segment had no room for.",
            |pipeline, observe| observe(pipeline.decided().ended, &[]),
        );
        self.up_down_counter(
            "phoenix.sdk.span.open",
            SPANS,
            "Spans that have ended in segments that are not decided yet.",
            |pipeline, observe| observe(pipeline.tallies.sum(), &[]),
        );
        self.counter(
            "phoenix.sdk.span.discarded",
            SPANS,
            "Spans of segments that the sampling decision dropped.",
            |pipeline, observe| observe(pipeline.decided().discarded, &[]),
        );
        self.counter(
            "phoenix.sdk.span.unrecorded",
            SPANS,
            "Spans that nothing is known of, since there was no room for them even while they were open.",
            |pipeline, observe| observe(pipeline.decided().unrecorded, &[]),
        );
        self.counter(
            "phoenix.sdk.span.late_errors",
            SPANS,
            "Failures that came after their segment had been dropped.",
            |pipeline, observe| observe(pipeline.decided().late_errors, &[]),
        );
    }

    fn of_exporters(&self) {
        self.counter(
            "phoenix.sdk.processor.span.offered",
            SPANS,
            "Spans of segments that were decided to be kept.",
            of_each(|number, lane, observe| {
                observe(lane.account.offered, &processor(number));
            }),
        );
        self.counter(
            "otel.sdk.processor.span.processed",
            SPANS,
            "Spans whose processing has finished, well or not.",
            of_each(|number, lane, observe| {
                let account = &lane.account;
                let exported =
                    account.acknowledged + account.rejected + account.failed + account.in_doubt;
                let attributes = processor(number);
                observe(exported, &attributes);
                for (reason, spans) in account.dropped {
                    observe(spans, &with_error(&attributes, reason.as_str()));
                }
            }),
        );
        self.up_down_counter(
            "otel.sdk.processor.span.queue.size",
            SPANS,
            "Spans that wait in the queue.",
            of_each(|number, lane, observe| {
                let waiting = lane.account.queued.saturating_sub(lane.in_flight);
                observe(waiting, &processor(number));
            }),
        );
        self.up_down_counter(
            "otel.sdk.processor.span.queue.capacity",
            SPANS,
            "Spans that the queue can hold.",
            of_each(|number, lane, observe| observe(lane.capacity, &processor(number))),
        );
        self.up_down_counter(
            "otel.sdk.exporter.span.inflight",
            SPANS,
            "Spans that are being sent.",
            of_each(|number, lane, observe| observe(lane.in_flight, &exporter(number, lane))),
        );
        self.counter(
            "otel.sdk.exporter.span.exported",
            SPANS,
            "Spans whose export has finished, well or not.",
            of_each(|number, lane, observe| {
                let (account, attributes) = (&lane.account, exporter(number, lane));
                observe(account.acknowledged, &attributes);
                observe(account.rejected, &with_error(&attributes, "rejected"));
                observe(account.failed, &with_error(&attributes, "failed"));
                observe(account.in_doubt, &with_error(&attributes, "in_doubt"));
            }),
        );
    }

    fn of_segments(&self) {
        self.counter(
            "phoenix.sdk.segment.decided",
            SEGMENTS,
            "Segments that were kept or dropped.",
            |pipeline, observe| {
                let stats = pipeline.decided();
                let decision = |name| [KeyValue::new("phoenix.segment.decision", name)];
                observe(stats.segments_kept_by_head, &decision("head"));
                observe(stats.segments_kept_by_force, &decision("forced"));
                observe(stats.segments_kept_by_callee, &decision("callee"));
                observe(stats.segments_kept_by_error, &decision("error"));
                observe(stats.segments_kept_by_slowness, &decision("slow"));
                observe(stats.segments_discarded, &decision("discarded"));
            },
        );
        self.up_down_counter(
            "phoenix.sdk.segment.open",
            SEGMENTS,
            "Segments that are not decided yet.",
            |pipeline, observe| observe(pipeline.decided().segments_open, &[]),
        );
    }

    fn counter(
        &self,
        name: &'static str,
        unit: &'static str,
        description: &'static str,
        read: impl Fn(&Pipeline, Observe<'_>) + Send + Sync + 'static,
    ) {
        let source = self.source.clone();
        let builder = self.meter.u64_observable_counter(name);
        let builder = builder.with_unit(unit).with_description(description);
        let callback = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<u64>| {
            if let Some(pipeline) = source.pipeline() {
                read(&pipeline, &mut |number, attributes| {
                    observer.observe(number, attributes);
                });
            }
        };
        builder.with_callback(callback).build();
    }

    fn up_down_counter(
        &self,
        name: &'static str,
        unit: &'static str,
        description: &'static str,
        read: impl Fn(&Pipeline, Observe<'_>) + Send + Sync + 'static,
    ) {
        let source = self.source.clone();
        let builder = self.meter.i64_observable_up_down_counter(name);
        let builder = builder.with_unit(unit).with_description(description);
        let callback = move |observer: &dyn opentelemetry::metrics::AsyncInstrument<i64>| {
            if let Some(pipeline) = source.pipeline() {
                read(&pipeline, &mut |number, attributes| {
                    observer.observe(number.try_into().unwrap_or(i64::MAX), attributes);
                });
            }
        };
        builder.with_callback(callback).build();
    }
}

/// What an instrument reads of each exporter, with its number.
fn of_each(
    read: impl Fn(usize, &LaneNow<'_>, Observe<'_>) + Send + Sync + 'static,
) -> impl Fn(&Pipeline, Observe<'_>) + Send + Sync + 'static {
    move |pipeline, observe| {
        for (number, lane) in pipeline.lanes_now().enumerate() {
            read(number, &lane, observe);
        }
    }
}

fn processor(number: usize) -> Vec<KeyValue> {
    component("batching_span_processor", number)
}

fn exporter(number: usize, lane: &LaneNow<'_>) -> Vec<KeyValue> {
    exporter_of(lane.component, number)
}

fn exporter_of(of: &Component, number: usize) -> Vec<KeyValue> {
    let mut attributes = component(of.kind, number);
    if let Some((address, port)) = &of.server {
        attributes.push(KeyValue::new("server.address", address.clone()));
        attributes.push(KeyValue::new("server.port", i64::from(*port)));
    }
    attributes
}

fn component(kind: &'static str, number: usize) -> Vec<KeyValue> {
    vec![
        KeyValue::new("otel.component.type", kind),
        KeyValue::new("otel.component.name", format!("{kind}/{number}")),
    ]
}

fn with_error(attributes: &[KeyValue], kind: &'static str) -> Vec<KeyValue> {
    let error = KeyValue::new("error.type", kind);
    attributes.iter().cloned().chain([error]).collect()
}
