//! The configuration as it is in force: every setting, its value, and where that comes from. Secrets are not shown.

use std::fmt;

use super::Config;
use super::interop;
use super::metrics::{INTERVAL, MetricsTarget, SERIES, TEMPORALITY, TIMEOUT};
use super::origin::Origins;
use super::otlp::{Compression, Otlp, Settings, Signal};
use super::target::Target;
use crate::printable::escape;
use crate::propagation::CorrelationSource;
use crate::sensitive::How;

/// Stands in place of secrets.
const MASK: &str = "***";

/// Settings, their values and origins, in the order in which they are shown.
pub(super) struct Rows<'c> {
    origins: &'c Origins,
    rows: Vec<Row>,
}

struct Row {
    setting: String,
    value: String,
    origin: String,
}

impl Rows<'_> {
    /// A setting that these variables can set, the first one before the others.
    pub(super) fn setting(&mut self, setting: &str, value: impl fmt::Display, variables: &[&str]) {
        let origin = self.origins.of(setting, variables);
        self.row(setting, value, origin);
    }

    /// Where a setting comes from that these variables can set.
    #[cfg(feature = "logs")]
    pub(super) fn origin(&self, setting: &str, variables: &[&str]) -> String {
        self.origins.of(setting, variables)
    }

    pub(super) fn row(&mut self, setting: &str, value: impl fmt::Display, origin: String) {
        self.rows.push(Row {
            setting: setting.to_owned(),
            value: value.to_string(),
            origin,
        });
    }
}

/// What a row shows of a list.
fn list(items: impl Iterator<Item = impl fmt::Display>) -> String {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() {
        return "none".to_owned();
    }
    items.join(", ")
}

