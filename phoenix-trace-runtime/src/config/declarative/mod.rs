//! OpenTelemetry's declarative configuration, schema 1.1: the tree of a file goes in, a configuration comes out. What the
//! schema knows and phoenix-trace does not do is told, as is what nobody knows; the rest of the file counts.

mod distribution;
#[cfg(test)]
mod documented;
mod exporter;
#[cfg(feature = "logs")]
mod logs;
mod metrics;
mod resource;
mod sampler;
mod sampling;
#[cfg(test)]
mod schema;
#[cfg(all(test, feature = "metrics"))]
mod tests;
mod traces;
#[cfg(feature = "watch")]
mod watched;

use std::path::Path;

#[cfg(feature = "watch")]
pub(crate) use watched::Watched;

use super::file::{Broken, Document, Item, Section, Source};
use super::target::Target;
use super::targets::Targets;
use super::{BESIDE, Config, File, LOG_LEVELS, Problem, Process};
use crate::propagation::Propagator;

pub(super) const VARIABLE: &str = "OTEL_CONFIG_FILE";

const ROOT: [&str; 11] = [
    "file_format",
    "disabled",
    "log_level",
    "attribute_limits",
    "resource",
    "propagator",
    "tracer_provider",
    "meter_provider",
    "logger_provider",
    "instrumentation/development",
    "distribution",
];

/// What a key without a value in the schema stands for: nothing can be set in it.
const NOTHING: [&str; 0] = [];

impl Config {
    /// From a file in the form of OpenTelemetry's [declarative configuration], schema 1.1, in YAML or JSON;
    /// `docs/configuration.md` lists its keys. Of the environment only the variables count that the file names. What is wrong
    /// in it is told with its line and column ([`problems`](Self::problems)), and the rest counts; a file that cannot be
    /// read leaves the defaults, and nothing is exported.
    ///
    /// [`from_env`](Self::from_env) reads the file that `OTEL_CONFIG_FILE` names.
    ///
    /// ```
    /// use phoenix_trace::Config;
    ///
    /// let config = Config::from_file("/nowhere/otel.yaml").service("billing");
    /// assert_eq!(config.problems().len(), 1);
    /// ```
    ///
    /// [declarative configuration]: https://opentelemetry.io/docs/specs/otel/configuration/data-model/
    #[must_use]
    pub fn from_file(path: impl AsRef<Path>) -> Self {
        let process = Process::new();
        let mut config = Self::of_file(path.as_ref(), &|name| process.get(name));
        process.tell(&mut config);
        config
    }

    pub(super) fn of_file(path: &Path, var: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut config = Self::of_document(Document::load(path, var), var);
        config.watch(path);
        config
    }

    fn of_document(
        document: Result<Document, Broken>,
        var: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let only = |name: &str| BESIDE.contains(&name).then(|| var(name)).flatten();
        let mut config = Self::from_vars(only);
        config.targets = Targets::listed(Target::None, Vec::new());
        config.metrics.choose_none();
        config.detection.detectors.clear();
        match document {
            Ok(document) => {
                config.read(&document, var);
                #[cfg(feature = "watch")]
                {
                    config.sampling.problem = watched::rules(&document).err();
                }
            }
            Err(broken) => {
                config.sampling.problem = Some(broken.to_string());
                config.problems.push(Problem::told(format!(
                    "{broken}; using the defaults instead, and nothing is exported"
                )));
                config.file = Some(File::Unusable(broken.file));
            }
        }
        config
    }

    fn read(&mut self, document: &Document, var: &dyn Fn(&str) -> Option<String>) {
        self.file = Some(File::Used(document.name.clone()));
        let source = Source::new(document);
        self.read_source(&source, var);
        let found = source.into_found();
        self.problems.splice(0..0, found.problems);
        for (setting, place) in found.places {
            self.origins.from(&setting, place);
        }
        self.check_metrics();
        #[cfg(feature = "logs")]
        self.check_logs();
        self.check_sensitive();
        self.check_propagators();
    }

    fn read_source(&mut self, source: &Source<'_>, var: &dyn Fn(&str) -> Option<String>) {
        let root = source.root(&ROOT);
        file_format(&root);
        if let Some(disabled) = root.flag("disabled", "false") {
            self.disabled = disabled;
        }
        self.quiet = is_quiet(&root);
        // What is ours comes first: the environment decides what follows from it.
        if let Some(distribution) = root.get("distribution") {
            self.read_distribution(&distribution);
        }
        if let Some(resource) = root.get("resource") {
            self.read_resource(resource, var);
        }
        if let Some(propagator) = root.get("propagator") {
            self.read_propagators(propagator);
        }
        self.read_attribute_limits(&root);
        if let Some(provider) = root.get("tracer_provider") {
            self.read_traces(provider);
        }
        self.read_metrics(root.get("meter_provider"));
        #[cfg(feature = "logs")]
        self.read_logs(root.get("logger_provider"));
        let left_out = [
            #[cfg(not(feature = "logs"))]
            "logger_provider",
            "instrumentation/development",
        ];
        for key in left_out {
            if let Some(there) = root.get(key).filter(|there| !there.node.is_hollow()) {
                there.unsupported("it is left out");
            }
        }
    }
}

/// Files of the same major version are read, as the schema's rules of versions have it.
fn file_format(root: &Section<'_, '_>) {
    const EXPECTED: &str = "1.1";
    match root.get("file_format").filter(|item| !item.node.is_null()) {
        None => root
            .item()
            .tell("`file_format` is missing; it is read as \"1.1\""),
        Some(item) => {
            let version = item.text(EXPECTED, EXPECTED).unwrap_or(EXPECTED);
            if !matches!(version, "1.0" | EXPECTED) {
                item.problem(EXPECTED, EXPECTED);
            }
        }
    }
}

/// Is the line at start, which is for information, left out?
fn is_quiet(root: &Section<'_, '_>) -> bool {
    let words = LOG_LEVELS.iter().flat_map(|(word, is_quiet)| {
        ["", "2", "3", "4"].map(|number| (format!("{word}{number}"), *is_quiet))
    });
    let words: Vec<(String, bool)> = words.collect();
    let words: Vec<(&str, bool)> = words.iter().map(|(word, q)| (word.as_str(), *q)).collect();
    root.word("log_level", &words, "info").unwrap_or(false)
}

impl Config {
    fn read_propagators(&mut self, propagator: Item<'_, '_>) {
        const EXPECTED: &str = "tracecontext, baggage, b3, b3multi or jaeger";
        const INSTEAD: &str = "the others";
        let section = propagator.section(&["composite", "composite_list"]);
        let mut formats: Vec<Propagator> = Vec::new();
        let listed = section.items("composite");
        for item in &listed {
            let names = Propagator::ALL.map(Propagator::as_str);
            let chosen = item.clone().choice(&names);
            formats.extend(chosen.and_then(|(name, _)| name.parse::<Propagator>().ok()));
        }
        let list = section.get("composite_list");
        let list = list.and_then(|item| Some((item.text(EXPECTED, INSTEAD)?, item)));
        let mut is_none = false;
        if let Some((text, item)) = &list {
            for name in text
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
            {
                match name.parse::<Propagator>() {
                    Ok(format) => formats.push(format),
                    Err(_) if name == "none" => is_none = true,
                    Err(_) => item.problem(EXPECTED, INSTEAD),
                }
            }
        }
        if is_none || !formats.is_empty() {
            section.item().used_as("propagator.composite");
            self.propagators = std::mem::take(&mut self.propagators).formats(formats);
        }
    }
}
