//! All the places where traces go: the first exporter, for which the account is the law, and further ones.

use std::fmt;
use std::time::Duration;

use opentelemetry_sdk::trace::{SpanExporter, SpanProcessor};

use super::Config;
use super::target::Target;
use super::{Otlp, Settings, Signal};
use crate::check::{Checkable, Way};
#[cfg(feature = "testing")]
use crate::pipeline::Destination;
use crate::pipeline::{Exporter, Processor, Sdk, Sending};

#[derive(Debug)]
pub(super) struct Targets {
    first: Target,
    /// Others that the environment lists beside it. Code that names the first one names all.
    listed: Vec<Target>,
    also: Vec<Target>,
    /// How a file has it sent to the first and the listed ones, in their order; else it is as for all.
    sending: Vec<Sending>,
}

impl Targets {
    /// Those that the environment lists.
    pub(super) fn listed(first: Target, listed: Vec<Target>) -> Self {
        Self {
            first,
            listed,
            also: Vec::new(),
            sending: Vec::new(),
        }
    }

    /// Those of a file, each with its own way of sending.
    pub(super) fn of_file(targets: Vec<(Target, Sending)>) -> Self {
        let (mut targets, sending): (Vec<_>, Vec<_>) = targets.into_iter().unzip();
        if targets.is_empty() {
            return Self::listed(Target::None, targets);
        }
        Self {
            first: targets.remove(0),
            sending,
            ..Self::listed(Target::None, targets)
        }
    }

    pub(super) fn set_first(&mut self, first: Target) {
        self.first = first;
        self.listed.clear();
        self.sending.clear();
    }

    /// Code wins over the file.
    pub(super) fn set_delay(&mut self, delay: Duration) {
        self.sending
            .iter_mut()
            .for_each(|sending| sending.delay = delay);
    }

    #[cfg(test)]
    pub(super) fn first(&self) -> &Target {
        &self.first
    }

    /// What code says of the first target over OTLP, if there is one.
    pub(super) fn otlp(&self) -> Option<&Otlp> {
        self.all().find_map(|target| match target {
            Target::Otlp(there) => Some(&there.said),
            _ => None,
        })
    }

    fn all(&self) -> impl Iterator<Item = &Target> {
        let others = self.listed.iter().chain(&self.also);
        std::iter::once(&self.first).chain(others)
    }

    /// Each, and how it is sent there, where nothing else is said as in `sending`.
    pub(super) fn ways<'t>(
        &'t self,
        sending: &'t Sending,
    ) -> impl Iterator<Item = (&'t Target, &'t Sending)> {
        let own = self.sending.iter().chain(std::iter::repeat(sending));
        self.all().zip(own)
    }

    /// Where traces go, as far as it can be tried out.
    pub(super) fn checkable(&self) -> impl Iterator<Item = Checkable> {
        self.all().map(|target| Checkable {
            signal: "traces",
            exporter: target.to_string(),
            way: match target {
                Target::Otlp(otlp) => Way::Otlp(Box::new(otlp.settings.clone())),
                _ => Way::Other,
            },
        })
    }

    /// What the pipeline is started with.
    pub(super) fn into_exporters(self, service: &str, sending: &Sending) -> Vec<Exporter> {
        const CONSOLE_DELAY: Duration = Duration::from_millis(100);
        let targets = std::iter::once(self.first).chain(self.listed);
        let mut own = self.sending.into_iter();
        let exporter = |target: Target| {
            // Those that are listed come first, and each has its own or none has.
            let mut sending = Sending {
                sensitive: sending.sensitive.clone(),
                ..own.next().unwrap_or_else(|| sending.clone())
            };
            if target.is_console() {
                sending.delay = sending.delay.min(CONSOLE_DELAY);
            }
            Exporter {
                may_block: target.may_block(),
                name: target.to_string(),
                component: target.component(),
                sending,
                make: target.into_make(service.to_owned()),
            }
        };
        targets.chain(self.also).map(exporter).collect()
    }
}

