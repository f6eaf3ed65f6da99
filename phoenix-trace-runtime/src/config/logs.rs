//! Where logs go, in what form, and which: lines on standard output, and over OTLP where traces go over OTLP.

#[cfg(test)]
mod tests;
mod vars;

use std::fmt;
use std::io::Write;
use std::time::Duration;

use tracing_subscriber::filter::Targets;

use super::effective::Rows;
use super::effective::exporters::of_batches;
use super::otlp::{Otlp, Settings, Signal};
use super::{Config, Problem};
use crate::logs::{Limits, LogFormat, LogsOfDropped, Output, Room, default_filter, parse_filter};
#[cfg(feature = "otlp")]
use crate::pipeline::Component;

const EXPORTER: &str = "OTEL_LOGS_EXPORTER";
const FILTER: &str = "RUST_LOG";
const FORMAT: &str = "PHOENIX_TRACE_LOG_FORMAT";
const OF_DROPPED: &str = "PHOENIX_TRACE_LOGS_OF_DROPPED";
const SPAN_FIELDS: &str = "PHOENIX_TRACE_LOG_SPAN_FIELDS";
const COUNT: &str = "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT";
const LENGTH: &str = "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT";

/// What variables and code say of logs.
#[derive(Debug)]
pub(crate) struct Logs {
    chosen: Option<Chosen>,
    /// What the variables of OTLP say of logs alone.
    own: Otlp,
    /// The same, and where they say nothing what they say of all signals.
    environment: Otlp,
    pub(super) format: LogFormat,
    pub(super) filter: Option<Targets>,
    pub(super) span_fields: bool,
    pub(super) of_dropped: LogsOfDropped,
    room: Room,
    pub(super) limits: Limits,
    batches: Batches,
    output: Option<Output>,
}

#[derive(Debug)]
enum Chosen {
    /// Lines on standard output are all there is.
    None,
    /// By the environment: the variables say where to.
    Otlp,
    /// By code, which says so much of it.
    OtlpOf(Box<Otlp>),
}

/// How records wait for the collector.
#[derive(Clone, Debug)]
pub(super) struct Batches {
    pub(super) records: usize,
    pub(super) batch: usize,
    pub(super) delay: Duration,
    pub(super) timeout: Duration,
}

impl Default for Batches {
    fn default() -> Self {
        Self {
            records: 65_536,
            batch: 512,
            delay: Duration::from_secs(1),
            timeout: Duration::from_secs(30),
        }
    }
}

impl Logs {
    /// As a configuration file says that they are not exported.
    pub(super) fn choose_none(&mut self) {
        self.chosen = Some(Chosen::None);
    }

    /// As a configuration file says where to.
    pub(super) fn choose_otlp(&mut self, otlp: Otlp, batches: Batches) {
        self.chosen = Some(Chosen::OtlpOf(Box::new(otlp)));
        self.batches = batches;
    }
}

impl Config {
    /// Exports no logs; lines on standard output stay. Default: `OTEL_LOGS_EXPORTER` (`otlp`, `console`, both with a comma between
    /// them, `none`; `console` and `none` alone mean this), else over OTLP where traces go over OTLP, else none.
    #[must_use]
    pub fn no_logs_export(mut self) -> Self {
        self.logs.chosen = Some(Chosen::None);
        self.origins.code("logger_provider.processors");
        self
    }

    /// Exports logs over OTLP. What `otlp` does not set is taken from the `OTEL_EXPORTER_OTLP_LOGS_*` variables, else from those
    /// of all signals. Without it logs go where traces go.
    ///
    /// ```
    /// use phoenix_trace::{Config, Otlp};
    ///
    /// let config = Config::default()
    ///     .otlp(Otlp::grpc().endpoint("http://collector:4317"))
    ///     .logs_otlp(Otlp::http().endpoint("http://loki:3100/otlp"));
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn logs_otlp(mut self, otlp: Otlp) -> Self {
        self.logs.chosen = Some(Chosen::OtlpOf(Box::new(otlp)));
        self.check_logs();
        self.origins.code("logger_provider.processors");
        self
    }

    /// The form of the lines on standard output. Default: `PHOENIX_TRACE_LOG_FORMAT` (`json`, `text`, `auto`, `off`), else text
    /// on a terminal and JSON elsewhere.
    #[must_use]
    pub fn log_format(mut self, format: LogFormat) -> Self {
        self.logs.format = format;
        self.origins.code("distribution.phoenix_trace.logs.format");
        self
    }

