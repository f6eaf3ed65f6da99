//! How exporters are shown: where each signal goes, how, and when.

use std::time::Duration;

use super::{MASK, Rows};
use crate::config::Config;
use crate::config::metrics::{
    EXEMPLAR_FILTER, EXEMPLARS, INTERVAL, MetricsTarget, SERIES, TEMPORALITY, TIMEOUT,
};
use crate::config::otlp::{Compression, Header, Otlp, Protocol, Settings, Signal, shown};
use crate::config::target::Target;
use crate::config::timeout;

/// How batches of a signal are sent: each key with its value, and its variable without the prefix of the signal.
pub(in crate::config) fn of_batches(
    delay: Duration,
    export: Duration,
    queue: usize,
    batch: usize,
) -> [(&'static str, String, &'static str); 4] {
    [
        ("schedule_delay", format!("{delay:?}"), "SCHEDULE_DELAY"),
        ("export_timeout", timeout::shown(export), "EXPORT_TIMEOUT"),
        ("max_queue_size", queue.to_string(), "MAX_QUEUE_SIZE"),
        (
            "max_export_batch_size",
            batch.to_string(),
            "MAX_EXPORT_BATCH_SIZE",
        ),
    ]
}

impl Config {
    pub(super) fn trace_rows(&self, rows: &mut Rows<'_>) {
        for (number, (target, sending)) in self.targets.ways(&self.sending).enumerate() {
            let of = |key: &str| match key {
                "" => format!("tracer_provider.processors[{number}]"),
                key => format!("tracer_provider.processors[{number}].{key}"),
            };
            let exporters = [
                "OTEL_TRACES_EXPORTER",
                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                "OTEL_EXPORTER_OTLP_ENDPOINT",
                "OTEL_COLLECTOR_ENDPOINT",
            ];
            let origin = match self.origins.of(&of(""), &[]) {
                unknown if unknown == "default" => {
                    self.origins.of("tracer_provider.processors", &exporters)
                }
                said => said,
            };
            rows.row(&of(""), target, origin.clone());
            if let Target::Otlp(otlp) = target {
                let all = otlp.said.clone().or(&self.otlp);
                let said = |key: &str| otlp.said.says(key).then(|| origin.clone());
                self.otlp_rows(rows, &of, &otlp.settings, &all, &said);
            }
            let with = |key: &str| format!("tracer_provider.processors[{number}].{key}");
            let rows_of_batches = of_batches(
                sending.delay,
                sending.timeout,
                sending.queue_spans,
                sending.batch,
            );
            for (key, value, variable) in rows_of_batches {
                let variable = format!("OTEL_BSP_{variable}");
                let origin = self.origins.first(&[key, &with(key)], &[&variable]);
                rows.row(&with(key), value, origin);
            }
        }
    }

    pub(super) fn metric_rows(&self, rows: &mut Rows<'_>) {
        const READERS: &str = "meter_provider.readers";
        let exporter = &["OTEL_METRICS_EXPORTER"][..];
        let exports = self.metrics_export(&mut Vec::new());
        if exports.is_empty() {
            rows.setting(READERS, "none", exporter);
        }
        if !exports.is_empty() {
            let filter = match self.metrics.exemplars {
                true => "trace_based",
                false => "always_off",
            };
            rows.setting(EXEMPLARS, filter, &[EXEMPLAR_FILTER]);
        }
        for (number, export) in exports.iter().enumerate() {
            let reader = format!("{READERS}[{number}]");
            let of = |key: &str| format!("{reader}.{key}");
            let of_exporter = |key: &str| of(&format!("exporter.{key}"));
            let origin = self.origins.first(&[READERS, &reader], exporter);
            rows.row(&reader, &export.target, origin.clone());
            if let MetricsTarget::Otlp(settings) = &export.target {
                let all = self.metrics.otlp(self.targets.otlp());
                let said = |key: &str| match self.metrics.said() {
                    Some(otlp) => otlp.says(key).then(|| origin.clone()),
                    None => self.says_of_traces(&self.metrics.own, key),
                };
                self.otlp_rows(rows, &of_exporter, settings, &all, &said);
                let variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
                let origin = self.origins.of(TEMPORALITY, &[variable]);
                rows.row(
                    &of_exporter("temporality_preference"),
                    export.temporality,
                    origin,
                );
            }
            let origin = self.origins.of(SERIES, &["PHOENIX_TRACE_METRIC_SERIES"]);
            rows.row(
                &of("cardinality_limits.histogram"),
                self.metrics.series,
                origin,
            );
            if let MetricsTarget::Prometheus(at) = &export.target {
                for (key, value, variable) in [
                    ("host", at.host.clone(), "OTEL_EXPORTER_PROMETHEUS_HOST"),
                    ("port", at.port.to_string(), "OTEL_EXPORTER_PROMETHEUS_PORT"),
                ] {
                    let origin = self.origins.first(&[READERS, &reader], &[variable]);
                    rows.row(&of_exporter(key), value, origin);
                }
                continue;
            }
            for (key, all, time, variable) in [
                (
                    "interval",
                    INTERVAL,
                    format!("{:?}", export.interval),
                    "OTEL_METRIC_EXPORT_INTERVAL",
                ),
                (
                    "timeout",
                    TIMEOUT,
                    timeout::shown(export.timeout),
                    "OTEL_METRIC_EXPORT_TIMEOUT",
                ),
            ] {
                let origin = self.origins.first(&[all, &of(key)], &[variable]);
                rows.row(&of(key), time, origin);
            }
        }
    }

