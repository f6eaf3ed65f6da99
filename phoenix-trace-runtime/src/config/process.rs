//! The environment variables of the process: what they hold, and which of those that are set say nothing to anybody, since they
//! are no text, or nobody knows them, or a file counts in their place.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::OsString;

use super::{BESIDE, Config, File, Problem, SPANS};
use crate::printable::escape_start;

/// The variables of the process, and those of them that were asked for.
pub(super) struct Process {
    variables: Vec<(String, OsString)>,
    asked: RefCell<BTreeSet<String>>,
}

impl Process {
    pub(super) fn new() -> Self {
        Self::of(std::env::vars_os())
    }

    /// Names that are no text are nobody's.
    fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value));
        Self {
            variables: variables.into_iter().filter_map(text).collect(),
            asked: RefCell::default(),
        }
    }

    /// What the variable holds; none, where that is no text.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.asked.borrow_mut().insert(name.to_owned());
        let (_, value) = self.variables.iter().find(|(there, _)| there == name)?;
        value.to_str().map(str::to_owned)
    }

    /// Names in `config`, which was made of these variables, those that say nothing.
    pub(super) fn tell(&self, config: &mut Config) {
        let (known, asked) = (known(), self.asked.borrow());
        for (name, value) in &self.variables {
            let is_known = known.iter().any(|there| there == name);
            if value.to_str().is_none() && (is_known || asked.contains(name)) {
                let what = format!("{name} cannot be used: expected UTF-8; it counts as unset");
                config.problems.push(Problem::told(what));
            } else if is_known || ALIASES.contains(&name.as_str()) {
                // What was asked for while a file was read that then could not be used does not count either.
                let is_left_out = match &config.file {
                    Some(File::Used(_)) => !asked.contains(name),
                    Some(File::Unusable(_)) => true,
                    None => false,
                };
                let is_set = value.to_str().is_some_and(|value| !value.trim().is_empty());
                if is_left_out && is_set && !counts_beside(name) {
                    config.beside_file.push(name.clone());
                }
            } else if let Some(remedy) = remedy(name, &known) {
                let name = escape_start(name, 100);
                let what = format!("{name} is no variable that is known; {remedy}");
                config.problems.push(Problem::told(what));
            }
        }
    }
}

/// It is read wherever the rest comes from.
fn counts_beside(name: &str) -> bool {
    BESIDE.contains(&name) || name == super::declarative::VARIABLE
}

/// What to do about a variable that was meant for us; `None`: it is somebody else's.
fn remedy(name: &str, known: &[String]) -> Option<String> {
    if name == "OTEL_EXPERIMENTAL_CONFIG_FILE" {
        return Some(format!("did you mean `{}`?", super::declarative::VARIABLE));
    }
    let is_ours = name.starts_with("PHOENIX_TRACE_");
    // Other libraries have variables of theirs under the same prefix: only a slip of the pen is ours.
    let farthest = match (is_ours, name.starts_with("OTEL_")) {
        (true, _) => 4,
        (false, true) => 2,
        (false, false) => return None,
    };
    let nearest = known
        .iter()
        .map(|there| (strsim::damerau_levenshtein(name, there), there))
        .filter(|(distance, _)| *distance <= farthest)
        .min();
    match nearest {
        Some((_, nearest)) => Some(format!("did you mean `{nearest}`?")),
        None => is_ours.then(|| "docs/configuration.md lists those that are".to_owned()),
    }
}

/// Every variable with a prefix that tells it from those of others.
fn known() -> Vec<String> {
    const SIGNALS: [&str; 4] = ["", "TRACES_", "METRICS_", "LOGS_"];
    let of_signal = |signal| {
        let name = move |rest: &&str| format!("OTEL_EXPORTER_OTLP_{signal}{rest}");
        OTLP.iter().map(name)
    };
    let of_otlp = SIGNALS.into_iter().flat_map(of_signal);
    of_otlp
        .chain(OTHERS.iter().map(|&name| name.to_owned()))
        .collect()
}

/// Without such a prefix: a name that is near to one of these is somebody else's.
const ALIASES: [&str; 2] = ["SERVICE_NAME", "ENVIRONMENT"];

