//! `meter_provider`: where metrics go and how often. There is one reader of each kind at most: over OTLP, to the console, and for
//! Prometheus.

use super::exporter::{Chosen as Pushed, exporter};
use super::traces::milliseconds;
use crate::config::Config;
use crate::config::MetricTemporality;
use crate::config::file::{Item, Section};
use crate::config::metrics::{Chosen, HOST, LOCALHOST, Prometheus, SERIES, TEMPORALITY, Way, host};
use crate::config::timeout;

impl Config {
    /// Without a provider there are no metrics, as the schema has it.
    pub(super) fn read_metrics(&mut self, provider: Option<Item<'_, '_>>) {
        let provider = provider.filter(|provider| !provider.node.is_null());
        self.metrics.choose_none();
        if let Some(provider) = provider {
            let provider = provider.section(&[
                "readers",
                "views",
                "exemplar_filter",
                "meter_configurator/development",
            ]);
            for (key, instead) in [
                ("views", "every instrument is exported as it is"),
                ("meter_configurator/development", "all meters record"),
            ] {
                if let Some(item) = provider.get(key).filter(|item| !item.node.is_null()) {
                    item.unsupported(instead);
                }
            }
            let filters = [
                ("trace_based", Some(true)),
                ("always_off", Some(false)),
                ("always_on", None),
            ];
            match provider.word("exemplar_filter", &filters, "trace_based") {
                Some(Some(on)) => self.metrics.exemplars = on,
                Some(None) => {
                    if let Some(item) = provider.get("exemplar_filter") {
                        item.unsupported("exemplars are spans of kept traces");
                    }
                }
                None => {}
            }
            for reader in provider.items("readers") {
                let Some((name, reader)) = reader.choice(&["periodic", "pull"]) else {
                    continue;
                };
                let way = match name {
                    "periodic" => self.read_periodic(reader.clone()),
                    _ => self.read_pull(reader.clone()),
                };
                let Some(way) = way else { continue };
                let kind = way.to.kind();
                if !self.metrics.read(way) {
                    reader.unsupported(&format!("there is one reader for {kind}, the first"));
                }
            }
        }
    }

    /// `None`, with a problem: it has no exporter that can be used.
    fn read_periodic(&mut self, reader: Item<'_, '_>) -> Option<Way> {
        let reader = reader.section(&[
            "interval",
            "timeout",
            "max_export_batch_size/development",
            "exporter",
            "producers",
            "cardinality_limits",
        ]);
        let number = self.metrics.number();
        let time = |key: &str, default| {
            let mut time = default;
            milliseconds(&reader, key, &mut time);
            if reader.is_used(key) {
                reader.mark(key, &format!("meter_provider.readers[{number}].{key}"));
            }
            time
        };
        let mut interval = time("interval", self.metrics.interval);
        let timeout = timeout::meant(time("timeout", self.metrics.timeout));
        if interval.is_zero() {
            interval = std::time::Duration::from_secs(60);
            if let Some(item) = reader.get("interval") {
                item.problem("a number above zero", "60000");
            }
        }
        for (key, instead) in [
            ("max_export_batch_size/development", "all go at once"),
            ("producers", "they are left out"),
        ] {
            if let Some(item) = reader.get(key).filter(|item| !item.node.is_null()) {
                item.unsupported(instead);
            }
        }
        self.read_cardinality(&reader);
        let further = ["temporality_preference", "default_histogram_aggregation"];
        let mut temporality = None;
        let chosen = exporter(&reader, &further, |exporter| {
            let temporalities = [
                ("cumulative", MetricTemporality::Cumulative),
                ("delta", MetricTemporality::Delta),
                ("low_memory", MetricTemporality::LowMemory),
            ];
            temporality = exporter.word(further[0], &temporalities, "cumulative");
            exporter.mark(further[0], TEMPORALITY);
            let histogram = [
                ("explicit_bucket_histogram", true),
                ("base2_exponential_bucket_histogram", false),
            ];
            if exporter.word(further[1], &histogram, histogram[0].0) == Some(false)
                && let Some(item) = exporter.get(further[1])
            {
                item.unsupported("using explicit_bucket_histogram instead");
            }
        });
        self.metrics.temporality = temporality.unwrap_or(self.metrics.temporality);
        let to = match chosen? {
            Pushed::Console => Chosen::Console,
            Pushed::Otlp(otlp) => Chosen::OtlpOf(otlp),
        };
        self.mark_reader(&reader);
        Some(Way {
            to,
            interval: Some(interval),
            timeout: Some(timeout),
        })
    }

    fn mark_reader(&self, reader: &Section<'_, '_>) {
        let number = self.metrics.number();
        reader
            .item()
            .used_as(&format!("meter_provider.readers[{number}]"));
    }

    /// `None`, with a problem: it has no exporter that can be used.
    fn read_pull(&mut self, reader: Item<'_, '_>) -> Option<Way> {
        let reader = reader.section(&["exporter", "producers", "cardinality_limits"]);
        if let Some(item) = reader.get("producers").filter(|item| !item.node.is_null()) {
            item.unsupported("they are left out");
        }
        self.read_cardinality(&reader);
        let Some(item) = reader.get("exporter").filter(|item| !item.node.is_null()) else {
            reader.item().tell("`exporter` is missing; it is left out");
            return None;
        };
        let (_, item) = item.choice(&["prometheus/development"])?;
        let further = [
            "scope_info_enabled",
            "target_info_enabled/development",
            "resource_constant_labels",
            "translation_strategy",
        ];
        let exporter = item.section(&[&["host", "port"][..], &further].concat());
        for key in further {
            if let Some(item) = exporter.get(key).filter(|item| !item.node.is_null()) {
                item.unsupported("names and labels are those of OpenTelemetry's specification");
            }
        }
        let host = exporter
            .get("host")
            .and_then(|item| item.typed(HOST, LOCALHOST, |node| host(&node.text)));
        let port = exporter.get("port");
        let port = port.and_then(|port| port.parsed::<u16>("a port", "9464"));
        self.mark_reader(&reader);
        Some(Way::from(Chosen::PrometheusAt(Prometheus {
            host: host.unwrap_or_else(|| LOCALHOST.to_owned()),
            port: port.unwrap_or(9464),
        })))
    }

    /// The limit of histograms is that of requests and operations, which all readers share.
    fn read_cardinality(&mut self, reader: &Section<'_, '_>) {
        let others = [
            "counter",
            "gauge",
            "observable_counter",
            "observable_gauge",
            "observable_up_down_counter",
            "up_down_counter",
        ];
        let known = [&["default", "histogram"][..], &others].concat();
        let Some(limits) = reader.section("cardinality_limits", &known) else {
            return;
        };
        for key in others {
            if let Some(item) = limits.get(key).filter(|item| !item.node.is_null()) {
                item.unsupported("the limit is the SDK's, 2000");
            }
        }
        for key in ["default", "histogram"] {
            let Some(series) = limits.whole(key, 1, "2000") else {
                continue;
            };
            let series = usize::try_from(series).unwrap_or(usize::MAX);
            if self.metrics.number() == 0 {
                self.metrics.series = series;
                limits.mark(key, SERIES);
            } else if series != self.metrics.series
                && let Some(item) = limits.get(key)
            {
                item.unsupported("the limit is that of the first reader");
            }
        }
    }
}
