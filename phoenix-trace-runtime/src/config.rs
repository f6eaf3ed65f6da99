//! What the pipeline is made of: from code, else from the environment, else from defaults. A value that is wrong is named,
//! and what is used instead.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SpanExporter;

use crate::pipeline::{Console, Export, Limits, Sending};
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
    target: Target,
    pub(crate) disabled: bool,
    pub(crate) limits: Limits,
    pub(crate) sending: Sending,
    problems: Vec<Problem>,
}

#[derive(Debug)]
enum Target {
    None,
    Console,
    Otlp {
        protocol: Protocol,
        endpoint: Option<String>,
    },
    Custom(Box<dyn Export>),
}

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// `grpc`, by default to `http://localhost:4317`.
    Grpc,
    /// `http/protobuf`, by default to `http://localhost:4318`.
    HttpProtobuf,
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
        let mut config = Self {
            service: service.unwrap_or_else(unknown_service),
            version: from_resource("service.version"),
            environment,
            resource,
            sampler: vars.sampler(),
            target: vars.target(),
            disabled: vars
                .first(&["OTEL_SDK_DISABLED"])
                .is_some_and(|v| v.eq_ignore_ascii_case("true")),
            limits: vars.limits(),
            sending: vars.sending(),
            problems: Vec::new(),
        };
        config.problems = vars.problems;
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
    pub fn environment(self, environment: Environment) -> Self {
        Self {
            environment,
            ..self
        }
    }

    /// How segments are sampled. Default: `OTEL_TRACES_SAMPLER` when set, else the environment's preset.
    #[must_use]
    pub fn sampler(self, sampler: Sampler) -> Self {
        Self {
            sampler: Some(sampler),
            ..self
        }
    }

    /// Exports over OTLP. `endpoint`: a base URL such as `http://collector:4317`; default: `OTEL_EXPORTER_OTLP_ENDPOINT`.
    #[must_use]
    pub fn otlp(self, protocol: Protocol, endpoint: Option<String>) -> Self {
        Self {
            target: Target::Otlp { protocol, endpoint },
            ..self
        }
    }

    /// Shows finished segments as waterfalls on standard error.
    #[must_use]
    pub fn console(self) -> Self {
        Self {
            target: Target::Console,
            ..self
        }
    }

    /// Exports through an exporter of the OpenTelemetry SDK.
    #[must_use]
    pub fn exporter(self, exporter: impl SpanExporter + 'static) -> Self {
        Self {
            target: Target::Custom(Box::new(exporter)),
            ..self
        }
    }

    /// Exports nothing; context and correlation ids still travel.
    #[must_use]
    pub fn no_exporter(self) -> Self {
        Self {
            target: Target::None,
            ..self
        }
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

    /// How long a segment waits, after its local root has ended, for spans that outlive it. Default 5 s.
    #[must_use]
    pub fn grace_period(mut self, period: Duration) -> Self {
        self.limits.grace = period;
        self
    }

    /// The service's name.
    #[must_use]
    pub fn service_name(&self) -> &str {
        &self.service
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
}

impl Config {
    /// Makes the exporter; called within the reactor of the exporting thread.
    pub(crate) fn make_exporter(&mut self) -> crate::pipeline::Make {
        let service = self.service.clone();
        match std::mem::replace(&mut self.target, Target::None) {
            Target::None => Box::new(|| Ok(Box::new(Nowhere))),
            Target::Console => Box::new(|| Ok(Box::new(Console::new(service)))),
            Target::Custom(exporter) => Box::new(|| Ok(exporter)),
            Target::Otlp { protocol, endpoint } => Box::new(move || otlp(protocol, endpoint)),
        }
    }

    /// One line on what is exported where.
    pub(crate) fn summary(&self) -> String {
        let target = match &self.target {
            Target::None => "nowhere".to_owned(),
            Target::Console => "to this console".to_owned(),
            Target::Custom(_) => "to an exporter of the program's".to_owned(),
            Target::Otlp { protocol, endpoint } => {
                let how = match protocol {
                    Protocol::Grpc => "OTLP/gRPC",
                    Protocol::HttpProtobuf => "OTLP/HTTP",
                };
                let endpoint = endpoint
                    .as_deref()
                    .map_or("the default endpoint", without_credentials);
                format!("over {how} to {endpoint}")
            }
        };
        format!(
            "{} ({}): traces go {target}; sampling: {}",
            self.service,
            self.environment,
            self.effective_sampler()
        )
    }
}

/// A URL without user and password.
fn without_credentials(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, rest)| rest)
}

