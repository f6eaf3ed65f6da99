//! `tracer_provider.sampler`: the samplers of the schema, as far as the recorder has them.

use super::NOTHING;
use crate::config::file::Item;
use crate::config::shown;
use crate::sampling::{JaegerRemote, Sampler};

const PRESET: &str = "the preset of the environment";

const SAMPLERS: [&str; 7] = [
    "always_on",
    "always_off",
    "trace_id_ratio_based",
    "probability/development",
    "parent_based",
    "composite/development",
    "jaeger_remote/development",
];

const COMPOSABLE: [&str; 5] = [
    "always_on",
    "always_off",
    "probability",
    "parent_threshold",
    "rule_based",
];

/// `None`: the preset of the environment.
pub(super) fn sampler(item: Item<'_, '_>) -> Option<Sampler> {
    let (name, item) = item.choice(&SAMPLERS)?;
    match name {
        "composite/development" => composable(item),
        "parent_based" => parent_based(item),
        "jaeger_remote/development" => Some(jaeger_remote(item)),
        simple => Some(of_ratio(simple, item)),
    }
}

/// Asks a Jaeger collector; until it has answered, the ratio of the initial sampler holds.
fn jaeger_remote(item: Item<'_, '_>) -> Sampler {
    let section = item.section(&["endpoint", "interval", "initial_sampler"]);
    let default = JaegerRemote::ENDPOINT;
    const EXPECTED: &str = "a URL such as http://jaeger:5778";
    let given = section
        .get("endpoint")
        .filter(|given| !given.node.is_null());
    if given.is_none() {
        let missing = format!("`endpoint` is missing; using {default} instead");
        section.item().tell(missing);
    }
    let endpoint = given.and_then(|item| {
        let url = item.text(EXPECTED, default)?;
        let is_one = JaegerRemote::is_endpoint(url);
        if !is_one {
            item.problem_showing(&format!("`{}`", shown(url)), EXPECTED, default);
        }
        is_one.then_some(url)
    });
    let mut remote = JaegerRemote::new(endpoint.unwrap_or(default));
    if let Some(interval) = section.milliseconds("interval", 1, "60000") {
        remote = remote.poll_every(interval);
    }
    if let Some(ratio) = section.get("initial_sampler").and_then(initial_ratio) {
        remote = remote.initial_sampling_rate(ratio);
    }
    Sampler::jaeger_remote(remote)
}

fn initial_ratio(item: Item<'_, '_>) -> Option<f64> {
    let (name, item) = item.choice(&SAMPLERS)?;
    match name {
        "always_on" | "always_off" => {
            item.section(&NOTHING);
            Some(if name == "always_on" { 1.0 } else { 0.0 })
        }
        "trace_id_ratio_based" | "probability/development" => {
            Some(item.section(&["ratio"]).ratio("ratio", "1").unwrap_or(1.0))
        }
        _ => {
            item.unsupported("using always_on instead");
            Some(1.0)
        }
    }
}

/// All, nothing, or a share; each share of traces is the same in every service.
fn of_ratio(name: &str, item: Item<'_, '_>) -> Sampler {
    match name {
        "always_on" => {
            item.section(&NOTHING);
            Sampler::always_on()
        }
        "always_off" => {
            item.section(&NOTHING);
            Sampler::always_off()
        }
        _ => Sampler::ratio(item.section(&["ratio"]).ratio("ratio", "1").unwrap_or(1.0)),
    }
}

fn composable(item: Item<'_, '_>) -> Option<Sampler> {
    let (name, item) = item.choice(&COMPOSABLE)?;
    match name {
        "parent_threshold" => {
            let section = item.section(&["root"]);
            let root = section.get("root").filter(|root| !root.node.is_null());
            let Some(root) = root else {
                section
                    .item()
                    .tell("`root` is missing; using always_on instead");
                return Some(Sampler::always_on().parent_based());
            };
            Some(composable(root)?.parent_based())
        }
        "rule_based" => {
            item.unsupported(&format!("using {PRESET} instead"));
            None
        }
        simple => Some(of_ratio(simple, item)),
    }
}

/// What a caller decided is followed; only what the schema has by default can be said of it.
fn parent_based(item: Item<'_, '_>) -> Option<Sampler> {
    const PARENTS: [(&str, &str); 4] = [
        ("remote_parent_sampled", "always_on"),
        ("remote_parent_not_sampled", "always_off"),
        ("local_parent_sampled", "always_on"),
        ("local_parent_not_sampled", "always_off"),
    ];
    let section = item.section(&[
        "root",
        PARENTS[0].0,
        PARENTS[1].0,
        PARENTS[2].0,
        PARENTS[3].0,
    ]);
    for (key, default) in PARENTS {
        let given = section.get(key).filter(|given| !given.node.is_null());
        let Some(given) = given else { continue };
        let Some((name, of)) = given.choice(&SAMPLERS) else {
            continue;
        };
        if name == default {
            of.section(&NOTHING);
        } else {
            of.unsupported(&format!("using {default} instead"));
        }
    }
    let root = section.get("root").filter(|root| !root.node.is_null());
    let root = match root {
        None => Sampler::always_on(),
        Some(root) => sampler(root)?,
    };
    Some(root.parent_based())
}
