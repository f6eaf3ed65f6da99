//! Every key of the schema does something or is named: `schema-1.1.txt` lists them as the schema has them, each with a value that
//! is none of its defaults.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::*;

/// Each key with a value.
fn keys() -> impl Iterator<Item = (&'static str, Value)> {
    include_str!("schema-1.1.txt").lines().map(of_line)
}

fn of_line(line: &'static str) -> (&'static str, Value) {
    let (path, value) = line.split_once(": ").expect("a key and a value");
    let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
    (path, value)
}

/// Puts a value where the path leads to, unless there is one.
fn put(at: &mut Value, path: &str, value: Value) {
    let (key, rest) = path
        .split_once('.')
        .map_or((path, None), |(key, rest)| (key, Some(rest)));
    let (key, is_list) = key
        .strip_suffix("[]")
        .map_or((key, false), |key| (key, true));
    if at.is_null() {
        *at = Value::Object(Map::new());
    }
    let mut there = &mut at[key];
    if is_list {
        if there.is_null() {
            *there = Value::Array(vec![Value::Null]);
        }
        there = &mut there[0];
    }
    match rest {
        Some(rest) => put(there, rest, value),
        None if there.is_null() => *there = value,
        None => {}
    }
}

/// What a file needs for a key to mean something.
fn around(path: &str) -> Vec<(String, Value)> {
    let mut around = vec![("file_format".to_owned(), "1.1".into())];
    let mut add = |within: &str, key: &str, value: Value| {
        if let Some((before, _)) = path.split_once(within) {
            around.push((format!("{before}{within}{key}"), value));
        }
    };
    add("headers[].", "name", "a".into());
    add("headers[].", "value", "b".into());
    if path.contains("tls.key_file") || path.contains("tls.cert_file") {
        add("tls.", "key_file", "/a.pem".into());
        add("tls.", "cert_file", "/a.pem".into());
    }
    add("resource.attributes[].", "name", "a".into());
    add("resource.attributes[].", "value", "7".into());
    if path.contains("detection/development.attributes") {
        add("detection/development.", "detectors[].process", Value::Null);
    }
    if !path.contains(".exporter.") {
        add("processors[].batch.", "exporter.otlp_http", Value::Null);
        add("periodic.", "exporter.otlp_http", Value::Null);
        add("pull.", "exporter.prometheus/development", Value::Null);
    }
    add(
        "jaeger_remote/development.",
        "endpoint",
        "http://jaeger:5778".into(),
    );
    if path.starts_with("tracer_provider.") && !path.contains("processors") {
        add(
            "tracer_provider.",
            "processors[].simple.exporter.console",
            Value::Null,
        );
    }
    // Where the preset is not what a sampler may say.
    around.push((
        "distribution.phoenix_trace.environment".to_owned(),
        "production".into(),
    ));
    around
}

/// What is said of a file, and what is done with it.
fn read(document: &Value) -> (Vec<String>, String) {
    let text = document.to_string();
    let document = Document::parse("otel.json", &text, &|_| None);
    let config = Config::of_document(document, &|_| None);
    let problems = config.problems().iter().map(ToString::to_string);
    // Where a setting stands in the file tells nothing of what is done with it.
    let shown = config.to_string();
    let settings: Vec<&str> = shown
        .lines()
        .filter_map(|line| line.split("  # ").next())
        .map(str::trim_end)
        .collect();
    let Config {
        sampling,
        resource,
        quiet,
        ..
    } = &config;
    let done = format!(
        "{} {sampling:?} {resource:?} {quiet} {}",
        config.summary(),
        settings.join("\n")
    );
    (problems.collect(), done)
}

/// A document that has the key, and what must be around it, and one that has only that.
fn with_and_without(path: &str, value: Value) -> (Value, Value) {
    let (mut with, mut without) = (Value::Null, Value::Null);
    put(&mut with, path, value);
    for (other, value) in around(path) {
        put(&mut with, &other, value.clone());
        if other != path {
            put(&mut without, &other, value);
        }
    }
    (with, without)
}

/// What a file says is shown with its place.
#[test]
fn every_key_of_the_schema_is_shown_as_the_origin_of_what_it_sets() {
    let mut unknown = Vec::new();
    for (path, value) in keys().chain(OURS.lines().map(of_line)) {
        let (with, without) = with_and_without(path, value);
        let (with, without) = (shown(&with), shown(&without));
        let before = without.iter().map(|line| columns(line));
        let before: BTreeMap<&str, &str> = before.map(|[name, value, _]| (name, value)).collect();
        for [name, value, origin] in with.iter().map(|line| columns(line)) {
            let is_other = before.get(name).is_some_and(|before| *before != value);
            if is_other && origin == "default" {
                unknown.push(format!("{path}: {name} {value}"));
            }
        }
    }
    assert_eq!(unknown, [""; 0]);
}

/// Keys of our own, which the schema leaves to us.
const OURS: &str = "\
distribution.phoenix_trace.shutdown: manual
distribution.phoenix_trace.strict: true
distribution.phoenix_trace.print_config: true
distribution.phoenix_trace.environment: staging
distribution.phoenix_trace.otel_context: off
distribution.phoenix_trace.correlation.header: x-request-id
distribution.phoenix_trace.correlation.source: trace_id
distribution.phoenix_trace.logs.levels: debug
distribution.phoenix_trace.logs.format: json
distribution.phoenix_trace.logs.of_dropped: warn
distribution.phoenix_trace.logs.span_fields: true
distribution.phoenix_trace.sensitive.policy: show
distribution.phoenix_trace.sensitive.keys: [\"password\"]
distribution.phoenix_trace.sampling: {\"rules\": [{\"ratio\": 0.5}]}
distribution.phoenix_trace.limits.spans_per_segment: 7
distribution.phoenix_trace.limits.grace_period: 7
distribution.phoenix_trace.limits.cut_after: 7
distribution.phoenix_trace.limits.open_segments: 7
distribution.phoenix_trace.limits.undecided_bytes: 7
";

/// A line for each setting.
fn shown(document: &Value) -> Vec<String> {
    let document = Document::parse("otel.json", &document.to_string(), &|_| None);
    let config = Config::of_document(document, &|_| None);
    config.to_string().lines().map(str::to_owned).collect()
}

/// The name of a setting, its value and its origin.
fn columns(line: &str) -> [&str; 3] {
    let (setting, origin) = line.rsplit_once("  # ").expect("an origin");
    let (name, value) = setting.split_once("  ").expect("a value");
    [name, value, origin].map(str::trim)
}

/// With these there is nothing else to be done.
const AS_BEFORE: [&str; 4] = [
    "file_format",
    // Logs are lines on standard output anyway.
    "logger_provider.processors[].batch.exporter.console",
    "logger_provider.processors[].simple.exporter.console",
    "tracer_provider.id_generator.random",
];

#[test]
fn every_key_of_the_schema_does_something_or_is_named_as_unsupported() {
    let mut ignored = Vec::new();
    for (path, value) in keys() {
        let (with, without) = with_and_without(path, value);
        let (problems, done) = read(&with);
        let (_, done_without) = read(&without);
        let is_unsupported = |problem: &String| problem.contains("this is not supported");
        let is_wrong = |problem: &String| {
            problem.contains("unknown key") || problem.contains("cannot be used")
        };
        if problems.iter().any(is_wrong) {
            ignored.push(format!("{path}: {problems:?}"));
        } else if done == done_without
            && !problems.iter().any(is_unsupported)
            && !AS_BEFORE.contains(&path)
        {
            ignored.push(path.to_owned());
        }
    }
    assert_eq!(ignored, [""; 0]);
}
