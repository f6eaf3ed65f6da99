//! What the pipeline is made of: from code, else from the environment, else from defaults. A value that is wrong is named,
//! and what is used instead.

mod builder;
mod conventions;
mod declarative;
mod effective;
pub(crate) mod file;
#[cfg(test)]
mod hostile;
mod interop;
mod limits;
#[cfg(feature = "logs")]
mod logs;
mod metrics;
mod origin;
mod otlp;
mod problem;
mod process;
mod propagators;
mod resource;
mod sampling;
mod secret;
mod sensitive;
mod shutdown;
mod target;
mod targets;
mod timeout;
mod vars;

use std::path::Path;

use opentelemetry::KeyValue;

#[cfg(feature = "watch")]
pub(crate) use declarative::Watched;
#[cfg(feature = "logs")]
pub(crate) use logs::log_filter_of_env;
pub use metrics::MetricTemporality;
use metrics::Metrics;
#[cfg(feature = "metrics")]
pub(crate) use metrics::MetricsExport;
pub(crate) use metrics::MetricsTarget;
#[cfg(feature = "prometheus")]
pub(crate) use metrics::{PATH, Prometheus};
use origin::Origins;
#[cfg(feature = "otlp")]
pub(crate) use otlp::PemFile;
use otlp::Whose;
pub use otlp::{Compression, Otlp, Protocol};
pub(crate) use otlp::{Settings, Signal, shown};
pub use problem::Problem;
use process::Process;
pub use resource::ResourceDetector;
use resource::{Detection, Identity};
pub(crate) use sampling::FileSampling;
use sampling::Sampling;
pub use shutdown::Shutdown;
use targets::Targets;
use vars::Vars;

use crate::check::{Checkable, Way};
use crate::interop::OtelContext;
#[cfg(feature = "tracing")]
use crate::interop::TracingBridge;
use crate::pipeline::{Limits, Sending};
use crate::propagation::Propagators;
use crate::sampling::Environment;
use crate::sensitive::Names;

const STRICT: &str = "PHOENIX_TRACE_STRICT";
const PRINT: &str = "PHOENIX_TRACE_PRINT_CONFIG";
const LOG_LEVEL: &str = "OTEL_LOG_LEVEL";
/// Which spans of `tracing` are recorded.
pub(crate) const SPANS: &str = "PHOENIX_TRACE_TRACING_SPANS";

/// They count beside a file too: of one that cannot be read how wrong values are taken and what is shown is known all the same, and
/// which spans of `tracing` are recorded has no key there.
const BESIDE: [&str; 3] = [STRICT, PRINT, SPANS];

/// The levels of what the toolkit says of itself, and whether the line at start, which is for information, is left out.
const LOG_LEVELS: [(&str, bool); 6] = [
    ("trace", false),
    ("debug", false),
    ("info", false),
    ("warn", true),
    ("error", true),
    ("fatal", true),
];

/// The configuration of telemetry in one process.
///
/// ```
/// use phoenix_trace::Config;
///
/// let config = Config::from_env().service("billing").version("1.4.0");
/// assert_eq!(config.service_name(), "billing");
/// ```
#[derive(Debug)]
pub struct Config {
    service: String,
    version: Option<String>,
    pub(crate) environment: Environment,
    resource: Vec<KeyValue>,
    detection: Detection,
    sampling: Sampling,
    targets: Targets,
    /// What the environment says of OTLP, whether it is used or not.
    otlp: Otlp,
    metrics: Metrics,
    #[cfg(feature = "logs")]
    logs: logs::Logs,
    pub(crate) propagators: Propagators,
    pub(crate) otel_context: OtelContext,
    #[cfg(feature = "tracing")]
    bridge: Option<TracingBridge>,
    /// Is a subscriber of `tracing` installed, where there is none?
    #[cfg(any(feature = "logs", feature = "tracing"))]
    subscriber: bool,
    pub(crate) disabled: bool,
    /// Is the line at start left out?
    pub(crate) quiet: bool,
    pub(crate) limits: Limits,
    pub(crate) sending: Sending,
    sensitive_keys: Names,
    pub(crate) shutdown: Shutdown,
    file: Option<File>,
    /// Variables that are set and do not count beside it.
    beside_file: Vec<String>,
    pub(crate) strict: bool,
    /// Is it shown at start?
    pub(crate) print: bool,
    origins: Origins,
    problems: Vec<Problem>,
}

/// The configuration file that counts in place of variables, by its name as messages show it.
#[derive(Debug)]
enum File {
    Used(String),
    /// Nobody could read it, so that the defaults hold.
    Unusable(String),
}

impl Default for Config {
    fn default() -> Self {
        Self::from_vars(|_| None)
    }
}