    /// Who says of OTLP for traces what counts here too, other than the environment. `own`: what variables of this signal say.
    pub(in crate::config) fn says_of_traces(&self, own: &Otlp, key: &str) -> Option<String> {
        let said = self.targets.otlp()?;
        let counts = own.endpoint.is_none() && !own.says(key) && said.says(key);
        counts.then(|| self.origins.of("tracer_provider.processors", &[]))
    }

    /// How one exporter speaks OTLP. `said`: who says it, other than the environment.
    pub(in crate::config) fn otlp_rows(
        &self,
        rows: &mut Rows<'_>,
        of: &dyn Fn(&str) -> String,
        settings: &Settings,
        all: &Otlp,
        said: &dyn Fn(&str) -> Option<String>,
    ) {
        let signal = settings.signal;
        let origin = |key: &str| {
            let own = match signal {
                Signal::Traces => format!("OTEL_EXPORTER_OTLP_TRACES_{key}"),
                Signal::Metrics => format!("OTEL_EXPORTER_OTLP_METRICS_{key}"),
                #[cfg(feature = "logs")]
                Signal::Logs => format!("OTEL_EXPORTER_OTLP_LOGS_{key}"),
            };
            let all = format!("OTEL_EXPORTER_OTLP_{key}");
            said(&key.to_lowercase()).unwrap_or_else(|| self.origins.of("", &[&own, &all]))
        };
        let endpoint = match &all.endpoint {
            Some(there) => rows.corrected(&named(&there.named_by), |of, value| {
                of == there.named_by && value == shown(&there.url)
            }),
            None => "default".to_owned(),
        };
        rows.row(&of("endpoint"), &settings.endpoint, endpoint);
        let protocol = match settings.protocol {
            Protocol::Grpc => "grpc",
            Protocol::HttpProtobuf => "http/protobuf",
        };
        rows.row(&of("protocol"), protocol, origin("PROTOCOL"));
        let compression = match settings.compression {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        };
        rows.row(&of("compression"), compression, origin("COMPRESSION"));
        let timeout = timeout::shown(settings.timeout.unwrap_or(Duration::MAX));
        rows.row(&of("timeout"), timeout, origin("TIMEOUT"));
        // Those that cannot be sent were refused, and of two with one name the last one is sent.
        let is_sent = |header: &&Header| {
            let sent = settings.headers.get(&header.name);
            sent.is_some_and(|value| *value == header.value)
        };
        for header in all.headers.iter().filter(is_sent) {
            let value = format!("{}={MASK}", header.shown_name());
            rows.row(&of("headers"), value, named(&header.named_by));
        }
        let client = settings.client.as_ref();
        for (key, file) in [
            ("tls.ca_file", settings.certificate.as_ref()),
            ("tls.cert_file", client.map(|(certificate, _)| certificate)),
            ("tls.key_file", client.map(|(_, key)| key)),
        ] {
            if let Some(file) = file {
                rows.row(&of(key), file.shown(), named(&file.named_by));
            }
        }
    }
}

/// Who named something: a function, a variable, or a place in a file with the path of its key.
fn named(by: &str) -> String {
    match by.split_once(": ") {
        Some((place, _)) => place.to_owned(),
        None if by.starts_with("Otlp::") => "code".to_owned(),
        None => by.to_owned(),
    }
}
