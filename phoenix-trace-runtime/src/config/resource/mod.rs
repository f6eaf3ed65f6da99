//! Who the service is: its name, version and environment, what code, file or variables say besides, and what the machine
//! tells.

mod container;
mod detect;
mod wildcard;

use opentelemetry::KeyValue;
use opentelemetry_sdk::Resource;

pub use detect::ResourceDetector;
pub(super) use detect::kubernetes;
use wildcard::matches;

use super::Config;
use super::builder::unknown_service;
use super::vars::Vars;
use crate::sampling::Environment;

pub(super) const NAME: &str = "service.name";
/// What it is, and what is used where it is none.
pub(super) const A_NAME: &str = "a name that is not empty";
pub(super) const INSTEAD: &str = "the name that there is without it";
pub(super) const VERSION: &str = "service.version";
pub(super) const ENVIRONMENT: &str = "deployment.environment.name";
const ATTRIBUTES: &str = "OTEL_RESOURCE_ATTRIBUTES";
pub(super) const DETECTORS: &str = "PHOENIX_TRACE_RESOURCE_DETECTORS";

/// Which of the attributes that the machine tells are wanted.
#[derive(Clone, Debug)]
pub(super) struct Detection {
    pub(super) detectors: Vec<ResourceDetector>,
    /// Patterns of keys; none: all.
    pub(super) included: Vec<String>,
    pub(super) excluded: Vec<String>,
    /// What Kubernetes tells in variables.
    pub(super) kubernetes: Vec<KeyValue>,
}

impl Default for Detection {
    fn default() -> Self {
        Self {
            detectors: ResourceDetector::ALL.to_vec(),
            included: Vec::new(),
            excluded: Vec::new(),
            kubernetes: Vec::new(),
        }
    }
}

impl Detection {
    /// What the machine tells, each with the detector that found it.
    pub(super) fn attributes(&self) -> Vec<(ResourceDetector, KeyValue)> {
        let is_any =
            |patterns: &[String], key: &str| patterns.iter().any(|pattern| matches(pattern, key));
        let wanted = |pair: &KeyValue| {
            let key = pair.key.as_str();
            (self.included.is_empty() || is_any(&self.included, key))
                && !is_any(&self.excluded, key)
        };
        let of = |detector: &ResourceDetector| {
            let found = match detector {
                ResourceDetector::Kubernetes => self.kubernetes.clone(),
                detector => detector.detect(),
            };
            let detector = *detector;
            found.into_iter().map(move |pair| (detector, pair))
        };
        let all = self.detectors.iter().flat_map(of);
        all.filter(|(_, pair)| wanted(pair)).collect()
    }
}

/// Is it to name the service, and says nothing?
pub(super) fn is_no_name(pair: &KeyValue) -> bool {
    pair.key.as_str() == NAME && pair.value.as_str().trim().is_empty()
}

/// Name, version, environment and attributes, as variables say them.
pub(super) struct Identity {
    pub(super) service: String,
    pub(super) version: Option<String>,
    pub(super) environment: Environment,
    pub(super) resource: Vec<KeyValue>,
    pub(super) detection: Detection,
}

