//! `distribution.phoenix_trace.sampling`: rules, overrides, and the limit on errors. They count as a whole or, when something is
//! wrong in them, not at all: half of the rules would be other rules.

use std::time::{Duration, SystemTime};

use crate::SpanKind;
use crate::config::file::{Item, Section, Value};
use crate::config::sampling::FileSampling;
use crate::sampling::{OVERRIDES, Pattern, Rule, SamplingRules};

const KEYS: [&str; 3] = ["rules", "overrides", "error_limit"];

const RULE: [&str; 13] = [
    "service",
    "operation",
    "route",
    "kind",
    "attributes",
    "ratio",
    "always",
    "never",
    "at_most",
    "at_least",
    "slower_than",
    "keep_errors",
    "ignore_errors",
];

const INSTEAD: &str = "none of the rules in this file";

/// The rules; `None`: something is wrong in them, as has been told.
pub(super) fn sampling(item: Item<'_, '_>) -> Option<FileSampling> {
    let told = item.told();
    let section = item.section(&KEYS);
    let rules = section.items("rules").into_iter();
    let mut rules: SamplingRules = rules
        .filter_map(|item| {
            let section = item.section(&RULE);
            gives_something(&section).then(|| rule(&section))
        })
        .collect();
    if let Some(limit) = rate(&section, "error_limit") {
        rules = rules.error_limit(limit);
    }
    let mut overrides = Vec::new();
    let items = section.items("overrides");
    if items.len() > OVERRIDES {
        section.item().tell(format_args!(
            "{} overrides: expected at most {OVERRIDES}; using {INSTEAD} instead",
            items.len()
        ));
    }
    for item in items {
        let known: Vec<&str> = RULE.into_iter().chain(["expires"]).collect();
        let section = item.section(&known);
        if let (true, Some(until)) = (gives_something(&section), expires(&section)) {
            overrides.push((until, rule(&section)));
        }
    }
    let item = section.item();
    (item.told() == told).then_some(FileSampling { rules, overrides })
}

/// Does a rule say what becomes of those that it is for? What is null, or false, says nothing.
fn gives_something(section: &Section<'_, '_>) -> bool {
    let says = |key: &&str| {
        let item = section.get(key);
        item.is_some_and(|item| !matches!(item.node.value, Value::Null | Value::Bool(false)))
    };
    let shares: Vec<&str> = ["ratio", "always", "never"]
        .into_iter()
        .filter(says)
        .collect();
    if let [first, second, ..] = *shares {
        section.item().tell(format_args!(
            "the rule says `{first}` and `{second}`: expected one of them; using {INSTEAD} instead"
        ));
        return false;
    }
    let gives = !shares.is_empty() || says(&"at_most");
    if !gives {
        section.item().tell(format_args!(
            "the rule does not say what is kept: expected one of ratio, always: true, never: true, at_most; \
             using {INSTEAD} instead"
        ));
    }
    gives
}

fn expires(section: &Section<'_, '_>) -> Option<SystemTime> {
    const EXPECTED: &str =
        "a time such as 2027-01-31T18:00:00Z, after which the override has ended";
    let Some(item) = section.get("expires").filter(|item| !item.node.is_null()) else {
        section.item().tell(format_args!(
            "`expires` is missing: expected {EXPECTED}; using {INSTEAD} instead"
        ));
        return None;
    };
    item.typed(EXPECTED, INSTEAD, |node| {
        humantime::parse_rfc3339_weak(&node.text).ok()
    })
}