impl Config {
    /// From the process's environment variables; `docs/configuration.md` lists them.
    #[must_use]
    pub fn from_env() -> Self {
        let process = Process::new();
        let mut config = Self::from_vars(|name| process.get(name));
        process.tell(&mut config);
        config
    }

    /// From variables that `var` looks up. Empty counts as unset. Where `OTEL_CONFIG_FILE` is set, from that file and the
    /// variables that it names.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        if let Some(file) = var(declarative::VARIABLE).filter(|file| !file.trim().is_empty()) {
            return Self::of_file(Path::new(file.trim()), &var);
        }
        let mut vars = Vars::new(&var);
        let Identity {
            service,
            version,
            environment,
            resource,
            detection,
        } = vars.identity();
        let otlp = vars.otlp(Whose::OwnElseAll(Signal::Traces));
        let metrics = vars.metrics();
        #[cfg(feature = "logs")]
        let logs = vars.logs();
        let mut config = Self {
            service,
            version,
            environment,
            resource,
            detection,
            sampling: Sampling {
                environment: vars.sampler(),
                ..Sampling::default()
            },
            targets: vars.targets(&otlp),
            otlp,
            metrics,
            #[cfg(feature = "logs")]
            logs,
            propagators: vars.propagators(),
            otel_context: vars.otel_context(),
            #[cfg(feature = "tracing")]
            bridge: vars.bridge(),
            #[cfg(any(feature = "logs", feature = "tracing"))]
            subscriber: true,
            disabled: vars.flag("OTEL_SDK_DISABLED"),
            quiet: vars
                .word(&[LOG_LEVEL], &LOG_LEVELS, "info")
                .unwrap_or(false),
            shutdown: vars.shutdown(),
            file: None,
            beside_file: Vec::new(),
            strict: vars.flag_or_one(STRICT),
            print: vars.flag_or_one(PRINT),
            limits: vars.limits(),
            sending: vars.sending(),
            sensitive_keys: vars.sensitive_keys(),
            origins: Origins::default(),
            problems: Vec::new(),
        };
        vars.conventions();
        config.origins = vars.origins();
        config.problems = vars.problems;
        config.check_metrics();
        #[cfg(feature = "logs")]
        config.check_logs();
        config.check_sensitive();
        config.check_propagators();
        config
    }

    /// The service's name.
    #[must_use]
    pub fn service_name(&self) -> &str {
        &self.service
    }

    /// The service's version, when it is known.
    #[must_use]
    pub fn service_version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// Values that could not be used.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// Where everything goes, as far as it can be tried out.
    pub(crate) fn checkable(&self) -> Vec<Checkable> {
        if self.disabled {
            return Vec::new();
        }
        let mut all: Vec<Checkable> = self.targets.checkable().collect();
        all.extend(
            self.metrics_export(&mut Vec::new())
                .into_iter()
                .map(|export| Checkable {
                    signal: "metrics",
                    exporter: export.to_string(),
                    way: match export.target {
                        MetricsTarget::Otlp(settings) => Way::Otlp(settings),
                        #[cfg(feature = "prometheus")]
                        MetricsTarget::Prometheus(at) => Way::Scraped(at),
                        _ => Way::Other,
                    },
                }),
        );
        #[cfg(feature = "logs")]
        all.extend(self.logs_export(&mut Vec::new()).map(|settings| Checkable {
            signal: "logs",
            exporter: settings.to_string(),
            way: Way::Otlp(Box::new(settings)),
        }));
        all
    }

    /// One line on what is exported where.
    pub(crate) fn summary(&self) -> String {
        let Self {
            service,
            environment,
            targets,
            ..
        } = self;
        let metrics = self.metrics_export(&mut Vec::new());
        let metrics = match metrics.is_empty() {
            true => String::new(),
            false => format!("; metrics go {}", metrics::listed(&metrics)),
        };
        #[cfg(feature = "logs")]
        let logs = self.logs_export(&mut Vec::new());
        #[cfg(not(feature = "logs"))]
        let logs = None::<Settings>;
        let logs = logs.map_or(String::new(), |logs| format!("; logs go {logs}"));
        let file = self.file.as_ref().map_or(String::new(), |file| {
            let beside = match &self.beside_file[..] {
                [] => String::new(),
                [one] => format!(", beside which {one} does not count"),
                all => format!(", beside which {} do not count", all.join(", ")),
            };
            match file {
                File::Used(file) => format!("; configured by {file}{beside}"),
                File::Unusable(file) => {
                    format!("; the defaults hold, since {file} cannot be used{beside}")
                }
            }
        });
        let service = secret::masked(service);
        format!(
            "{service} ({environment}): traces go {targets}{metrics}{logs}; sampling: {}{file}",
            sampling::Summary(self)
        )
    }
}
