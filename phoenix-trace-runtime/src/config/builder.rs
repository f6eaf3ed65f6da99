//! What code says: it wins over the file and over variables.

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::trace::SpanExporter;

use super::otlp::Otlp;
use super::resource::{A_NAME, NAME};
use super::secret::masked;
use super::target::Target;
use super::{Config, Problem, effective};
use crate::pipeline::Sdk;
use crate::sampling::Environment;

impl Config {
    /// For what code says. What it leaves out is taken from the file of `OTEL_CONFIG_FILE`, where that is set, else from
    /// variables, else it has its default: the same as [`from_env`](Self::from_env). [`Config::default`] has defaults only.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace::{Config, Otlp};
    ///
    /// let config = Config::builder()
    ///     .service("billing")
    ///     .otlp(Otlp::grpc().endpoint("http://collector:4317"))
    ///     .export_delay(Duration::from_secs(1))
    ///     .strict(true);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn builder() -> Self {
        Self::from_env()
    }

    /// The service's name (`service.name`), which is not empty. Default: `OTEL_SERVICE_NAME`, else `SERVICE_NAME`, else
    /// `unknown_service:` and the program's name.
    #[must_use]
    pub fn service(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if name.trim().is_empty() {
            let instead = format!("`{}`", masked(&self.service));
            let problem = Problem::new("Config::service", &name, A_NAME, &instead);
            self.problems.push(problem);
            return self;
        }
        self.service = name;
        self.origins.code("service.name");
        self
    }

    /// The service's version (`service.version`).
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self.origins.code("service.version");
        self
    }

    /// Where the service runs: chooses the preset of [`configure_sampler`](crate::sampling::configure_sampler). Default: `ENVIRONMENT`, else development.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.set_environment(environment);
        self.origins.code("deployment.environment.name");
        self.check_sensitive();
        self
    }

    /// Exports over OTLP. What `otlp` does not set is taken from the `OTEL_EXPORTER_OTLP_*` variables.
    #[must_use]
    pub fn otlp(mut self, otlp: Otlp) -> Self {
        let target = self.otlp_target(otlp);
        self.set_exporter(target)
    }

    /// Shows finished segments as waterfalls on standard error.
    #[must_use]
    pub fn console(self) -> Self {
        self.set_exporter(Target::Console)
    }

    /// Exports through an exporter of the OpenTelemetry SDK. Like [`otlp`](Self::otlp), [`console`](Self::console) and
    /// [`no_exporter`](Self::no_exporter) it takes the place of what was chosen before, by `OTEL_TRACES_EXPORTER` or in
    /// code; `also_exporter`, `also_otlp` and `also_console` add to it.
    #[must_use]
    pub fn exporter(self, exporter: impl SpanExporter + 'static) -> Self {
        let target = Target::Custom(Box::new(Sdk(exporter)));
        self.set_exporter(target)
    }

    /// Exports nothing; context and correlation ids still travel.
    #[must_use]
    pub fn no_exporter(self) -> Self {
        self.set_exporter(Target::None)
    }

    /// An attribute of the resource, such as `service.namespace` or `service.instance.id`. It wins over what a detector finds.
    #[must_use]
    pub fn resource(mut self, key: &'static str, value: impl Into<String>) -> Self {
        if key == NAME {
            return self.service(value);
        }
        self.set_attribute(KeyValue::new(key, value.into()));
        self.origins.code(key);
        self
    }

    /// How long a span waits at most until its batch is sent. Default 5 s (`OTEL_BSP_SCHEDULE_DELAY`, in milliseconds).
    #[must_use]
    pub fn export_delay(mut self, delay: Duration) -> Self {
        self.sending.delay = delay;
        self.targets.set_delay(delay);
        self.origins.code("schedule_delay");
        self
    }

    /// Is a value that cannot be used an error? Then [`init`](crate::init) fails with all of them, and a program under
    /// `#[phoenix_main]` ends with the exit code 78; else each is told, and something else is used instead. Default: it is
    /// not (`PHOENIX_TRACE_STRICT`, or `strict` in the file).
    #[must_use]
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self.origins.code(effective::STRICT);
        self
    }

    /// Is the whole configuration shown on standard error at start, with the origin of each value? Secrets are not. Default:
    /// it is not (`PHOENIX_TRACE_PRINT_CONFIG`, or `print_config` in the file).
    #[must_use]
    pub fn print_config(mut self, print: bool) -> Self {
        self.print = print;
        self.origins.code(effective::PRINT);
        self
    }

    fn set_exporter(mut self, target: Target) -> Self {
        self.targets.set_first(target);
        self.origins.code("tracer_provider.processors");
        self
    }

    /// The service's name, where nobody else has named it.
    pub(crate) fn service_by_default(&mut self, name: &str) {
        if self.service.starts_with(UNKNOWN) && !self.origins.knows("service.name") {
            self.service = name.to_owned();
            self.origins.from("service.name", "the package");
        }
    }

    /// The service's version, where nobody else has named it.
    pub(crate) fn version_by_default(&mut self, version: &str) {
        if self.version.is_none() {
            self.version = Some(version.to_owned());
            self.origins.from("service.version", "the package");
        }
    }
}

/// What the name of a service begins with that nobody has named.
const UNKNOWN: &str = "unknown_service";

pub(super) fn unknown_service() -> String {
    let program = std::env::current_exe().ok();
    let program = program
        .as_deref()
        .and_then(|path| path.file_stem())
        .and_then(|name| name.to_str());
    program.map_or(UNKNOWN.to_owned(), |name| format!("{UNKNOWN}:{name}"))
}