fn rule(section: &Section<'_, '_>) -> Rule {
    let mut rule = Rule::new();
    if let Some(names) = scope(section.get("service")) {
        rule = rule.service(names);
    }
    if let Some(names) = scope(section.get("operation")) {
        rule = rule.operation(names);
    }
    if let Some(templates) = scope(section.get("route")) {
        rule = rule.route(templates);
    }
    for kind in kinds(section) {
        rule = rule.kind(kind);
    }
    if let Some(attributes) = section.get("attributes") {
        for (key, item) in attributes.entries() {
            if let Some(values) = scope(Some(item)) {
                rule = rule.attribute(key, values);
            }
        }
    }
    if section.flag("always", INSTEAD) == Some(true) {
        rule = rule.always();
    }
    if let Some(ratio) = section.ratio("ratio", INSTEAD) {
        rule = rule.ratio(ratio);
    }
    if section.flag("never", INSTEAD) == Some(true) {
        rule = rule.never();
    }
    if let Some(rate) = rate(section, "at_most") {
        rule = rule.at_most(rate);
    }
    if let Some(rate) = rate(section, "at_least") {
        rule = rule.at_least(rate);
    }
    if let Some(bound) = duration(section, "slower_than") {
        rule = rule.slower_than(bound);
    }
    if let Some(types) = pattern(section.get("keep_errors")) {
        rule = rule.keep_errors(types);
    }
    if let Some(types) = pattern(section.get("ignore_errors")) {
        rule = rule.ignore_errors(types);
    }
    rule
}

/// A text or a list of texts.
fn pattern(item: Option<Item<'_, '_>>) -> Option<Pattern> {
    const EXPECTED: &str = "a text, such as `GET /users/{id}` or `GET *`, or a list of them";
    let item = item?;
    let one = |item: &Item<'_, '_>| item.text(EXPECTED, INSTEAD).map(Pattern::from);
    match item.node.value {
        Value::Null => {
            item.problem(EXPECTED, INSTEAD);
            None
        }
        Value::Sequence(_) => Some(item.items().iter().filter_map(one).collect()),
        _ => one(&item),
    }
}

/// The same of what a rule is for: of nothing nobody would write a rule.
fn scope(item: Option<Item<'_, '_>>) -> Option<Pattern> {
    pattern(item.filter(|item| !is_empty_list(item)))
}

/// An empty list could mean all, or nothing.
fn is_empty_list(item: &Item<'_, '_>) -> bool {
    let empty = matches!(&item.node.value, Value::Sequence(items) if items.is_empty());
    if empty {
        item.tell(format_args!(
            "an empty list cannot be used: leave the key out for all; using {INSTEAD} instead"
        ));
    }
    empty
}

fn kinds(section: &Section<'_, '_>) -> Vec<SpanKind> {
    const KINDS: [(&str, SpanKind); 5] = [
        ("internal", SpanKind::Internal),
        ("server", SpanKind::Server),
        ("client", SpanKind::Client),
        ("producer", SpanKind::Producer),
        ("consumer", SpanKind::Consumer),
    ];
    const EXPECTED: &str = "internal, server, client, producer, consumer, or a list of them";
    let kind = section.get("kind");
    let Some(item) = kind.filter(|item| !is_empty_list(item)) else {
        return Vec::new();
    };
    let one = |item: &Item<'_, '_>| {
        item.typed(EXPECTED, INSTEAD, |node| {
            let mut kinds = KINDS.into_iter();
            kinds.find_map(|(name, kind)| (name == node.text).then_some(kind))
        })
    };
    match item.node.value {
        Value::Sequence(_) => item.items().iter().filter_map(one).collect(),
        _ => one(&item).into_iter().collect(),
    }
}

/// So many per second.
fn rate(section: &Section<'_, '_>, key: &str) -> Option<f64> {
    let item = section.get(key)?;
    item.typed("how many per second, zero or more", INSTEAD, |node| {
        let number = match node.value {
            Value::Int(number) => number as f64,
            Value::Float(number) => number,
            _ => return None,
        };
        (number >= 0.0 && number.is_finite()).then_some(number)
    })
}

/// Milliseconds, or a text with its unit.
fn duration(section: &Section<'_, '_>, key: &str) -> Option<Duration> {
    let item = section.get(key)?;
    item.typed(
        "milliseconds, or a time such as 1s 500ms",
        INSTEAD,
        |node| match node.value {
            Value::Int(milliseconds) => {
                Some(Duration::from_millis(u64::try_from(milliseconds).ok()?))
            }
            _ => humantime::parse_duration(&node.text).ok(),
        },
    )
}