const OTLP: [&str; 9] = [
    "CERTIFICATE",
    "CLIENT_CERTIFICATE",
    "CLIENT_KEY",
    "COMPRESSION",
    "ENDPOINT",
    "HEADERS",
    "INSECURE",
    "PROTOCOL",
    "TIMEOUT",
];

const OTHERS: [&str; 54] = [
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_BLRP_EXPORT_TIMEOUT",
    "OTEL_BLRP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BLRP_MAX_QUEUE_SIZE",
    "OTEL_BLRP_SCHEDULE_DELAY",
    "OTEL_BSP_EXPORT_TIMEOUT",
    "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
    "OTEL_BSP_MAX_QUEUE_SIZE",
    "OTEL_BSP_SCHEDULE_DELAY",
    "OTEL_COLLECTOR_ENDPOINT",
    "OTEL_CONFIG_FILE",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION",
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
    "OTEL_EXPORTER_PROMETHEUS_HOST",
    "OTEL_EXPORTER_PROMETHEUS_PORT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LOGRECORD_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_LOGS_EXPORTER",
    "OTEL_LOG_LEVEL",
    "OTEL_METRICS_EXEMPLAR_FILTER",
    "OTEL_METRICS_EXPORTER",
    "OTEL_METRIC_EXPORT_INTERVAL",
    "OTEL_METRIC_EXPORT_TIMEOUT",
    "OTEL_PROPAGATORS",
    "OTEL_RESOURCE_ATTRIBUTES",
    "OTEL_SDK_DISABLED",
    "OTEL_SEMCONV_EXCEPTION_SIGNAL_OPT_IN",
    "OTEL_SEMCONV_STABILITY_OPT_IN",
    "OTEL_SERVICE_NAME",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
    "OTEL_TRACES_EXPORTER",
    "OTEL_TRACES_SAMPLER",
    "OTEL_TRACES_SAMPLER_ARG",
    "PHOENIX_TRACE_CORRELATION_HEADER",
    "PHOENIX_TRACE_CORRELATION_SOURCE",
    "PHOENIX_TRACE_LOGS_OF_DROPPED",
    "PHOENIX_TRACE_LOG_FORMAT",
    "PHOENIX_TRACE_LOG_SPAN_FIELDS",
    "PHOENIX_TRACE_METRIC_SERIES",
    "PHOENIX_TRACE_OTEL_CONTEXT",
    "PHOENIX_TRACE_PRINT_CONFIG",
    "PHOENIX_TRACE_RESOURCE_DETECTORS",
    "PHOENIX_TRACE_SENSITIVE",
    "PHOENIX_TRACE_SENSITIVE_KEY",
    "PHOENIX_TRACE_SENSITIVE_KEYS",
    "PHOENIX_TRACE_SHUTDOWN",
    "PHOENIX_TRACE_STRICT",
    SPANS,
];

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Every variable that a typo is told of.
    pub(in crate::config) fn all_known() -> BTreeSet<String> {
        known().into_iter().collect()
    }

    fn config(variables: &[(&str, OsString)]) -> Config {
        let variables = variables.iter().cloned();
        let process = Process::of(variables.map(|(name, value)| (name.into(), value)));
        let mut config = Config::from_vars(|name| process.get(name));
        process.tell(&mut config);
        config
    }

    fn problems(variables: &[(&str, OsString)]) -> Vec<String> {
        let config = config(variables);
        config.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_variable_that_nobody_knows_is_named_with_the_one_that_was_meant() {
        let one = || OsString::from("1");
        assert_eq!(
            problems(&[
                ("OTEL_EXPORTER_OTLP_ENPOINT", one()),
                ("OTEL_EXPERIMENTAL_CONFIG_FILE", one()),
                ("OTEL_PYTHON_LOG_LEVEL", one()),
                ("PHOENIX_TRACE_STRIKT", one()),
                ("PHOENIX_TRACE_\u{1b}[31m", one()),
                ("PHOENIX", one()),
            ]),
            [
                "OTEL_EXPORTER_OTLP_ENPOINT is no variable that is known; did you mean `OTEL_EXPORTER_OTLP_ENDPOINT`?",
                "OTEL_EXPERIMENTAL_CONFIG_FILE is no variable that is known; did you mean `OTEL_CONFIG_FILE`?",
                "PHOENIX_TRACE_STRIKT is no variable that is known; did you mean `PHOENIX_TRACE_STRICT`?",
                "PHOENIX_TRACE_\\u{1b}[31m is no variable that is known; docs/configuration.md lists those that are",
            ]
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_variable_that_is_no_text_is_named_and_counts_as_unset() {
        use std::os::unix::ffi::OsStringExt as _;
        let value = || OsString::from_vec(vec![b'a', 0xff]);
        assert_eq!(
            problems(&[
                ("OTEL_TRACES_SAMPLER", value()),
                ("SERVICE_NAME", value()),
                ("LANG", value())
            ]),
            [
                "OTEL_TRACES_SAMPLER cannot be used: expected UTF-8; it counts as unset",
                "SERVICE_NAME cannot be used: expected UTF-8; it counts as unset",
            ]
        );
    }

    /// What the line at start says at last, of a file of this text.
    #[track_caller]
    fn check_beside(text: &str, variables: &[(&str, &str)], expected: impl Fn(&str) -> String) {
        use std::sync::atomic::{AtomicUsize, Ordering};
        static FILES: AtomicUsize = AtomicUsize::new(0);
        let number = FILES.fetch_add(1, Ordering::Relaxed);
        let name = format!("phoenix-beside-{}-{number}.yaml", std::process::id());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, text).expect("written");
        let mut all = vec![("OTEL_CONFIG_FILE", file.clone().into())];
        all.extend(variables.iter().map(|(name, value)| (*name, value.into())));
        let summary = config(&all).summary();
        std::fs::remove_file(&file).expect("removed");
        let expected = expected(&file.display().to_string());
        assert!(summary.ends_with(&expected), "{summary}");
    }

    #[test]
    fn the_line_at_start_says_which_variables_do_not_count_beside_a_file() {
        check_beside(
            "file_format: \"1.1\"\nresource: {attributes_list: \"${OTEL_RESOURCE_ATTRIBUTES}\"}\n",
            &[
                ("OTEL_RESOURCE_ATTRIBUTES", "service.name=billing"),
                ("OTEL_TRACES_SAMPLER", "always_on"),
                ("OTEL_METRICS_EXPORTER", " "),
                ("PHOENIX_TRACE_STRICT", "false"),
            ],
            |file| {
                format!(
                    "; sampling: ratio 1, errors always; configured by {file}, beside which OTEL_TRACES_SAMPLER does not count"
                )
            },
        );
        let aliases = [("SERVICE_NAME", "billing"), ("ENVIRONMENT", "production")];
        check_beside("file_format: \"1.1\"\n", &aliases, |file| {
            format!("; configured by {file}, beside which SERVICE_NAME, ENVIRONMENT do not count")
        });
        check_beside(
            "file_format: \"1.1\"\ndistribution: {phoenix_trace: {environment: \"${ENVIRONMENT}\"}}\n",
            &aliases,
            |file| format!("; configured by {file}, beside which SERVICE_NAME does not count"),
        );
    }

    #[test]
    fn the_line_at_start_says_that_a_file_cannot_be_used_and_which_variables_do_not_count_all_the_same()
     {
        check_beside(
            "disabled: ${OTEL_SDK_DISABLED}\ndisabled: false\n",
            &[("OTEL_SDK_DISABLED", "true"), ("SERVICE_NAME", "billing")],
            |file| {
                format!(
                    "traces go nowhere; sampling: ratio 1, errors always; the defaults hold, since {file} cannot be used, beside \
                     which OTEL_SDK_DISABLED, SERVICE_NAME do not count"
                )
            },
        );
        let nowhere = [
            ("OTEL_CONFIG_FILE", "/nowhere/otel.yaml".into()),
            ("OTEL_TRACES_SAMPLER", "always_on".into()),
        ];
        let summary = config(&nowhere).summary();
        let expected = "; the defaults hold, since /nowhere/otel.yaml cannot be used, beside which OTEL_TRACES_SAMPLER does not count";
        assert!(summary.ends_with(expected), "{summary}");
    }
}
