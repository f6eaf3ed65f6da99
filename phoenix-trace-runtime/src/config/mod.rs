//! What the pipeline is made of: from code, else from the environment, else from defaults. A value that is wrong is named,
//! and what is used instead.

mod interop;
mod limits;
mod metrics;
mod otlp;
mod propagators;
mod sensitive;
mod target;
mod targets;
mod vars;

use std::fmt;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter;

use metrics::Metrics;
#[cfg(feature = "otlp")]
pub(crate) use metrics::MetricsExport;
#[cfg(feature = "otlp")]
pub(crate) use metrics::MetricsTarget;
use otlp::Whose;
pub use otlp::{Compression, Otlp, Protocol};
#[cfg(feature = "otlp")]
pub(crate) use otlp::{PemFile, shown};
pub(crate) use otlp::{Settings, Signal};
use target::Target;
use targets::Targets;
use vars::Vars;

use crate::interop::OtelContext;
use crate::pipeline::{Limits, Sdk, Sending};
use crate::propagation::Propagators;
use crate::sampling::{Environment, Sampler, configure_sampler};

/// The configuration of telemetry in one process.
///
/// ```
/// use phoenix_trace_runtime::Config;
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
    sampler: Option<Sampler>,
    targets: Targets,
    /// What the environment says of OTLP, whether it is used or not.
    otlp: Otlp,
    metrics: Metrics,
    pub(crate) propagators: Propagators,
    pub(crate) otel_context: OtelContext,
    pub(crate) disabled: bool,
    pub(crate) limits: Limits,
    pub(crate) sending: Sending,
    problems: Vec<Problem>,
}

/// A value in the configuration that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    variable: String,
    value: String,
    expected: String,
    instead: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            variable,
            value,
            expected,
            instead,
        } = self;
        write!(
            f,
            "{variable}=`{value}` cannot be used: expected {expected}; using {instead} instead"
        )
    }
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
        Self::from_vars(|name| std::env::var(name).ok())
    }

    /// From variables that `var` looks up. Empty counts as unset.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Self {
        let mut vars = Vars {
            var: &var,
            problems: Vec::new(),
        };
        let resource = vars.resource();
        let from_resource = |key: &str| {
            let value = resource.iter().find(|pair| pair.key.as_str() == key);
            value.map(|pair| pair.value.to_string())
        };
        let service = vars
            .first(&["OTEL_SERVICE_NAME"])
            .or_else(|| from_resource("service.name"));
        let service = service.or_else(|| vars.first(&["SERVICE_NAME"]));
        let environment = vars
            .parsed(
                "ENVIRONMENT",
                "development, staging or production",
                "development",
            )
            .or_else(|| from_resource("deployment.environment.name")?.parse().ok())
            .unwrap_or_default();
        let otlp = vars.otlp(Whose::OwnElseAll(Signal::Traces));
        let metrics = vars.metrics();
        let mut config = Self {
            service: service.unwrap_or_else(unknown_service),
            version: from_resource("service.version"),
            environment,
            resource,
            sampler: vars.sampler(),
            targets: vars.targets(&otlp),
            otlp,
            metrics,
            propagators: vars.propagators(),
            otel_context: vars.otel_context(),
            disabled: vars.flag("OTEL_SDK_DISABLED"),
            limits: vars.limits(),
            sending: vars.sending(),
            problems: Vec::new(),
        };
        config.problems = vars.problems;
        config.check_metrics();
        config.check_sensitive();
        config.check_propagators();
        config
    }

    /// The service's name (`service.name`). Default: `OTEL_SERVICE_NAME`, else `SERVICE_NAME`, else `unknown_service:` and
    /// the program's name.
    #[must_use]
    pub fn service(self, name: impl Into<String>) -> Self {
        Self {
            service: name.into(),
            ..self
        }
    }

    /// The service's version (`service.version`).
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        Self {
            version: Some(version.into()),
            ..self
        }
    }

    /// Where the service runs: chooses the preset of [`configure_sampler`]. Default: `ENVIRONMENT`, else development.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
        self.check_sensitive();
        self
    }

    /// How segments are sampled. Default: `OTEL_TRACES_SAMPLER` when set, else the environment's preset.
    #[must_use]
    pub fn sampler(self, sampler: Sampler) -> Self {
        Self {
            sampler: Some(sampler),
            ..self
        }
    }

    /// Exports over OTLP. What `otlp` does not set is taken from the `OTEL_EXPORTER_OTLP_*` variables.
    #[must_use]
    pub fn otlp(mut self, otlp: Otlp) -> Self {
        let target = self.otlp_target(otlp);
        self.targets.set_first(target);
        self
    }

    /// Shows finished segments as waterfalls on standard error.
    #[must_use]
    pub fn console(mut self) -> Self {
        self.targets.set_first(Target::Console);
        self
    }

    /// Exports through an exporter of the OpenTelemetry SDK. Like [`otlp`](Self::otlp), [`console`](Self::console) and
    /// [`no_exporter`](Self::no_exporter) it takes the place of what was chosen before, by `OTEL_TRACES_EXPORTER` or in
    /// code; `also_exporter`, `also_otlp` and `also_console` add to it.
    #[must_use]
    pub fn exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        let target = Target::Custom(Box::new(Sdk(exporter)));
        self.targets.set_first(target);
        self
    }

    /// Exports nothing; context and correlation ids still travel.
    #[must_use]
    pub fn no_exporter(mut self) -> Self {
        self.targets.set_first(Target::None);
        self
    }

    /// An attribute of the resource, such as `service.namespace`.
    #[must_use]
    pub fn resource(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.resource.push(KeyValue::new(key, value.into()));
        self
    }

    /// How long a span waits at most until its batch is sent. Default 5 s (`OTEL_BSP_SCHEDULE_DELAY`, in milliseconds).
    #[must_use]
    pub fn export_delay(mut self, delay: Duration) -> Self {
        self.sending.delay = delay;
        self
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

    /// The sampler in force.
    #[must_use]
    pub fn effective_sampler(&self) -> Sampler {
        self.sampler
            .clone()
            .unwrap_or_else(|| configure_sampler(self.environment, &self.service))
    }

    pub(crate) fn sdk_resource(&self) -> Resource {
        let version = self
            .version
            .iter()
            .map(|v| KeyValue::new("service.version", v.clone()));
        Resource::builder_empty()
            .with_attributes(self.resource.iter().cloned())
            .with_attributes(version)
            .with_attribute(KeyValue::new(
                "deployment.environment.name",
                self.environment.as_str(),
            ))
            .with_attribute(KeyValue::new("telemetry.sdk.name", "phoenix-trace"))
            .with_attribute(KeyValue::new("telemetry.sdk.language", "rust"))
            .with_attribute(KeyValue::new(
                "telemetry.sdk.version",
                env!("CARGO_PKG_VERSION"),
            ))
            .with_attribute(KeyValue::new("service.name", self.service.clone()))
            .build()
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
        let metrics = metrics.map_or(String::new(), |metrics| format!("; metrics go {metrics}"));
        format!(
            "{service} ({environment}): traces go {targets}{metrics}; sampling: {}",
            self.effective_sampler()
        )
    }
}

fn unknown_service() -> String {
    let program = std::env::current_exe().ok();
    let program = program
        .as_deref()
        .and_then(|path| path.file_stem())
        .and_then(|name| name.to_str());
    program.map_or("unknown_service".to_owned(), |name| {
        format!("unknown_service:{name}")
    })
}