    /// The levels of what is logged, by target, such as `info,my_crate=debug`. Default: `RUST_LOG`, else `info`.
    ///
    /// They are those of the subscriber that [`init`](crate::init) installs; [`layer`](crate::layer) has those of `RUST_LOG`.
    #[must_use]
    pub fn log_filter(mut self, filter: &str) -> Self {
        match parse_filter(filter) {
            Some(parsed) => {
                self.logs.filter = Some(parsed);
                self.origins.code("distribution.phoenix_trace.logs.levels");
            }
            None => self.problems.push(Problem::new(
                "Config::log_filter",
                filter,
                LEVELS,
                "the levels there were",
            )),
        }
        self
    }

    /// Adds the fields of the `tracing` spans around an event to it, the innermost first; those of the event itself win.
    /// Default: off (`PHOENIX_TRACE_LOG_SPAN_FIELDS`).
    #[must_use]
    pub fn log_span_fields(mut self, on: bool) -> Self {
        self.logs.span_fields = on;
        self.origins
            .code("distribution.phoenix_trace.logs.span_fields");
        self
    }

    /// Which logs of dropped traces are kept. Those that are not wait until their trace is decided, at most 1024 records and
    /// 512 KiB in each task or thread of a request. Default: all (`PHOENIX_TRACE_LOGS_OF_DROPPED`: `all`, `warn`, `none`).
    ///
    /// ```
    /// use phoenix_trace::{Config, LogsOfDropped};
    ///
    /// let config = Config::from_env().logs_of_dropped(LogsOfDropped::Warn);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn logs_of_dropped(mut self, logs: LogsOfDropped) -> Self {
        self.logs.of_dropped = logs;
        self.origins
            .code("distribution.phoenix_trace.logs.of_dropped");
        self
    }

    /// How many lines, and how many bytes of them, wait for standard output at most. What does not fit is counted
    /// ([`Stats::logs`](crate::Stats::logs)), and a line says so. Default: 65 536 lines, 16 MiB.
    #[must_use]
    pub fn log_lines(mut self, lines: usize, bytes: usize) -> Self {
        self.logs.room = Room { lines, bytes };
        self
    }

    /// Writes log lines to `writer` instead of standard output, on a thread of its own. They are JSON, unless
    /// [`log_format`](Self::log_format) says otherwise.
    #[must_use]
    pub fn log_writer(mut self, writer: impl Write + Send + 'static) -> Self {
        self.logs.output = Some(Output::Writer(Box::new(writer)));
        self
    }

    pub(crate) fn log_format_in_force(&self) -> LogFormat {
        self.logs.format
    }

    /// The levels of the subscriber to be installed; `None`: none is to be.
    pub(crate) fn subscriber_filter(&self) -> Option<Targets> {
        // `RUST_LOG` counts beside a configuration file too: what it says is of all that logs, not of this toolkit alone.
        let filter = self.logs.filter.clone().or_else(log_filter_of_env);
        self.subscriber
            .then(|| filter.unwrap_or_else(default_filter))
    }

    /// What logs are made with; to be called once.
    pub(crate) fn take_logs(&mut self) -> crate::logs::Settings {
        #[cfg(feature = "otlp")]
        let export = self.logs_export(&mut Vec::new()).map(|settings| {
            let Batches {
                records,
                batch,
                delay,
                timeout,
            } = self.logs.batches;
            crate::logs::Capacity {
                records,
                batch,
                delay,
                timeout,
                component: Component::of_otlp(&settings),
                ..crate::logs::Capacity::default()
            }
        });
        crate::logs::Settings {
            service: self.service.clone(),
            limits: self.logs.limits,
            format: self.logs.format,
            output: self.logs.output.take().unwrap_or_default(),
            room: self.logs.room,
            of_dropped: self.logs.of_dropped,
            span_fields: self.logs.span_fields,
            sensitive: self.effective_sensitive(),
            #[cfg(feature = "otlp")]
            export,
        }
    }

    /// Lines go nowhere, unless a writer was given.
    #[cfg(feature = "testing")]
    pub(crate) fn no_stdout(mut self) -> Self {
        self.logs.output.get_or_insert(Output::Nowhere);
        self
    }

    /// Lines go nowhere, and tests see the records.
    #[cfg(feature = "testing")]
    pub(crate) fn logs_in_memory(mut self) -> Self {
        self.logs.output = Some(Output::Memory);
        self.logs.chosen = Some(Chosen::None);
        self
    }

    /// How logs are set, as it is shown.
    pub(super) fn log_rows(&self, rows: &mut Rows<'_>) {
        const PROCESSOR: &str = "logger_provider.processors[0]";
        let Logs {
            format,
            filter,
            span_fields,
            of_dropped,
            limits,
            batches,
            ..
        } = &self.logs;
        let ours = |key: &str| format!("distribution.phoenix_trace.logs.{key}");
        let levels = filter.clone().unwrap_or_else(default_filter);
        rows.setting(&ours("levels"), levels, &[FILTER]);
        rows.setting(&ours("format"), format, &[FORMAT]);
        rows.setting(&ours("of_dropped"), of_dropped, &[OF_DROPPED]);
        rows.setting(&ours("span_fields"), span_fields, &[SPAN_FIELDS]);
        let of_records = |key: &str| format!("logger_provider.limits.{key}");
        rows.setting(
            &of_records("attribute_count_limit"),
            limits.fields,
            &[COUNT, "OTEL_ATTRIBUTE_COUNT_LIMIT"],
        );
        rows.setting(
            &of_records("attribute_value_length_limit"),
            format_args!("{} bytes", limits.value_length),
            &[LENGTH, "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"],
        );
        let Some(settings) = self.logs_export(&mut Vec::new()) else {
            rows.setting("logger_provider.processors", "none", &[EXPORTER]);
            return;
        };
        let origin = rows.origin("logger_provider.processors", &[EXPORTER]);
        rows.row(PROCESSOR, &settings, origin.clone());
        let of = |key: &str| format!("{PROCESSOR}.{key}");
        let said = |key: &str| match &self.logs.chosen {
            Some(Chosen::OtlpOf(otlp)) => otlp.says(key).then(|| origin.clone()),
            _ => self.says_of_traces(&self.logs.own, key),
        };
        let all = self.otlp_of_logs();
        self.otlp_rows(rows, &of, &settings, &all, &said);
        let rows_of_batches = of_batches(
            batches.delay,
            batches.timeout,
            batches.records,
            batches.batch,
        );
        for (key, value, variable) in rows_of_batches {
            let variable = format!("OTEL_BLRP_{variable}");
            rows.setting(&of(key), value, &[&variable]);
        }
    }

    /// What is said of logs over OTLP, all of it.
    fn otlp_of_logs(&self) -> Otlp {
        let Logs {
            own, environment, ..
        } = &self.logs;
        match &self.logs.chosen {
            Some(Chosen::OtlpOf(otlp)) => Otlp::clone(otlp).or(environment),
            // What code says of traces is not for a receiver of another name: it may hold tokens.
            _ => match self.targets.otlp() {
                Some(said) if own.endpoint.is_none() => own.clone().or(said).or(environment),
                _ => environment.clone(),
            },
        }
    }

    /// Where logs are exported to, if they are.
    pub(crate) fn logs_export(&self, problems: &mut Vec<Problem>) -> Option<Settings> {
        if matches!(self.logs.chosen, Some(Chosen::None)) {
            return None;
        }
        let otlp = self.otlp_of_logs();
        // Of a place that is named for traces alone nobody has said that it takes logs.
        let known = otlp.endpoint.is_some() || self.otlp.endpoint.is_none();
        let with_traces = self.targets.otlp().is_some() && known;
        let by_default = with_traces || self.logs.own.endpoint.is_some();
        if self.logs.chosen.is_none() && !by_default {
            return None;
        }
        Some(Settings::new(Signal::Logs, &otlp, problems))
    }

    /// Names what cannot be used.
    pub(super) fn check_logs(&mut self) {
        let mut problems = std::mem::take(&mut self.problems);
        self.logs_export(&mut problems);
        self.problems = problems;
    }
}

