//! Sampling as it is configured: what code, the file and the environment say, each on its own, since all of them may count.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use super::vars::Vars;
use super::{Config, shown};
use crate::sampling::{
    Control, JaegerRemote, Rule, Sampler, SamplingRules, Settings, configure_sampler, preset,
};

/// What is said about sampling.
#[derive(Debug, Default)]
pub(super) struct Sampling {
    pub(super) code: Option<Sampler>,
    /// `OTEL_TRACES_SAMPLER`, or `tracer_provider.sampler` in the file.
    pub(super) environment: Option<Sampler>,
    pub(super) file: Option<FileSampling>,
    /// The configuration file, which is watched.
    pub(super) path: Option<PathBuf>,
    /// Why its rules cannot be used, which is told with the other problems of the configuration.
    pub(super) problem: Option<String>,
}

/// The rules of a configuration file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileSampling {
    pub(crate) rules: SamplingRules,
    /// Each with its end.
    pub(crate) overrides: Vec<(SystemTime, Rule)>,
}

impl Config {
    /// How segments are sampled: a [`Sampler`], or rules. What its rules leave open is decided by the configuration file, by
    /// `OTEL_TRACES_SAMPLER`, and at last by the environment's preset; a sampler has the whole say.
    #[must_use]
    pub fn sampler(mut self, sampler: impl Into<Sampler>) -> Self {
        let sampler = sampler.into();
        self.problems.extend(sampler.problems());
        self.sampling.code = Some(sampler);
        self.origins.code("tracer_provider.sampler");
        self
    }

    /// The sampler in force at the start, but for the rules of a configuration file.
    #[must_use]
    pub fn effective_sampler(&self) -> Sampler {
        let Sampling {
            code, environment, ..
        } = &self.sampling;
        let said = code.as_ref().or(environment.as_ref()).cloned();
        said.unwrap_or_else(|| configure_sampler(self.environment, self.service_name()))
    }

    /// What samples from the start on.
    pub(crate) fn control(&self) -> Arc<Control> {
        let Sampling {
            code,
            environment,
            file,
            path,
            problem,
        } = &self.sampling;
        let settings = Settings {
            code: code.clone(),
            environment: environment.clone(),
            preset: preset(self.environment),
            path: path.clone(),
            problem: problem.clone(),
        };
        let control = Control::new(self.service_name(), &settings);
        if let Some(file) = file {
            control.set_file(file);
        }
        Arc::new(control)
    }

    /// The rules and overrides of the file as it was read, and what each is called.
    pub(super) fn file_rules(&self) -> Vec<(String, String)> {
        let Some(FileSampling { rules, overrides }) = &self.sampling.file else {
            return Vec::new();
        };
        let rules = rules.rules().iter().enumerate();
        let mut all: Vec<(String, String)> = rules
            .map(|(number, rule)| (format!("rules[{number}]"), rule.to_string()))
            .collect();
        for (number, (_, rule)) in overrides.iter().enumerate() {
            all.push((format!("overrides[{number}]"), rule.to_string()));
        }
        all
    }

    /// The file is watched from the start on.
    pub(super) fn watch(&mut self, path: &Path) {
        self.sampling.path = Some(path.to_owned());
    }

    /// Is a collector to be asked?
    #[cfg(not(feature = "jaeger-remote"))]
    pub(crate) fn asks_for_strategies(&self) -> bool {
        let samplers = [&self.sampling.code, &self.sampling.environment];
        let mut samplers = samplers.into_iter().flatten();
        samplers.any(|sampler| sampler.remote().is_some())
    }
}

/// As the line at the start tells it.
pub(super) struct Summary<'a>(pub(super) &'a Config);

impl fmt::Display for Summary<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(config) = self;
        let rules = config.sampling.file.as_ref();
        let rules = rules.map_or(0, |file| file.rules.rules().len() + file.overrides.len());
        if rules > 0 && config.sampling.code.is_none() {
            write!(f, "{rules} rules of the configuration file, else ")?;
        }
        write!(f, "{}", config.effective_sampler())
    }
}

impl Vars<'_> {
    pub(super) fn sampler(&mut self) -> Option<Sampler> {
        let Some(name) = self.first(&[SAMPLER]) else {
            if let Some(argument) = self.first(&[ARGUMENT]) {
                let expected = "a sampler beside it, in OTEL_TRACES_SAMPLER";
                self.problem(ARGUMENT, &shown(&argument), expected, PRESET);
            }
            return None;
        };
        let word = name.trim().to_ascii_lowercase();
        let (parent_based, base) = match word.strip_prefix("parentbased_") {
            Some(base) => (true, base),
            None => (false, word.as_str()),
        };
        let sampler = match base {
            "always_on" => Sampler::always_on(),
            // At the root of a trace only: failures are kept as ever.
            "always_off" if parent_based => Sampler::ratio(0.0),
            "always_off" => Sampler::always_off(),
            "traceidratio" => Sampler::ratio(self.sampler_ratio()),
            "jaeger_remote" => Sampler::jaeger_remote(self.jaeger_remote()),
            _ => {
                let expected = "always_on, always_off, traceidratio, jaeger_remote, or one of these after `parentbased_`";
                self.problem(SAMPLER, &name, expected, PRESET);
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
        let Some(value) = self.first(&[ARGUMENT]) else {
            return 1.0;
        };
        match value.trim().parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => ratio,
            _ => {
                self.problem(ARGUMENT, &value, "a number from 0 to 1", "1");
                1.0
            }
        }
    }

    fn jaeger_remote(&mut self) -> JaegerRemote {
        let value = self.first(&[ARGUMENT]).unwrap_or_default();
        JaegerRemote::parse(&value).unwrap_or_else(|| {
            let expected = "such as `endpoint=http://localhost:5778,pollingIntervalMs=60000,initialSamplingRate=0.25`";
            self.problem(ARGUMENT, &shown(&value), expected, JaegerRemote::ENDPOINT);
            JaegerRemote::new(JaegerRemote::ENDPOINT)
        })
    }
}

const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const PRESET: &str = "the preset of the environment";
const ARGUMENT: &str = "OTEL_TRACES_SAMPLER_ARG";
