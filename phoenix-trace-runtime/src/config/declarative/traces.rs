//! `tracer_provider` and `attribute_limits`: where spans go, how they are sampled, and how much they hold.

use std::time::Duration;

use super::exporter::{Chosen, exporter};
use super::{NOTHING, sampler};
use crate::config::Config;
use crate::config::file::{Item, Section};
use crate::config::target::Target;
use crate::config::targets::Targets;
use crate::config::timeout;
use crate::config::{Settings, Signal};
use crate::pipeline::Sending;

const PROVIDER: [&str; 5] = [
    "processors",
    "limits",
    "sampler",
    "id_generator",
    "tracer_configurator/development",
];

const LENGTH: &str = "attribute_value_length_limit";
const COUNT: &str = "attribute_count_limit";

impl Config {
    pub(super) fn read_attribute_limits(&mut self, root: &Section<'_, '_>) {
        if let Some(limits) = root.section("attribute_limits", &[LENGTH, COUNT]) {
            self.read_common_limits(&limits);
        }
    }

    fn read_common_limits(&mut self, section: &Section<'_, '_>) {
        let limits = &mut self.limits;
        let default = limits.value_length.to_string();
        if let Some(length) = section.whole(LENGTH, 0, &default) {
            limits.value_length = usize::try_from(length).unwrap_or(usize::MAX);
            section.mark(
                LENGTH,
                "tracer_provider.limits.attribute_value_length_limit",
            );
        }
        if count(section, COUNT, &mut limits.attributes) {
            section.mark(COUNT, "tracer_provider.limits.attribute_count_limit");
        }
    }

    pub(super) fn read_traces(&mut self, provider: Item<'_, '_>) {
        let provider = provider.section(&PROVIDER);
        const LIMITS: [&str; 6] = [
            LENGTH,
            COUNT,
            "event_count_limit",
            "link_count_limit",
            "event_attribute_count_limit",
            "link_attribute_count_limit",
        ];
        if let Some(limits) = provider.section("limits", &LIMITS) {
            self.read_common_limits(&limits);
            let ours = &mut self.limits;
            count(&limits, "event_count_limit", &mut ours.events);
            count(&limits, "link_count_limit", &mut ours.links);
            count(
                &limits,
                "event_attribute_count_limit",
                &mut ours.attributes_per_event,
            );
            count(
                &limits,
                "link_attribute_count_limit",
                &mut ours.attributes_per_link,
            );
        }
        if let Some(item) = provider.get("sampler").filter(|item| !item.node.is_null()) {
            item.used_as("tracer_provider.sampler");
            self.sampling.environment = sampler::sampler(item);
        }
        if let Some(item) = provider.get("id_generator").filter(|i| !i.node.is_null())
            && let Some((_, random)) = item.choice(&["random"])
        {
            random.section(&NOTHING);
        }
        if let Some(item) = provider.get("tracer_configurator/development") {
            item.unsupported("all tracers record");
        }
        let mut targets = Vec::new();
        for item in provider.items("processors") {
            targets.extend(self.processor(item, targets.len()));
        }
        if targets.is_empty() {
            provider
                .item()
                .tell("no processor has an exporter; traces go nowhere");
        }
        self.targets = Targets::of_file(targets);
    }

    /// `number`: how many there are before it.
    fn processor(&mut self, item: Item<'_, '_>, number: usize) -> Option<(Target, Sending)> {
        let (name, item) = item.choice(&["batch", "simple"])?;
        let of = |key: &str| format!("tracer_provider.processors[{number}]{key}");
        item.used_as(&of(""));
        let mut sending = self.sending.clone();
        let section = if name == "batch" {
            let section = item.section(&[
                "schedule_delay",
                "export_timeout",
                "max_queue_size",
                "max_export_batch_size",
                "exporter",
            ]);
            milliseconds(&section, "schedule_delay", &mut sending.delay);
            milliseconds(&section, "export_timeout", &mut sending.timeout);
            sending.timeout = timeout::meant(sending.timeout);
            size(&section, "max_queue_size", &mut sending.queue_spans);
            size(&section, "max_export_batch_size", &mut sending.batch);
            for key in [
                "schedule_delay",
                "export_timeout",
                "max_queue_size",
                "max_export_batch_size",
            ] {
                if section.is_used(key) {
                    section.mark(key, &of(&format!(".{key}")));
                }
            }
            section
        } else {
            // Every trace is sent as soon as it is decided.
            sending.delay = Duration::ZERO;
            item.used_as(&of(".schedule_delay"));
            item.section(&["exporter"])
        };
        let target = match exporter(&section, &[], |_| {})? {
            Chosen::Console => Target::Console,
            Chosen::Otlp(otlp) => {
                let settings = Settings::new(Signal::Traces, &otlp, &mut self.problems);
                Target::otlp(settings, *otlp)
            }
        };
        Some((target, sending))
    }
}

/// A number that stands for the largest one when it is larger. `false`: nothing is said.
fn count(section: &Section<'_, '_>, key: &str, into: &mut u16) -> bool {
    let number = section.whole(key, 0, &into.to_string());
    if let Some(number) = number {
        *into = u16::try_from(number).unwrap_or(u16::MAX);
    }
    number.is_some()
}

pub(super) fn size(section: &Section<'_, '_>, key: &str, into: &mut usize) {
    if let Some(number) = section.whole(key, 1, &into.to_string()) {
        *into = usize::try_from(number).unwrap_or(usize::MAX);
    }
}

pub(super) fn milliseconds(section: &Section<'_, '_>, key: &str, into: &mut Duration) {
    if let Some(time) = section.milliseconds(key, 0, &into.as_millis().to_string()) {
        *into = time;
    }
}
