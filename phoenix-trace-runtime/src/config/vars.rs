//! Environment variables as configuration: each is read in one place, and what cannot be used is remembered.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::time::Duration;

use opentelemetry::KeyValue;

use super::Problem;
use super::origin::Origins;
use super::otlp::{Otlp, Settings, Signal};
use super::target::Target;
use super::targets::Targets;
use super::timeout;
use crate::pipeline::{Limits, Sending};

const EXPORTERS: &str = "OTEL_TRACES_EXPORTER";

/// Reads variables, and remembers those that it cannot use.
pub(super) struct Vars<'a> {
    var: &'a dyn Fn(&str) -> Option<String>,
    pub(super) problems: Vec<Problem>,
    /// Those that are set and were asked for.
    set: RefCell<BTreeSet<String>>,
    pub(super) origins: Origins,
}

impl<'a> Vars<'a> {
    pub(super) fn new(var: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self {
            var,
            problems: Vec::new(),
            set: RefCell::default(),
            origins: Origins::default(),
        }
    }
}

impl Vars<'_> {
    /// The first of these variables that is set and not empty.
    pub(super) fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let value = (self.var)(name).filter(|value| !value.trim().is_empty())?;
            self.set.borrow_mut().insert((*name).to_owned());
            Some(value)
        })
    }

    /// The first of these that is set, with its name.
    pub(super) fn named(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        let set = |name: &&'static str| Some((*name, self.first(&[name])?));
        names.iter().find_map(set)
    }

    /// Where what was read comes from; to be called at the end.
    pub(super) fn origins(&mut self) -> Origins {
        let mut origins = std::mem::take(&mut self.origins);
        for name in self.set.take() {
            origins.variable(name);
        }
        origins
    }

    /// A flag that is switched on by `1` too.
    pub(super) fn flag_or_one(&mut self, name: &str) -> bool {
        match self.first(&[name]).as_deref().map(str::trim) {
            Some("1") => true,
            Some("0") | None => false,
            Some(_) => self.flag(name),
        }
    }

    /// `true` in any case is true, everything else false; what is neither is named.
    pub(super) fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.first(&[name]) else {
            return false;
        };
        let word = value.trim();
        let (yes, no) = (
            word.eq_ignore_ascii_case("true"),
            word.eq_ignore_ascii_case("false"),
        );
        if !yes && !no {
            self.problem(name, &value, "true or false", "false");
        }
        yes
    }

    /// What the first of these variables that is set means: one of these words in any case, as the specification has it.
    pub(super) fn word<T: Copy>(
        &mut self,
        names: &[&'static str],
        words: &[(&str, T)],
        instead: &str,
    ) -> Option<T> {
        let (name, value) = self.named(names)?;
        let is_it = |(word, _): &&(&str, T)| word.eq_ignore_ascii_case(value.trim());
        let known = words.iter().find(is_it);
        if known.is_none() {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let expected = match &words[..] {
                [first @ .., last] => format!("{} or {last}", first.join(", ")),
                [] => String::new(),
            };
            self.problem(name, &value, &expected, instead);
        }
        known.map(|(_, meaning)| *meaning)
    }

    pub(super) fn problem(&mut self, variable: &str, value: &str, expected: &str, instead: &str) {
        let problem = Problem::new(variable, value, expected, instead);
        // What is for all signals is read for each of them.
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    pub(super) fn parsed<T: FromStr>(
        &mut self,
        name: &str,
        expected: &str,
        instead: &str,
    ) -> Option<T> {
        let value = self.first(&[name])?;
        let parsed = value.trim().parse().ok();
        if parsed.is_none() {
            self.problem(name, &value, expected, instead);
        }
        parsed
    }

    pub(super) fn number<T: FromStr + fmt::Display>(&mut self, name: &str, into: &mut T) {
        let default = into.to_string();
        if let Some(number) = self.parsed(name, "a whole number, zero or more", &default) {
            *into = number;
        }
    }

    /// The same of what cannot be nothing.
    pub(super) fn size(&mut self, name: &str, into: &mut usize) {
        let default = into.to_string();
        let number = self.parsed::<NonZeroUsize>(name, "a whole number, one or more", &default);
        if let Some(number) = number {
            *into = number.get();
        }
    }

    /// A number that stands for the largest one when it is larger.
    fn count(&mut self, name: &str, into: &mut u16) {
        let mut number = u64::from(*into);
        self.number(name, &mut number);
        *into = u16::try_from(number).unwrap_or(u16::MAX);
    }

    pub(super) fn milliseconds(&mut self, name: &str, into: &mut Duration) {
        const EXPECTED: &str = "a whole number of milliseconds, zero or more";
        let default = into.as_millis() as u64;
        let said = self.parsed(name, EXPECTED, &default.to_string());
        let milliseconds = said.unwrap_or(default);
        *into = Duration::from_millis(milliseconds);
    }

    /// The same of how long an export may take: zero is no limit.
    pub(super) fn export_timeout(&mut self, name: &str, into: &mut Duration) {
        self.milliseconds(name, into);
        *into = timeout::meant(*into);
    }

    pub(super) fn resource(&mut self, name: &str) -> Vec<KeyValue> {
        let Some(list) = self.first(&[name]) else {
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
                name,
                &list,
                "a list such as `key=value,key=value`",
                "no attributes",
            );
        }
        pairs.unwrap_or_default()
    }

    /// The exporters that a variable lists, each once: those of these that it names, none where it says `none`. `None`: it names none
    /// that there is, so that `instead` is used.
    pub(super) fn exporters(
        &mut self,
        variable: &'static str,
        known: &[&'static str],
        instead: &str,
    ) -> Option<Vec<&'static str>> {
        let list = self.first(&[variable])?;
        let mut used = Vec::new();
        let mut unusable = false;
        let mut none = false;
        let names = list.split(',').map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
                Some(known) if used.contains(known) => {}
                Some(known) => used.push(*known),
                None if name.eq_ignore_ascii_case("none") => none = true,
                None => unusable = true,
            }
        }
        // It is none beside others.
        if unusable || none != used.is_empty() {
            let instead = match used.is_empty() {
                true => instead.to_owned(),
                false => used.join(","),
            };
            let known = known.join(", ");
            let expected = format!("{known}, several of them separated by commas, or none");
            self.problem(variable, &list, &expected, &instead);
        }
        (!used.is_empty() || none && !unusable).then_some(used)
    }

    /// Those that `OTEL_TRACES_EXPORTER` lists; without it OTLP where an endpoint is known, else the console. `otlp`: what the
    /// variables of OTLP say.
    pub(super) fn targets(&mut self, otlp: &Otlp) -> Targets {
        let by_default = match self.first(&[EXPORTERS]).is_some() || otlp.endpoint.is_some() {
            true => "otlp",
            false => "console",
        };
        let listed = self.exporters(EXPORTERS, &["otlp", "console"], by_default);
        let listed = listed.unwrap_or_else(|| vec![by_default]);
        let target = |name| match name {
            "console" => Target::Console,
            _ => self.otlp_target(otlp),
        };
        let mut targets = listed.into_iter().map(target);
        let first = targets.next().unwrap_or(Target::None);
        Targets::listed(first, targets.collect())
    }

    fn otlp_target(&mut self, otlp: &Otlp) -> Target {
        let settings = Settings::new(Signal::Traces, otlp, &mut self.problems);
        Target::otlp(settings, Otlp::default())
    }

    pub(super) fn limits(&mut self) -> Limits {
        let mut limits = Limits::default();
        self.count("OTEL_ATTRIBUTE_COUNT_LIMIT", &mut limits.attributes);
        self.count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", &mut limits.attributes);
        self.count("OTEL_SPAN_EVENT_COUNT_LIMIT", &mut limits.events);
        self.count("OTEL_SPAN_LINK_COUNT_LIMIT", &mut limits.links);
        self.count(
            "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
            &mut limits.attributes_per_event,
        );
        self.count(
            "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
            &mut limits.attributes_per_link,
        );
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

    pub(super) fn sending(&mut self) -> Sending {
        let mut sending = Sending::default();
        self.size("OTEL_BSP_MAX_QUEUE_SIZE", &mut sending.queue_spans);
        self.size("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", &mut sending.batch);
        self.milliseconds("OTEL_BSP_SCHEDULE_DELAY", &mut sending.delay);
        self.export_timeout("OTEL_BSP_EXPORT_TIMEOUT", &mut sending.timeout);
        sending.sensitive = self.sensitive();
        sending
    }
}

/// As in W3C baggage, which the formats of `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_EXPORTER_OTLP_HEADERS` follow.
pub(super) fn percent_decoded(value: &str) -> Option<String> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_timeout_of_zero_is_no_limit_and_a_delay_of_zero_is_none() {
        let sending = |value: &str| {
            let var = |_: &str| Some(value.to_owned());
            Vars::new(&var).sending()
        };
        let times = |sending: Sending| (sending.delay, sending.timeout);
        let quarter = Duration::from_millis(250);
        assert_eq!(times(sending("250")), (quarter, quarter));
        assert_eq!(times(sending("0")), (Duration::ZERO, Duration::MAX));
    }
}