impl Config {
    fn rows(&self) -> Rows<'_> {
        let mut rows = Rows {
            origins: &self.origins,
            rows: Vec::new(),
        };
        rows.setting("disabled", self.disabled, &["OTEL_SDK_DISABLED"]);
        rows.setting("strict", self.strict, &[super::STRICT]);
        let shutdown = self.shutdown.as_str();
        let variables = [super::shutdown::SHUTDOWN];
        rows.setting("distribution.phoenix_trace.shutdown", shutdown, &variables);
        for (pair, origin) in self.attributes() {
            rows.row(pair.key.as_str(), format_args!("{}", pair.value), origin);
        }
        rows.setting(
            "resource.detection/development.detectors",
            list(self.detection.detectors.iter()),
            &[super::resource::DETECTORS],
        );
        rows.setting(
            "propagator.composite",
            list(self.propagators.iter()),
            &["OTEL_PROPAGATORS"],
        );
        self.our_rows(&mut rows);
        rows.setting(
            "tracer_provider.sampler",
            self.effective_sampler(),
            &["OTEL_TRACES_SAMPLER"],
        );
        self.rule_rows(&mut rows);
        self.limit_rows(&mut rows);
        self.trace_rows(&mut rows);
        self.metric_rows(&mut rows);
        #[cfg(feature = "logs")]
        self.log_rows(&mut rows);
        rows
    }

    fn our_rows(&self, rows: &mut Rows<'_>) {
        const CORRELATION: &str = "distribution.phoenix_trace.correlation";
        const SENSITIVE: &str = "distribution.phoenix_trace.sensitive";
        rows.setting(
            &format!("{CORRELATION}.header"),
            self.propagators.correlation_name(),
            &["PHOENIX_TRACE_CORRELATION_HEADER"],
        );
        rows.setting(
            &format!("{CORRELATION}.source"),
            match self.propagators.source() {
                CorrelationSource::Header => "header",
                CorrelationSource::TraceId => "trace_id",
            },
            &["PHOENIX_TRACE_CORRELATION_SOURCE"],
        );
        rows.setting(interop::SETTING, self.otel_context, &[interop::VARIABLE]);
        let sensitive = self.effective_sensitive();
        rows.setting(
            &format!("{SENSITIVE}.policy"),
            match sensitive.how() {
                How::Hash(_) => "hash",
                How::Show => "show",
                How::Drop | How::HashWithout(_) => "drop",
            },
            &["PHOENIX_TRACE_SENSITIVE"],
        );
        if matches!(sensitive.how(), How::Hash(_)) {
            let variables = ["PHOENIX_TRACE_SENSITIVE_KEY"];
            rows.setting(&format!("{SENSITIVE}.key"), MASK, &variables);
        }
        let mut keys: Vec<&String> = self.sensitive_keys.iter().collect();
        keys.sort_unstable();
        let variables = [super::sensitive::KEYS];
        rows.setting(
            &format!("{SENSITIVE}.keys"),
            list(keys.into_iter()),
            &variables,
        );
    }

    /// Those of the file; who has said more before them is the sampler.
    fn rule_rows(&self, rows: &mut Rows<'_>) {
        const SAMPLING: &str = "distribution.phoenix_trace.sampling";
        for (what, rule) in self.file_rules() {
            let origin = self.origins.of(SAMPLING, &[]);
            rows.row(&format!("{SAMPLING}.{what}"), rule, origin);
        }
    }

    fn limit_rows(&self, rows: &mut Rows<'_>) {
        let limits = &self.limits;
        let of_spans = |key: &str| format!("tracer_provider.limits.{key}");
        for (key, value, variables) in [
            (
                "attribute_count_limit",
                limits.attributes,
                &[
                    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
                    "OTEL_ATTRIBUTE_COUNT_LIMIT",
                ][..],
            ),
            (
                "event_count_limit",
                limits.events,
                &["OTEL_SPAN_EVENT_COUNT_LIMIT"],
            ),
            (
                "link_count_limit",
                limits.links,
                &["OTEL_SPAN_LINK_COUNT_LIMIT"],
            ),
            (
                "event_attribute_count_limit",
                limits.attributes_per_event,
                &["OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT"],
            ),
            (
                "link_attribute_count_limit",
                limits.attributes_per_link,
                &["OTEL_LINK_ATTRIBUTE_COUNT_LIMIT"],
            ),
        ] {
            rows.setting(&of_spans(key), value, variables);
        }
        rows.setting(
            &of_spans("attribute_value_length_limit"),
            format_args!("{} bytes", limits.value_length),
            &[
                "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
                "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            ],
        );
        for (key, value) in [
            ("spans_per_segment", limits.spans_per_segment.to_string()),
            ("grace_period", format!("{:?}", limits.grace)),
            ("cut_after", format!("{:?}", limits.cut)),
            ("open_segments", limits.open_segments.to_string()),
            ("undecided_bytes", limits.undecided_bytes.to_string()),
        ] {
            rows.setting(
                &format!("distribution.phoenix_trace.limits.{key}"),
                value,
                &[],
            );
        }
    }

    fn trace_rows(&self, rows: &mut Rows<'_>) {
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
                let said = |key: &str| (self.said_in(&otlp.said, key)).then(|| origin.clone());
                self.otlp_rows(rows, &of, &otlp.settings, &all, &said);
            }
            let with = |key: &str| format!("tracer_provider.processors[{number}].{key}");
            for (key, value, variable) in [
                (
                    "schedule_delay",
                    format!("{:?}", sending.delay),
                    "OTEL_BSP_SCHEDULE_DELAY",
                ),
                (
                    "export_timeout",
                    format!("{:?}", sending.timeout),
                    "OTEL_BSP_EXPORT_TIMEOUT",
                ),
                (
                    "max_queue_size",
                    sending.queue_spans.to_string(),
                    "OTEL_BSP_MAX_QUEUE_SIZE",
                ),
                (
                    "max_export_batch_size",
                    sending.batch.to_string(),
                    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
                ),
            ] {
                let origin = self.origins.first(&[key, &with(key)], &[variable]);
                rows.row(&with(key), value, origin);
            }
        }
    }

    fn metric_rows(&self, rows: &mut Rows<'_>) {
        const READERS: &str = "meter_provider.readers";
        let exporter = &["OTEL_METRICS_EXPORTER"][..];
        let exports = self.metrics_export(&mut Vec::new());
        if exports.is_empty() {
            rows.setting(READERS, "none", exporter);
        }
        for (number, export) in exports.iter().enumerate() {
            let reader = format!("{READERS}[{number}]");
            let of = |key: &str| format!("{reader}.{key}");
            let of_exporter = |key: &str| of(&format!("exporter.{key}"));
            let origin = self.origins.first(&[READERS, &reader], exporter);
            rows.row(&reader, &export.target, origin.clone());
            if let MetricsTarget::Otlp(settings) = &export.target {
                let all = self.metrics.otlp(self.targets.otlp());
                let said = |_: &str| (origin != "default").then(|| origin.clone());
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
            if let MetricsTarget::Prometheus(_) = &export.target {
                continue;
            }
            for (key, all, time, variable) in [
                (
                    "interval",
                    INTERVAL,
                    export.interval,
                    "OTEL_METRIC_EXPORT_INTERVAL",
                ),
                (
                    "timeout",
                    TIMEOUT,
                    export.timeout,
                    "OTEL_METRIC_EXPORT_TIMEOUT",
                ),
            ] {
                let origin = self.origins.first(&[all, &of(key)], &[variable]);
                rows.row(&of(key), format_args!("{time:?}"), origin);
            }
        }
    }

    fn said_in(&self, said: &Otlp, key: &str) -> bool {
        match key {
            "protocol" => said.protocol.is_some(),
            "compression" => said.compression.is_some(),
            _ => said.timeout.is_some(),
        }
    }

    /// How one exporter speaks OTLP. `said`: who says it, other than the environment.
    pub(super) fn otlp_rows(
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
        let endpoint = all.endpoint.as_ref().map(|there| named(&there.named_by));
        let endpoint = endpoint.unwrap_or_else(|| "default".to_owned());
        rows.row(&of("endpoint"), &settings.endpoint, endpoint);
        let compression = match settings.compression {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        };
        rows.row(&of("compression"), compression, origin("COMPRESSION"));
        let timeout = settings.timeout.map(|timeout| format!("{timeout:?}"));
        let timeout = timeout.unwrap_or_else(|| "none".to_owned());
        rows.row(&of("timeout"), timeout, origin("TIMEOUT"));
        for header in &all.headers {
            let value = format!("{}={MASK}", header.shown_name());
            rows.row(&of("headers"), value, named(&header.named_by));
        }
        for (key, file) in [
            ("tls.ca_file", &all.certificate),
            ("tls.cert_file", &all.client_certificate),
            ("tls.key_file", &all.client_key),
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

/// The effective configuration: a line for each setting, with its value and its origin. Secrets are masked.
///
/// ```
/// use phoenix_trace::{Config, Otlp};
///
/// let config = Config::default().otlp(Otlp::grpc().header("authorization", "Bearer secret"));
/// let printed = config.to_string();
/// assert!(printed.contains("authorization=***") && !printed.contains("secret"));
/// ```
impl fmt::Display for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.rows().rows;
        let longest = |of: &dyn Fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or_default();
        let setting = longest(&|row| row.setting.chars().count());
        let value = longest(&|row| row.value.chars().count().min(60));
        for row in &rows {
            let Row {
                setting: name,
                value: text,
                origin,
            } = row;
            // What is in a variable must not look like a line of its own.
            let text = escape(text);
            writeln!(f, "{name:setting$}  {text:value$}  # {origin}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
