//! `logger_provider`, and `logs` of our distribution: where logs go, and what they are.

use super::exporter::{Chosen, exporter};
use super::traces::{milliseconds, size};
use crate::config::Config;
use crate::config::file::{Item, Section};
use crate::config::logs::{Batches, FORMATS, LOGS_OF_DROPPED};
use crate::config::timeout;
use crate::logs::parse_filter;

const LENGTH: &str = "attribute_value_length_limit";
const COUNT: &str = "attribute_count_limit";

impl Config {
    /// Without a provider logs are not exported, as the schema has it; lines on standard output are no matter of it. The first
    /// processor over OTLP counts.
    pub(super) fn read_logs(&mut self, provider: Option<Item<'_, '_>>) {
        self.logs.choose_none();
        let Some(provider) = provider.filter(|provider| !provider.node.is_null()) else {
            return;
        };
        let provider =
            provider.section(&["processors", "limits", "logger_configurator/development"]);
        if let Some(item) = provider.get("logger_configurator/development") {
            item.unsupported("all loggers log");
        }
        if let Some(section) = provider.section("limits", &[LENGTH, COUNT]) {
            self.read_record_limits(&section);
        }
        let mut chosen = false;
        for item in provider.items("processors") {
            let known = ["batch", "simple", "event_to_span_event_bridge/development"];
            let Some((name, item)) = item.choice(&known) else {
                continue;
            };
            if name == known[2] {
                item.unsupported("events are log records");
                continue;
            }
            if chosen {
                item.unsupported("the first processor over OTLP is used alone");
                continue;
            }
            let mut batches = Batches::default();
            let section = if name == "batch" {
                batch(item, &mut batches)
            } else {
                // Every record is sent as soon as it is logged.
                batches.delay = std::time::Duration::ZERO;
                item.used_as(&of_first("schedule_delay"));
                item.section(&["exporter"])
            };
            // Lines on standard output are what the console is for logs.
            if let Some(Chosen::Otlp(otlp)) = exporter(&section, &[], |_| {}) {
                section.item().used_as("logger_provider.processors");
                self.logs.choose_otlp(*otlp, batches);
                chosen = true;
            }
        }
    }

    fn read_record_limits(&mut self, section: &Section<'_, '_>) {
        let limits = &mut self.logs.limits;
        for (key, into) in [
            (LENGTH, &mut limits.value_length),
            (COUNT, &mut limits.fields),
        ] {
            if let Some(number) = section.whole(key, 0, &into.to_string()) {
                *into = usize::try_from(number).unwrap_or(usize::MAX);
            }
        }
    }

    /// `distribution.phoenix_trace.logs`.
    pub(super) fn read_our_logs(&mut self, section: &Section<'_, '_>) {
        if let Some(format) = section.word("format", &FORMATS, "auto") {
            self.logs.format = format;
        }
        if let Some(logs) = section.word("of_dropped", &LOGS_OF_DROPPED, "all") {
            self.logs.of_dropped = logs;
        }
        if let Some(on) = section.flag("span_fields", "false") {
            self.logs.span_fields = on;
        }
        if let Some(item) = section.get("levels") {
            let expected = "levels by target, such as warn,my_crate=debug";
            self.logs.filter = item.typed(expected, "info", |node| parse_filter(&node.text));
        }
    }
}

/// The keys of `distribution.phoenix_trace.logs`.
pub(super) const KEYS: [&str; 4] = ["format", "of_dropped", "span_fields", "levels"];

/// As the effective configuration calls what stands under the processor that is used.
fn of_first(key: &str) -> String {
    format!("logger_provider.processors[0].{key}")
}

const KEYS_OF_BATCH: [&str; 4] = [
    "schedule_delay",
    "export_timeout",
    "max_queue_size",
    "max_export_batch_size",
];

fn batch<'d, 's>(item: Item<'d, 's>, batches: &mut Batches) -> Section<'d, 's> {
    let section = item.section(&[&KEYS_OF_BATCH[..], &["exporter"]].concat());
    milliseconds(&section, "schedule_delay", &mut batches.delay);
    milliseconds(&section, "export_timeout", &mut batches.timeout);
    batches.timeout = timeout::meant(batches.timeout);
    size(&section, "max_queue_size", &mut batches.records);
    size(&section, "max_export_batch_size", &mut batches.batch);
    for key in KEYS_OF_BATCH {
        section.mark(key, &of_first(key));
    }
    section
}
