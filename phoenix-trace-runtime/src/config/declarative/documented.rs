//! `docs/configuration.md` lists every variable and every key that is read, and no others.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::*;

const GUIDE: &str = include_str!("../../../../docs/configuration.md");

/// A file that has every section, so that each says which keys it knows.
const EVERYTHING: &str = r#"
file_format: "1.1"
attribute_limits: {}
resource:
  attributes: [{name: a, value: b}]
  detection/development: {detectors: [service: ], attributes: {}}
propagator: {composite: [tracecontext: ]}
tracer_provider:
  limits: {}
  id_generator: {random: }
  sampler:
    parent_based:
      root: {SAMPLER}
  processors:
    - batch: {exporter: {otlp_http: {headers: [{name: a, value: b}], tls: {}}}}
    - simple: {exporter: {otlp_grpc: {headers: [{name: a, value: b}], tls: {}}}}
    - simple: {exporter: {console: }}
meter_provider:
  readers:
    - READER
logger_provider:
  limits: {}
  processors:
    - simple: {exporter: {console: }}
    - batch: {exporter: {otlp_http: {}}}
distribution:
  phoenix_trace:
    correlation: {}
    sensitive: {}
    limits: {}
    logs: {}
    sampling: {rules: [{}], overrides: [{}]}
"#;

/// As the guide has it: numbers left out, and what stands in several places under the name that it has in its own table.
fn of_guide(path: &str) -> String {
    let mut parts = path.split('[');
    let mut path = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, rest) = part.split_once(']').unwrap_or_default();
        path = format!("{path}[]{rest}");
    }
    if let Some((_, of_exporter)) = path.split_once(".exporter.")
        && !path.contains("prometheus")
    {
        return of_exporter.to_owned();
    }
    let Some(of_sampler) = path.strip_prefix("tracer_provider.sampler.") else {
        return path;
    };
    let mut path = of_sampler.to_owned();
    for (within, own) in [
        ("parent_based.root.", ""),
        ("parent_based.remote_parent_sampled.", ""),
        ("parent_based.remote_parent_not_sampled.", ""),
        ("jaeger_remote/development.initial_sampler.", ""),
        (
            "composite/development.parent_threshold.root.",
            "composite/development.",
        ),
    ] {
        if let Some(rest) = path.strip_prefix(within) {
            path = format!("{own}{rest}");
        }
    }
    path
}

fn known_keys() -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    for (reader, sampler) in [
        (
            "periodic: {cardinality_limits: {}, exporter: {otlp_http: }}",
            "trace_id_ratio_based: ",
        ),
        (
            "periodic: {exporter: {otlp_grpc: }}",
            "probability/development: ",
        ),
        (
            "periodic: {exporter: {console: }}",
            "composite/development: {parent_threshold: {root: {probability: }}}",
        ),
        (
            "pull: {cardinality_limits: {}, exporter: {prometheus/development: {}}}",
            "jaeger_remote/development: ",
        ),
    ] {
        let text = EVERYTHING
            .replace("READER", reader)
            .replace("SAMPLER", sampler);
        let document = Document::parse("otel.yaml", &text, &|_| None).expect("it is YAML");
        let source = Source::new(&document);
        Config::default().read_source(&source, &|_| None);
        known.extend(source.into_found().known.iter().map(|path| of_guide(path)));
    }
    known
}

const SAMPLING: &str = "distribution.phoenix_trace.sampling.";

/// What stands under a heading.
fn chapter(heading: &str) -> &'static str {
    let (_, chapter) = GUIDE.split_once(heading).expect("a chapter");
    chapter.split_once("\n## ").map_or(chapter, |(it, _)| it)
}

/// The first columns of the tables of keys.
fn documented_keys() -> BTreeSet<String> {
    let chapter = chapter("\n## Configuration file\n");
    let first = |line: &str| Some(line.strip_prefix("| `")?.split_once('`')?.0.to_owned());
    chapter.lines().filter_map(first).collect()
}

