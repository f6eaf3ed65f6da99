//! The configuration as it is in force: every setting, its value, and where that comes from. Secrets are not shown.

pub(super) mod exporters;

use std::fmt;

use super::interop;
use super::origin::Origins;
use super::secret::masked_attribute;
use super::{Config, Problem};
use crate::printable::{escape, escape_start};
use crate::propagation::CorrelationSource;
use crate::sensitive::How;

pub(super) const STRICT: &str = "distribution.phoenix_trace.strict";
pub(super) const PRINT: &str = "distribution.phoenix_trace.print_config";

/// So much of a value is shown, in characters.
const LONGEST: usize = 1000;

/// Stands in place of secrets.
const MASK: &str = "***";

/// Settings, their values and origins, in the order in which they are shown.
pub(super) struct Rows<'c> {
    origins: &'c Origins,
    problems: &'c [Problem],
    rows: Vec<Row>,
}

struct Row {
    setting: String,
    value: String,
    origin: String,
}

impl Rows<'_> {
    /// An origin as it is shown: with a mark where a problem was told of such a variable, file or function and such a value.
    fn corrected(&self, origin: &str, by: impl Fn(&str, &str) -> bool) -> String {
        let mut told = self.problems.iter().filter_map(Problem::of);
        match told.any(|(variable, value)| by(variable, value)) {
            true => format!("{origin}, corrected"),
            false => origin.to_owned(),
        }
    }

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

    /// Names, values and places in files come from outside: none of them may look like a line of its own. An origin that is a
    /// variable is marked where something else than its value had to be used.
    pub(super) fn row(&mut self, setting: &str, value: impl fmt::Display, origin: String) {
        let origin = self.corrected(&origin, |variable, _| variable == origin);
        self.rows.push(Row {
            setting: name(setting),
            value: escape_start(&value.to_string(), LONGEST),
            origin: escape(&origin),
        });
    }
}

/// A row begins with it: an attribute whose name could be the beginning of a line of ours stands in quotes.
fn name(setting: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "._-/[]".contains(c);
    match setting.chars().all(is_plain) {
        true => setting.to_owned(),
        false => format!("`{}`", escape(setting)),
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
            problems: &self.problems,
            rows: Vec::new(),
        };
        rows.setting("disabled", self.disabled, &["OTEL_SDK_DISABLED"]);
        let level = if self.quiet { "warn" } else { "info" };
        rows.setting("log_level", level, &[super::LOG_LEVEL]);
        rows.setting(STRICT, self.strict, &[super::STRICT]);
        rows.setting(PRINT, self.print, &[super::PRINT]);
        let shutdown = self.shutdown.as_str();
        let variables = [super::shutdown::SHUTDOWN];
        rows.setting("distribution.phoenix_trace.shutdown", shutdown, &variables);
        for (pair, origin) in self.attributes() {
            let key = pair.key.as_str();
            rows.row(key, masked_attribute(key, &pair.value.as_str()), origin);
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
        #[cfg(feature = "tracing")]
        if let Some(bridge) = &self.bridge {
            rows.setting(interop::TRACING, bridge.filter(), &[super::SPANS]);
        }
        let sensitive = self.effective_sensitive();
        let policy = format!("{SENSITIVE}.policy");
        let variable = super::sensitive::SENSITIVE;
        // What cannot be done is told of the variable, whoever asked for it.
        let origin = self.origins.of(&policy, &[variable]);
        let origin = rows.corrected(&origin, |of, _| of == variable);
        rows.row(
            &policy,
            match sensitive.how() {
                How::Hash(_) => "hash",
                How::Show => "show",
                How::Drop | How::HashWithout(_) => "drop",
            },
            origin,
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
            writeln!(f, "{name:setting$}  {text:value$}  # {origin}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
