//! What a process tells in numbers: how long requests and operations take, and the account of the toolkit itself, under the names
//! of OpenTelemetry's semantic conventions (1.44).
//!
//! # Requests and operations
//!
//! Histograms of durations in seconds, measured on every span that ended, sampled or not: what they count is exact at any
//! sampling rate. A span is measured once, when its segment is decided. Excluded routes have no span, and are not measured.
//!
//! | name | of | attributes |
//! |---|---|---|
//! | `http.server.request.duration` | requests that came in | `http.request.method`, `url.scheme`, `http.route`, `http.response.status_code`, `network.protocol.version`, `error.type` |
//! | `http.client.request.duration` | requests that went out | `http.request.method`, `server.address`, `server.port`, `http.response.status_code`, `network.protocol.version`, `service.peer.name`, `error.type` |
//! | `rpc.server.call.duration` | calls that came in | `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `error.type` |
//! | `rpc.client.call.duration` | calls that went out | `rpc.system.name`, `rpc.method`, `rpc.response.status_code`, `server.address`, `server.port`, `service.peer.name`, `error.type` |
//! | `db.client.operation.duration` | queries | `db.system.name`, `db.namespace`, `db.collection.name`, `db.operation.name`, `db.stored_procedure.name`, `db.query.summary`, `db.response.status_code`, `server.address`, `server.port`, `error.type` |
//! | `phoenix.operation.duration` | annotated operations | `phoenix.operation.name`: the name of the span; `error.type` |
//!
//! A series has those of the attributes that its spans have; texts are cut after 255 bytes. With `service.peer.name` who called
//! whom is known for every call. The buckets are those that the conventions advise; those of operations end at 0.1 ms, 1 ms, 2.5 ms,
//! 5 ms and so on up to 10 s.
//!
//! - An instrument has at most 2000 series (`PHOENIX_TRACE_METRIC_SERIES`,
//!   [`Config::metric_series`](crate::Config::metric_series)); all others are one, with `otel.metric.overflow`.
//! - Exemplars are spans of kept traces: for each bucket the last one since the numbers were last sent.
//! - [`Stats::unrecorded`](crate::Stats::unrecorded) spans are missing from them: there was no room for these even while they were
//!   open.
//!
//! # The account
//!
//! Its numbers are read from the account when they are collected: recording a span costs nothing more for them. Where metrics are
//! exported (`OTEL_METRICS_EXPORTER`), they go through the meter provider of the toolkit; [`register`] adds them to a meter of
//! any other provider.
//!
//! | name | unit | attributes beside the exporter's | what [`Stats`](crate::Stats) has of it |
//! |---|---|---|---|
//! | `otel.sdk.span.started` | `{span}` | `otel.span.sampling_result`: `RECORD_AND_SAMPLE` | `kept()` |
//! | | | `RECORD_ONLY` | `discarded` |
//! | `otel.sdk.processor.span.processed` | `{span}` | none | `acknowledged + rejected + failed + in_doubt` |
//! | | | `error.type`: `queue_full`, `already_shutdown`, … | `dropped`, by [`DropReason::as_str`](crate::DropReason::as_str) |
//! | `otel.sdk.processor.span.queue.size` | `{span}` | none | `queued`, without those in flight |
//! | `otel.sdk.processor.span.queue.capacity` | `{span}` | none | (`OTEL_BSP_MAX_QUEUE_SIZE`) |
//! | `otel.sdk.exporter.span.inflight` | `{span}` | none | `queued`, of it those that are being sent |
//! | `otel.sdk.exporter.span.exported` | `{span}` | none | `acknowledged` |
//! | | | `error.type`: `rejected`, `failed`, `in_doubt` | `rejected`, `failed`, `in_doubt` |
//! | `phoenix.sdk.span.ended` | `{span}` | | `ended` |
//! | `phoenix.sdk.span.open` | `{span}` | | `open` |
//! | `phoenix.sdk.span.discarded` | `{span}` | | `discarded` |
//! | `phoenix.sdk.span.unrecorded` | `{span}` | | `unrecorded` |
//! | `phoenix.sdk.span.late_errors` | `{span}` | | `late_errors` |
//! | `phoenix.sdk.processor.span.offered` | `{span}` | none | `kept()`; of a further exporter `offered` |
//! | `phoenix.sdk.segment.decided` | `{segment}` | `phoenix.segment.decision`: `head`, `forced`, `error`, `callee`, `slow`, `discarded` | `segments_kept_by_head`, `segments_kept_by_force`, `segments_kept_by_error`, `segments_kept_by_callee`, `segments_kept_by_slowness`, `segments_discarded` |
//! | `phoenix.sdk.segment.open` | `{segment}` | | `segments_open` |
//!
//! | `otel.sdk.log.created` | `{log_record}` | | `logs.logged` |
//! | `otel.sdk.processor.log.…`, `otel.sdk.exporter.log.…` | `{log_record}` | as for spans | `logs.export` |
//! | `phoenix.sdk.log.lines` | `{log_record}` | none; `error.type`: `queue_full`, `already_shutdown`, `failed` | `logs.lines` |
//! | `phoenix.sdk.log.discarded` | `{log_record}` | | `logs.discarded` |
//!
//! Those of a processor or an exporter have `otel.component.type` and `otel.component.name`, those of an OTLP exporter
//! `server.address` and `server.port` too. The type is that of the conventions (`batching_span_processor`,
//! `otlp_grpc_span_exporter`, `otlp_http_span_exporter`, the same with `log`), `console`, `none`, or the name of the Rust type of an exporter of
//! the program's. The name is the type and the number of the exporter, that of [`Stats`](crate::Stats) itself being 0, those
//! of [`Stats::also`](crate::Stats::also) 1 and more: `batching_span_processor/1` stands before `otlp_grpc_span_exporter/1`.
//!
//! The law of the account holds among them: at every quiet moment `ended = discarded + offered` of the first exporter, and for
//! each exporter `offered = Σ processed + queue.size + inflight`, of which `processed` without an error is `Σ exported`.
//!
//! - A span is counted as started when its segment has been decided. There is no `otel.sdk.span.live`;
//!   `phoenix.sdk.segment.open` tells of what is open, and `phoenix.sdk.span.open` of what has ended in it.
//! - A span is counted as processed without an error when its export is over, since a batch that has to be sent again goes
//!   back to the queue.