impl fmt::Display for Targets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.all().enumerate().try_for_each(|(number, target)| {
            let and = if number == 0 { "" } else { ", and " };
            write!(f, "{and}{target}")
        })
    }
}

impl Config {
    /// Exports over OTLP besides. As with every further exporter, it gets a copy of each kept segment, and has a queue and
    /// an account of its own ([`Stats::also`](crate::Stats::also)); one that is down does not hold up the others.
    #[must_use]
    pub fn also_otlp(mut self, otlp: Otlp) -> Self {
        let target = self.otlp_target(otlp);
        self.targets.also.push(target);
        self
    }

    pub(super) fn otlp_target(&mut self, otlp: Otlp) -> Target {
        let all = otlp.clone().or(&self.otlp);
        let settings = Settings::new(Signal::Traces, &all, &mut self.problems);
        Target::otlp(settings, otlp)
    }

    /// Shows finished segments as waterfalls on standard error besides.
    ///
    /// ```
    /// use phoenix_trace::{Config, Otlp};
    ///
    /// let config = Config::default().otlp(Otlp::grpc()).also_console();
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn also_console(mut self) -> Self {
        self.targets.also.push(Target::Console);
        self
    }

    /// Exports through an exporter of the OpenTelemetry SDK besides, on a thread of its own.
    #[must_use]
    pub fn also_exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        let target = Target::Custom(Box::new(Sdk(exporter)));
        self.targets.also.push(target);
        self
    }

    /// Gives every kept span to a span processor of the OpenTelemetry SDK as well, once its segment is decided: to
    /// `SpanProcessor::on_end` only, since `on_start` takes a span of the SDK's own. It runs on a thread of its own, and may
    /// block there. A batch of spans is followed by `force_flush`, the end of telemetry by `shutdown`.
    #[must_use]
    pub fn span_processor(mut self, processor: impl SpanProcessor + 'static) -> Self {
        let target = Target::Custom(Box::new(Processor(processor)));
        self.targets.also.push(target);
        self
    }

    /// Exports nowhere but to this.
    #[cfg(feature = "testing")]
    pub(crate) fn only_destination(mut self, destination: impl Destination + 'static) -> Self {
        let target = Target::Custom(Box::new(destination));
        self.targets = Targets::listed(target, Vec::new());
        self
    }

    /// What makes the exporters; to be called once.
    pub(crate) fn take_exporters(&mut self) -> Vec<Exporter> {
        let none = Targets::listed(Target::None, Vec::new());
        self.sending.sensitive = self.effective_sensitive();
        std::mem::replace(&mut self.targets, none).into_exporters(&self.service, &self.sending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary_of(list: &str) -> (String, usize) {
        let config = Config::from_vars(|name| match name {
            "OTEL_TRACES_EXPORTER" => Some(list.to_owned()),
            _ => None,
        });
        (config.targets.to_string(), config.problems().len())
    }

    #[test]
    fn the_environment_lists_exporters() {
        const OTLP: &str = "over OTLP/HTTP to http://localhost:4318/v1/traces";
        let check = |list, expected: &str, problems| {
            assert_eq!(summary_of(list), (expected.to_owned(), problems), "{list}");
        };
        check("otlp", OTLP, 0);
        check("none", "nowhere", 0);
        check("otlp,console", &format!("{OTLP}, and to this console"), 0);
        check(
            " console , otlp ,",
            &format!("to this console, and {OTLP}"),
            0,
        );
        check("console,console", "to this console", 0);
        check("zipkin", OTLP, 1);
        check("zipkin,console", "to this console", 1);
        check("none,console", "to this console", 1);
    }

    #[test]
    fn code_that_names_an_exporter_names_all_but_those_that_code_adds() {
        let listed = || {
            Config::from_vars(|name| {
                (name == "OTEL_TRACES_EXPORTER").then(|| "otlp,console".to_owned())
            })
        };
        let config = listed().also_console().no_exporter();
        assert_eq!(config.targets.to_string(), "nowhere, and to this console");
        let mut config = listed().also_console();
        assert_eq!(config.take_exporters().len(), 3);
    }
}