impl Vars<'_> {
    pub(super) fn identity(&mut self) -> Identity {
        let mut resource = self.resource(ATTRIBUTES);
        if resource.iter().any(is_no_name) {
            self.problem(ATTRIBUTES, "service.name=", A_NAME, INSTEAD);
            resource.retain(|pair| !is_no_name(pair));
        }
        for pair in &resource {
            self.origins.from(pair.key.as_str(), ATTRIBUTES);
        }
        let from_resource = |key: &str| {
            let value = resource.iter().rfind(|pair| pair.key.as_str() == key);
            value.map(|pair| pair.value.to_string())
        };
        let mut service = from_resource(NAME);
        for (variable, wins) in [("OTEL_SERVICE_NAME", true), ("SERVICE_NAME", false)] {
            if (wins || service.is_none())
                && let Some(name) = self.first(&[variable])
            {
                service = Some(name);
                self.origins.from(NAME, variable);
            }
        }
        let version = from_resource(VERSION);
        let expected = "development, staging or production";
        let environment = self.parsed("ENVIRONMENT", expected, "development");
        if environment.is_some() {
            self.origins.from(ENVIRONMENT, "ENVIRONMENT");
        }
        let environment = environment.or_else(|| from_resource(ENVIRONMENT)?.parse().ok());
        if environment.is_some() {
            resource.retain(|pair| pair.key.as_str() != ENVIRONMENT);
        }
        Identity {
            service: service.unwrap_or_else(unknown_service),
            version,
            environment: environment.unwrap_or_default(),
            resource,
            detection: self.detection(),
        }
    }

    fn detection(&mut self) -> Detection {
        let mut detection = Detection {
            kubernetes: kubernetes(|name| self.first(&[name])),
            ..Detection::default()
        };
        let Some(list) = self.first(&[DETECTORS]) else {
            return detection;
        };
        let names: Vec<&str> = list.split(',').map(str::trim).collect();
        if names == ["all"] {
            return detection;
        }
        let named = |name: &&str| ResourceDetector::named(name);
        detection.detectors = names.iter().filter_map(named).collect();
        let known = detection.detectors.len() == names.len();
        if !known && names != ["none"] {
            let expected = format!("all, none, or a list of {}", ResourceDetector::names());
            let used: Vec<&str> = detection.detectors.iter().map(|d| d.as_str()).collect();
            let instead = if used.is_empty() {
                "none".to_owned()
            } else {
                used.join(",")
            };
            self.problem(DETECTORS, &list, &expected, &instead);
        }
        detection
    }
}

impl Config {
    /// Which detectors tell of the machine and the process; none: nobody does. Default: all of them
    /// (`PHOENIX_TRACE_RESOURCE_DETECTORS`).
    ///
    /// ```
    /// use phoenix_trace::{Config, ResourceDetector};
    ///
    /// let config = Config::builder().detectors([ResourceDetector::Service, ResourceDetector::Kubernetes]);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn detectors(mut self, detectors: impl IntoIterator<Item = ResourceDetector>) -> Self {
        self.detection.detectors = detectors.into_iter().collect();
        self.origins
            .code("resource.detection/development.detectors");
        self
    }

    /// An attribute that stands for itself, and not for one of the fields.
    pub(super) fn set_attribute(&mut self, pair: KeyValue) {
        let key = pair.key.as_str();
        match key {
            NAME => self.service = pair.value.to_string(),
            VERSION => self.version = Some(pair.value.to_string()),
            ENVIRONMENT => {
                if let Ok(environment) = pair.value.as_str().parse() {
                    self.set_environment(environment);
                    return;
                }
            }
            _ => {}
        }
        self.resource.retain(|there| there.key != pair.key);
        self.resource.push(pair);
    }

    pub(super) fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
        self.resource
            .retain(|there| there.key.as_str() != ENVIRONMENT);
    }

    /// Every attribute, and where it comes from. What is said wins over what is detected.
    pub(super) fn attributes(&self) -> Vec<(KeyValue, String)> {
        let mut all: Vec<(KeyValue, String)> = Vec::new();
        let mut add = |pair: KeyValue, origin: String| {
            all.retain(|(there, _)| there.key != pair.key);
            all.push((pair, origin));
        };
        for (detector, pair) in self.detection.attributes() {
            add(pair, format!("detected: {detector}"));
        }
        for pair in [
            KeyValue::new("telemetry.sdk.name", "phoenix-trace"),
            KeyValue::new("telemetry.sdk.language", "rust"),
            KeyValue::new("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        ] {
            add(pair, "fixed".to_owned());
        }
        let environment = KeyValue::new(ENVIRONMENT, self.environment.as_str());
        add(environment, self.origins.of(ENVIRONMENT, &[]));
        for pair in &self.resource {
            let origin = self.origins.of(pair.key.as_str(), &[]);
            add(pair.clone(), origin);
        }
        if let Some(version) = &self.version {
            let pair = KeyValue::new(VERSION, version.clone());
            add(pair, self.origins.of(VERSION, &[]));
        }
        let name = KeyValue::new(NAME, self.service.clone());
        add(name, self.origins.of(NAME, &[]));
        all
    }

    pub(crate) fn sdk_resource(&self) -> Resource {
        let attributes = self.attributes().into_iter().map(|(pair, _)| pair);
        Resource::builder_empty()
            .with_attributes(attributes)
            .build()
    }
}

#[cfg(test)]
mod tests;