mod complaints;
mod console;
#[cfg(feature = "otlp")]
mod delivery;
mod durations;
mod export;
mod instruments;
#[cfg(feature = "otlp")]
mod otlp;
#[cfg(feature = "prometheus")]
pub(crate) mod prometheus;
mod provider;
#[cfg(all(test, feature = "otlp", feature = "testing"))]
mod tests;

use opentelemetry::metrics::Meter;

pub(crate) use durations::{Durations, Settings};
use instruments::Source;
pub(crate) use provider::{Installed, Meters, Provider};

/// The instrumentation scope of what the toolkit itself measures.
const SCOPE: &str = "phoenix-trace";

/// Registers the metrics of the toolkit itself on a meter of the program's own provider, for the telemetry that the process
/// has: whenever that is started, and after its end with its last numbers.
///
/// There is no need for it where the toolkit exports metrics, as it does by default where traces go over OTLP.
///
/// ```
/// use opentelemetry_sdk::metrics::SdkMeterProvider;
/// use opentelemetry::metrics::MeterProvider as _;
/// use phoenix_trace::metrics;
///
/// let provider = SdkMeterProvider::builder().build(); // with the program's own reader
/// metrics::register(&provider.meter("phoenix-trace"));
/// ```
pub fn register(meter: &Meter) {
    instruments::register(meter, Source::Process);
}
