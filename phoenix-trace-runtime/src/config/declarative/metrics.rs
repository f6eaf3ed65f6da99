//! `meter_provider`: where metrics go and how often. The first periodic reader counts.

use super::exporter::{Chosen, exporter};
use super::traces::{UNLIMITED, milliseconds};
use crate::config::Config;
use crate::config::file::Item;
use crate::config::metrics::Metrics;

impl Config {
    /// Without a provider there are no metrics, as the schema has it.
    pub(super) fn read_metrics(&mut self, provider: Option<Item<'_, '_>>) {
        let provider = provider.filter(|provider| !provider.node.is_null());
        let mut chosen = false;
        if let Some(provider) = provider {
            let provider = provider.section(&[
                "readers",
                "views",
                "exemplar_filter",
                "meter_configurator/development",
            ]);
            for (key, instead) in [
                ("views", "every instrument is exported as it is"),
                ("exemplar_filter", "exemplars are left out"),
                ("meter_configurator/development", "all meters record"),
            ] {
                if let Some(item) = provider.get(key).filter(|item| !item.node.is_null()) {
                    item.unsupported(instead);
                }
            }
            for reader in provider.items("readers") {
                let Some((name, reader)) = reader.choice(&["periodic", "pull"]) else {
                    continue;
                };
                if name == "periodic" && !chosen {
                    chosen = self.read_periodic(reader);
                } else if name == "periodic" {
                    reader.unsupported("the first periodic reader is used alone");
                } else {
                    reader.unsupported("it is left out");
                }
            }
        }
        if !chosen {
            self.metrics.choose_none();
        }
    }

    /// `false`, with a problem: it has no exporter that can be used.
    fn read_periodic(&mut self, reader: Item<'_, '_>) -> bool {
        let reader = reader.section(&[
            "interval",
            "timeout",
            "max_export_batch_size/development",
            "exporter",
            "producers",
            "cardinality_limits",
        ]);
        let Metrics {
            interval, timeout, ..
        } = &mut self.metrics;
        milliseconds(&reader, "interval", interval);
        milliseconds(&reader, "timeout", timeout);
        for key in ["interval", "timeout"] {
            if reader.is_used(key) {
                reader.mark(key, &format!("meter_provider.readers[0].{key}"));
            }
        }
        if timeout.is_zero() {
            *timeout = UNLIMITED;
        }
        if interval.is_zero() {
            *interval = std::time::Duration::from_secs(60);
            if let Some(item) = reader.get("interval") {
                item.problem("a number above zero", "60000");
            }
        }
        for (key, instead) in [
            ("max_export_batch_size/development", "all go at once"),
            ("producers", "they are left out"),
            ("cardinality_limits", "the limit is the SDK's, 2000"),
        ] {
            if let Some(item) = reader.get(key).filter(|item| !item.node.is_null()) {
                item.unsupported(instead);
            }
        }
        let further = ["temporality_preference", "default_histogram_aggregation"];
        let chosen = exporter(&reader, &further, |exporter| {
            let temporality = [
                ("cumulative", true),
                ("delta", false),
                ("low_memory", false),
            ];
            let histogram = [
                ("explicit_bucket_histogram", true),
                ("base2_exponential_bucket_histogram", false),
            ];
            for (key, words, instead) in [
                (further[0], &temporality[..], "using cumulative instead"),
                (
                    further[1],
                    &histogram,
                    "using explicit_bucket_histogram instead",
                ),
            ] {
                if exporter.word(key, words, words[0].0) == Some(false)
                    && let Some(item) = exporter.get(key)
                {
                    item.unsupported(instead);
                }
            }
        });
        reader.item().used_as("meter_provider.readers");
        match chosen {
            Some(Chosen::Console) => self.metrics.choose_console(),
            Some(Chosen::Otlp(otlp)) => self.metrics.choose_otlp(*otlp),
            None => return false,
        }
        true
    }
}
