//! `distribution.phoenix_trace`: what the schema has no key for.

use http::HeaderName;

use crate::config::file::{Item, Section};
use crate::config::{Config, Shutdown};
use crate::interop::OtelContext;
use crate::propagation::CorrelationSource;
use crate::sampling::Environment;
use crate::sensitive::{Names, Sensitive};

pub(super) const OURS: &str = "phoenix_trace";

const KEYS: [&str; 10] = [
    "environment",
    "shutdown",
    "strict",
    "print_config",
    "otel_context",
    "correlation",
    "logs",
    "sensitive",
    "limits",
    "sampling",
];

/// Our own settings; keys that nobody knows are told.
pub(super) fn ours<'d, 's>(distribution: &Item<'d, 's>) -> Option<Section<'d, 's>> {
    // What other distributions have here is theirs.
    for (key, item) in distribution.entries() {
        let is_near = strsim::damerau_levenshtein(key, OURS) <= 2;
        if is_near && key != OURS {
            item.tell(format_args!("this is not read; did you mean `{OURS}`?"));
        }
    }
    Some(distribution.get(OURS)?.section(&KEYS))
}

impl Config {
    pub(super) fn read_distribution(&mut self, distribution: &Item<'_, '_>) {
        let Some(ours) = ours(distribution) else {
            return;
        };
        if let Some(item) = ours.get("environment") {
            let environment = item.parsed::<Environment>(
                "development, staging or production",
                self.environment.as_str(),
            );
            if let Some(environment) = environment {
                self.set_environment(environment);
                item.used_as("deployment.environment.name");
            }
        }
        if let Some(shutdown) = ours.word("shutdown", &Shutdown::WORDS, "on_signal") {
            self.shutdown = shutdown;
        }
        // Whoever starts the process may want it even where the file does not.
        self.strict |= ours.flag("strict", "false") == Some(true);
        self.print |= ours.flag("print_config", "false") == Some(true);
        let contexts = OtelContext::ALL.map(|mode| (mode.as_str(), mode));
        if let Some(mode) = ours.word("otel_context", &contexts, "auto") {
            self.otel_context = mode;
        }
        if let Some(correlation) = ours.section("correlation", &["header", "source"]) {
            self.read_correlation(&correlation);
        }
        #[cfg(feature = "logs")]
        if let Some(logs) = ours.section("logs", &super::logs::KEYS) {
            self.read_our_logs(&logs);
        }
        if let Some(sensitive) = ours.section("sensitive", &["policy", "key", "keys"]) {
            self.read_sensitive(&sensitive);
        }
        if let Some(item) = ours.get("sampling") {
            item.used_as("distribution.phoenix_trace.sampling");
            self.sampling.file = super::sampling::sampling(item);
        }
        let limits = [
            "spans_per_segment",
            "grace_period",
            "cut_after",
            "open_segments",
            "undecided_bytes",
        ];
        if let Some(limits) = ours.section("limits", &limits) {
            self.read_segment_limits(&limits);
        }
    }

    fn read_correlation(&mut self, correlation: &Section<'_, '_>) {
        const SOURCES: [(&str, CorrelationSource); 2] = [
            ("header", CorrelationSource::Header),
            ("trace_id", CorrelationSource::TraceId),
        ];
        if let Some(item) = correlation.get("header") {
            let expected = "the name of a header field, such as x-request-id";
            if let Some(name) = item.parsed::<HeaderName>(expected, "x-correlation-id") {
                self.propagators = std::mem::take(&mut self.propagators).correlation_header(name);
            }
        }
        if let Some(source) = correlation.word("source", &SOURCES, "header") {
            self.propagators = std::mem::take(&mut self.propagators).correlation_source(source);
        }
    }

    fn read_sensitive(&mut self, sensitive: &Section<'_, '_>) {
        let words = [("drop", 0), ("hash", 1), ("show", 2)];
        let key = sensitive.text("key", "a text", "none");
        let key = key.unwrap_or_default().trim();
        self.sending.sensitive = match sensitive.word("policy", &words, "drop") {
            Some(1) => Sensitive::hash(key.as_bytes()),
            Some(2) => Sensitive::show(),
            _ => Sensitive::drop(),
        };
        if let Some(keys) = sensitive.get("keys").filter(|keys| !keys.node.is_null()) {
            let names = keys.items().into_iter();
            let names = names.filter_map(|name| name.text("the name of a key", "the others"));
            self.sensitive_keys = Names::new(names.map(str::to_owned).collect());
            keys.used_as("distribution.phoenix_trace.sensitive.keys");
        }
    }

    fn read_segment_limits(&mut self, section: &Section<'_, '_>) {
        use super::traces::milliseconds;
        let limits = &mut self.limits;
        for (key, into) in [
            ("spans_per_segment", &mut limits.spans_per_segment),
            ("open_segments", &mut limits.open_segments),
            ("undecided_bytes", &mut limits.undecided_bytes),
        ] {
            if let Some(number) = section.whole(key, 1, &into.to_string()) {
                *into = usize::try_from(number).unwrap_or(usize::MAX);
            }
        }
        limits.spans_per_segment = limits
            .spans_per_segment
            .min(super::super::limits::MOST_SPANS);
        milliseconds(section, "grace_period", &mut limits.grace);
        milliseconds(section, "cut_after", &mut limits.cut);
    }
}
