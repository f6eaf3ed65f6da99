//! The account of logs as metrics.

use opentelemetry::KeyValue;

use super::{Instruments, Observe, component, with_error};
use crate::logs::{LogExportStats, Logs};
use crate::pipeline::{Component, Pipeline};

const RECORDS: &str = "{log_record}";

impl Instruments<'_> {
    pub(super) fn of_logs(&self) {
        self.counter(
            "otel.sdk.log.created",
            RECORDS,
            "Log records that were logged.",
            |pipeline, observe| {
                if let Some(logs) = &pipeline.logs {
                    observe(logs.stats().logged, &[]);
                }
            },
        );
        self.counter(
            "phoenix.sdk.log.discarded",
            RECORDS,
            "Log records of dropped traces.",
            |pipeline, observe| {
                if let Some(logs) = &pipeline.logs {
                    observe(logs.stats().discarded, &[]);
                }
            },
        );
        self.counter(
            "phoenix.sdk.log.lines",
            RECORDS,
            "Log records whose way to standard output has ended, well or not.",
            |pipeline, observe| {
                let stats = pipeline.logs.as_ref().map(|logs| logs.stats());
                let Some(lines) = stats.and_then(|stats| stats.lines) else {
                    return;
                };
                observe(lines.written, &[]);
                observe(lines.failed, &with_error(&[], "failed"));
                observe(lines.queue_full, &with_error(&[], "queue_full"));
                observe(lines.already_shutdown, &with_error(&[], "already_shutdown"));
            },
        );
        self.counter(
            "otel.sdk.processor.log.processed",
            RECORDS,
            "Log records whose processing has finished, well or not.",
            of_export(|_, _, stats, observe| {
                let exported = stats.acknowledged + stats.rejected + stats.failed + stats.in_doubt;
                let attributes = processor();
                observe(exported, &attributes);
                observe(stats.queue_full, &with_error(&attributes, "queue_full"));
                observe(
                    stats.already_shutdown,
                    &with_error(&attributes, "already_shutdown"),
                );
            }),
        );
        self.up_down_counter(
            "otel.sdk.processor.log.queue.size",
            RECORDS,
            "Log records that wait in the queue.",
            of_export(|logs, _, stats, observe| {
                let in_flight = logs.in_flight() as u64;
                observe(stats.queued.saturating_sub(in_flight), &processor());
            }),
        );
        self.up_down_counter(
            "otel.sdk.processor.log.queue.capacity",
            RECORDS,
            "Log records that the queue can hold.",
            of_export(|logs, _, _, observe| {
                observe(logs.queue_capacity() as u64, &processor());
            }),
        );
        self.up_down_counter(
            "otel.sdk.exporter.log.inflight",
            RECORDS,
            "Log records that are being sent.",
            of_export(|logs, to, _, observe| observe(logs.in_flight() as u64, &exporter(to))),
        );
        self.counter(
            "otel.sdk.exporter.log.exported",
            RECORDS,
            "Log records whose export has finished, well or not.",
            of_export(|_, to, stats, observe| {
                let attributes = exporter(to);
                observe(stats.acknowledged, &attributes);
                observe(stats.rejected, &with_error(&attributes, "rejected"));
                observe(stats.failed, &with_error(&attributes, "failed"));
                observe(stats.in_doubt, &with_error(&attributes, "in_doubt"));
            }),
        );
    }
}

/// What an instrument reads of the way to the collector, if there is one.
fn of_export(
    read: impl Fn(&Logs, &Component, &LogExportStats, Observe<'_>) + Send + Sync + 'static,
) -> impl Fn(&Pipeline, Observe<'_>) + Send + Sync + 'static {
    move |pipeline, observe| {
        let Some(logs) = &pipeline.logs else {
            return;
        };
        if let (Some(to), Some(stats)) = (logs.exporter(), logs.stats().export) {
            read(logs, to, &stats, observe);
        }
    }
}

fn processor() -> Vec<KeyValue> {
    component("batching_log_processor", 0)
}

fn exporter(to: &Component) -> Vec<KeyValue> {
    super::exporter_of(to, 0)
}