#[cfg(feature = "otlp")]
fn otlp(protocol: Protocol, endpoint: Option<String>) -> Result<Box<dyn Export>, String> {
    use opentelemetry_otlp::{SpanExporter, WithExportConfig as _};
    let exporter = match protocol {
        Protocol::Grpc => {
            let builder = SpanExporter::builder().with_tonic();
            match endpoint {
                Some(endpoint) => builder.with_endpoint(endpoint).build(),
                None => builder.build(),
            }
        }
        Protocol::HttpProtobuf => {
            let builder = SpanExporter::builder()
                .with_http()
                .with_protocol(opentelemetry_otlp::Protocol::HttpBinary);
            match endpoint {
                Some(endpoint) => builder
                    .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
                    .build(),
                None => builder.build(),
            }
        }
    };
    exporter
        .map(|exporter| Box::new(exporter) as Box<dyn Export>)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "otlp"))]
fn otlp(_: Protocol, _: Option<String>) -> Result<Box<dyn Export>, String> {
    Err("this program was built without the feature `otlp` of phoenix-trace".to_owned())
}

/// Takes spans and sends them nowhere.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(
        &self,
        _: Vec<opentelemetry_sdk::trace::SpanData>,
    ) -> opentelemetry_sdk::error::OTelSdkResult {
        Ok(())
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

/// Reads variables, and remembers those that it cannot use.
struct Vars<'a> {
    var: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<Problem>,
}