const LEVELS: &str = "levels by target, such as `info` or `warn,my_crate=debug` (off, error, warn, info, debug, trace)";

/// The levels of `RUST_LOG`.
pub(crate) fn log_filter_of_env() -> Option<Targets> {
    let value = std::env::var(FILTER).ok()?;
    parse_filter(&value).filter(|_| !value.trim().is_empty())
}

/// What variables and a file call them.
pub(super) const FORMATS: [(&str, LogFormat); 4] = [
    ("json", LogFormat::Json),
    ("text", LogFormat::Text),
    ("auto", LogFormat::Auto),
    ("off", LogFormat::Off),
];
pub(super) const LOGS_OF_DROPPED: [(&str, LogsOfDropped); 3] = [
    ("all", LogsOfDropped::All),
    ("warn", LogsOfDropped::Warn),
    ("none", LogsOfDropped::None),
];

/// What it is called among these.
fn word_for<T: PartialEq>(meaning: &T, words: &[(&'static str, T)]) -> &'static str {
    let word = words.iter().find(|(_, there)| there == meaning);
    word.map_or("", |(word, _)| word)
}

impl fmt::Display for LogFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word_for(self, &FORMATS))
    }
}

impl fmt::Display for LogsOfDropped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word_for(self, &LOGS_OF_DROPPED))
    }
}