#[test]
fn every_key_of_the_file_is_documented_and_no_other() {
    let (mut known, documented) = (known_keys(), documented_keys());
    // Rules have a chapter of their own, with examples.
    let is_of_rules = |path: &String| path.starts_with(SAMPLING);
    let rules: Vec<String> = known
        .iter()
        .filter(|path| is_of_rules(path))
        .cloned()
        .collect();
    known.retain(|path| !is_of_rules(path));
    let chapter = chapter("\n### Rules\n");
    for path in rules {
        let (_, key) = path.rsplit_once('.').unwrap_or_default();
        let is_there = [format!("`{key}"), format!("{key}:")];
        assert!(
            is_there.iter().any(|text| chapter.contains(text)),
            "{path} is not in the guide"
        );
    }
    let missing: Vec<_> = known.difference(&documented).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:#?}");
    let stale: Vec<_> = documented.difference(&known).collect();
    assert!(stale.is_empty(), "only in the guide: {stale:#?}");
}

/// As the guide has it: a variable of one signal is said to be there with the one for all.
fn for_all_signals(variable: &str) -> String {
    const OTLP: &str = "OTEL_EXPORTER_OTLP_";
    let own = ["TRACES_", "METRICS_", "LOGS_"].iter().find_map(|signal| {
        variable
            .strip_prefix(OTLP)
            .and_then(|rest| rest.strip_prefix(signal))
    });
    own.map_or(variable.to_owned(), |rest| format!("{OTLP}{rest}"))
}

/// Every variable that is asked for, whatever the others say.
fn asked_for() -> BTreeSet<String> {
    let asked = RefCell::new(BTreeSet::new());
    for (variable, value) in [
        ("", ""),
        ("OTEL_TRACES_SAMPLER", "traceidratio"),
        ("OTEL_TRACES_SAMPLER", "jaeger_remote"),
        ("PHOENIX_TRACE_SENSITIVE", "hash"),
    ] {
        Config::from_vars(|name| {
            asked.borrow_mut().insert(name.to_owned());
            (name == variable).then(|| value.to_owned())
        });
    }
    asked.into_inner()
}

fn documented_variables() -> BTreeSet<String> {
    let words = GUIDE.split('`').skip(1).step_by(2);
    let name = |word: &str| -> String {
        let is_name = |c: &char| c.is_ascii_uppercase() || c.is_ascii_digit() || *c == '_';
        word.chars().take_while(is_name).collect()
    };
    let is_variable = |name: &String| {
        let prefixes = ["OTEL_", "PHOENIX_TRACE_", "K8S_"];
        prefixes
            .iter()
            .any(|prefix| name.starts_with(prefix) && name != prefix)
            || ["SERVICE_NAME", "ENVIRONMENT", "RUST_LOG"].contains(&name.as_str())
    };
    let names = words.map(name).filter(is_variable);
    names.map(|name| for_all_signals(&name)).collect()
}

/// Read where it is used, and not by `Config`: the layer for `tracing` may be made before there is one.
const ELSEWHERE: [&str; 1] = ["PHOENIX_TRACE_TRACING_SPANS"];

#[test]
fn every_variable_is_documented_and_no_other() {
    let documented = documented_variables();
    let mut asked: BTreeSet<String> = asked_for()
        .iter()
        .map(|name| for_all_signals(name))
        .collect();
    asked.extend(ELSEWHERE.map(str::to_owned));
    let missing: Vec<_> = asked.difference(&documented).collect();
    assert!(missing.is_empty(), "not in the guide: {missing:#?}");
    let stale: Vec<_> = documented.difference(&asked).collect();
    assert!(stale.is_empty(), "only in the guide: {stale:#?}");
}

/// With every feature, since logs have variables of their own.
#[cfg(all(feature = "logs", feature = "tracing"))]
#[test]
fn every_variable_that_is_read_is_one_whose_typos_are_found() {
    let mut asked = asked_for();
    asked.extend(ELSEWHERE.map(str::to_owned));
    // Not by its prefix can a typo of these be told.
    let is_ours = |name: &String| name.starts_with("OTEL_") || name.starts_with("PHOENIX_TRACE_");
    asked.retain(is_ours);
    assert_eq!(super::super::process::tests::all_known(), asked);
}