impl Vars<'_> {
    /// The first of these variables that is set and not empty.
    fn first(&self, names: &[&str]) -> Option<String> {
        names
            .iter()
            .find_map(|name| (self.var)(name).filter(|value| !value.trim().is_empty()))
    }

    fn problem(&mut self, variable: &str, value: &str, expected: &str, instead: &str) {
        let [variable, value, expected, instead] =
            [variable, value, expected, instead].map(str::to_owned);
        self.problems.push(Problem {
            variable,
            value,
            expected,
            instead,
        });
    }

    fn parsed<T: FromStr>(&mut self, name: &str, expected: &str, instead: &str) -> Option<T> {
        let value = self.first(&[name])?;
        let parsed = value.trim().parse().ok();
        if parsed.is_none() {
            self.problem(name, &value, expected, instead);
        }
        parsed
    }

    fn number<T: FromStr>(&mut self, name: &str, into: &mut T)
    where
        T: fmt::Display,
    {
        let default = into.to_string();
        if let Some(number) = self.parsed(name, "a whole number, zero or more", &default) {
            *into = number;
        }
    }

    fn milliseconds(&mut self, name: &str, into: &mut Duration) {
        let mut milliseconds = into.as_millis() as u64;
        self.number(name, &mut milliseconds);
        *into = Duration::from_millis(milliseconds);
    }

    fn resource(&mut self) -> Vec<KeyValue> {
        const NAME: &str = "OTEL_RESOURCE_ATTRIBUTES";
        let Some(list) = self.first(&[NAME]) else {
            return Vec::new();
        };
        let pairs: Option<Vec<KeyValue>> = list
            .split(',')
            .filter(|pair| !pair.trim().is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=')?;
                let value = percent_decoded(value.trim())?;
                (!key.trim().is_empty()).then(|| KeyValue::new(key.trim().to_owned(), value))
            })
            .collect();
        if pairs.is_none() {
            self.problem(
                NAME,
                &list,
                "a list such as `key=value,key=value`",
                "no attributes",
            );
        }
        pairs.unwrap_or_default()
    }

    fn sampler(&mut self) -> Option<Sampler> {
        let name = self.first(&["OTEL_TRACES_SAMPLER"])?;
        let (parent_based, base) = match name.strip_prefix("parentbased_") {
            Some(base) => (true, base),
            None => (false, name.as_str()),
        };
        let sampler = match base {
            "always_on" => Sampler::always_on(),
            "always_off" => Sampler::always_off(),
            "traceidratio" => Sampler::ratio(self.sampler_ratio()),
            _ => {
                let expected =
                    "always_on, always_off, traceidratio, or one of these after `parentbased_`";
                self.problem(
                    "OTEL_TRACES_SAMPLER",
                    &name,
                    expected,
                    "the preset of the environment",
                );
                return None;
            }
        };
        Some(if parent_based {
            sampler.parent_based()
        } else {
            sampler
        })
    }

    fn sampler_ratio(&mut self) -> f64 {
        const NAME: &str = "OTEL_TRACES_SAMPLER_ARG";
        let Some(value) = self.first(&[NAME]) else {
            return 1.0;
        };
        match value.trim().parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.problem(NAME, &value, "a number from 0 to 1", "1");
                1.0
            }
        }
    }

    fn target(&mut self) -> Target {
        let own = self.first(&[
            "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
        ]);
        let earlier = self.first(&["OTEL_COLLECTOR_ENDPOINT"]);
        // The exporter reads its own variables; the earlier name is ours to pass on, and meant gRPC.
        let (endpoint, default) = match (&own, earlier) {
            (None, Some(earlier)) => (Some(earlier), Protocol::Grpc),
            _ => (None, Protocol::HttpProtobuf),
        };
        let otlp = endpoint.is_some() || own.is_some();
        let protocol = self.protocol(default);
        let target = Target::Otlp { protocol, endpoint };
        match self.first(&["OTEL_TRACES_EXPORTER"]).as_deref() {
            Some("otlp") => target,
            Some("console") => Target::Console,
            Some("none") => Target::None,
            Some(other) => {
                let other = other.to_owned();
                self.problem(
                    "OTEL_TRACES_EXPORTER",
                    &other,
                    "otlp, console or none",
                    "otlp",
                );
                target
            }
            None if otlp => target,
            None => Target::Console,
        }
    }

    fn protocol(&mut self, default: Protocol) -> Protocol {
        for name in [
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ] {
            let Some(value) = self.first(&[name]) else {
                continue;
            };
            match value.trim() {
                "grpc" => return Protocol::Grpc,
                "http/protobuf" => return Protocol::HttpProtobuf,
                _ => self.problem(name, &value, "grpc or http/protobuf", "the default"),
            }
        }
        default
    }

    fn limits(&mut self) -> Limits {
        let mut limits = Limits::default();
        self.number("OTEL_ATTRIBUTE_COUNT_LIMIT", &mut limits.attributes);
        self.number("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &mut limits.attributes);
        self.number("OTEL_SPAN_EVENT_COUNT_LIMIT", &mut limits.events);
        self.number(
            "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            &mut limits.value_length,
        );
        self.number(
            "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
            &mut limits.value_length,
        );
        limits
    }

    fn sending(&mut self) -> Sending {
        let mut sending = Sending::default();
        self.number("OTEL_BSP_MAX_QUEUE_SIZE", &mut sending.queue_spans);
        self.number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &mut sending.batch);
        self.milliseconds("OTEL_BSP_SCHEDULE_DELAY", &mut sending.delay);
        self.milliseconds("OTEL_BSP_EXPORT_TIMEOUT", &mut sending.timeout);
        sending
    }
}

/// As in W3C baggage, which the format of `OTEL_RESOURCE_ATTRIBUTES` follows.
fn percent_decoded(value: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}
