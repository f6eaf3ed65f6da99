//! A configuration file that is read again while the process runs: its sampling rules come out, and what else has changed in it,
//! which counts at the next start, is told.

use std::path::Path;

use super::distribution::{OURS, ours};
use super::sampling::sampling;
use crate::config::FileSampling;
use crate::config::file::{Document, Node, Source, Value, shown};
use crate::diag;

/// What is followed.
const PATH: [&str; 3] = ["distribution", OURS, "sampling"];

/// So many keys are named that have changed.
const NAMED: usize = 5;

/// A file that is followed.
#[derive(Debug)]
pub(crate) struct Watched<'p> {
    path: &'p Path,
    /// As it was at the start.
    first: Option<Node>,
    /// What else has changed since, as far as that was told.
    told: Vec<String>,
}

impl<'p> Watched<'p> {
    pub(crate) fn new(path: &'p Path) -> Self {
        Self {
            path,
            first: None,
            told: Vec::new(),
        }
    }

    /// Reads its rules. `Err`: why they cannot be used. No rules are rules too, but where there were some before, they are gone
    /// when the file says so, and not when it ends before them.
    pub(crate) fn read(&mut self, there_were_some: bool) -> Result<FileSampling, String> {
        let document = Document::load(self.path, &|name| std::env::var(name).ok());
        let document = document.map_err(|broken| broken.to_string())?;
        // Whoever is about to write it may have emptied it first.
        if !matches!(document.root.value, Value::Mapping(_)) {
            return Err(format!("{}: there are no keys in it", document.name));
        }
        let rules = rules(&document)?;
        if there_were_some && !says_something(&document.root) {
            return Err(format!(
                "{}: `{path}` is not in it any more, as in a file that is being written; to have no rules write \
                 `rules: []` there",
                document.name,
                path = PATH.join(".")
            ));
        }
        self.tell_others(document.root);
        Ok(rules)
    }

    fn tell_others(&mut self, now: Node) {
        let Some(first) = &self.first else {
            self.first = Some(now);
            return;
        };
        let changed = others(first, &now);
        if changed == self.told {
            return;
        }
        if !changed.is_empty() {
            diag::line(format_args!(
                "{}: {} changed, which takes effect at the next start; only `{}` is followed",
                shown(self.path),
                named(&changed),
                PATH.join(".")
            ));
        }
        self.told = changed;
    }
}

/// The rules of a file. `Err`: the place and what is wrong with them.
pub(super) fn rules(document: &Document) -> Result<FileSampling, String> {
    let source = Source::new(document);
    let sampling = source.at(&PATH).map(sampling);
    if sampling.is_none() {
        // That there are no rules any more may be a mistake in the keys above them.
        drop(
            source
                .at(&PATH[..1])
                .map(|distribution| ours(&distribution)),
        );
    }
    let problems = source.into_found().problems;
    match problems.as_slice() {
        [] => Ok(sampling.flatten().unwrap_or_default()),
        [problem] => Err(problem.to_string()),
        [problem, others @ ..] => Err(format!("{problem} (and {} more)", others.len())),
    }
}

/// Is there a value under any key of the rules? A list without elements is one.
fn says_something(root: &Node) -> bool {
    let sampling = PATH.iter().try_fold(root, |node, key| node.get(key));
    sampling.is_some_and(|sampling| match &sampling.value {
        Value::Mapping(entries) => entries.iter().any(|entry| !entry.node.is_null()),
        _ => false,
    })
}

/// The keys beside those that are followed whose values differ.
fn others(before: &Node, now: &Node) -> Vec<String> {
    let followed = PATH.join(".");
    let mut keys = before.differences(now);
    keys.retain(|key| {
        let below = key.strip_prefix(&followed);
        !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    keys
}

fn named(keys: &[String]) -> String {
    let first: Vec<String> = keys
        .iter()
        .take(NAMED)
        .map(|key| format!("`{}`", key.escape_debug()))
        .collect();
    match keys.len().checked_sub(NAMED) {
        None | Some(0) => first.join(", "),
        Some(more) => format!("{} and {more} more", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Node {
        let document = Document::parse("otel.yaml", text, &|_| None);
        document.expect("it can be read").root
    }

    #[test]
    fn keys_that_are_not_followed_are_named_when_they_change() {
        let check = |now: &str, expected: &[&str]| {
            let before = "resource: {attributes: [{name: a, value: b}]}\n\
                distribution: {phoenix_trace: {strict: true, sampling: {rules: [{ratio: 0}]}}}\n";
            assert_eq!(others(&parsed(before), &parsed(now)), expected, "{now}");
        };
        check(
            "# the same\n\nresource:\n  attributes:\n  - {name: a, value: \"b\"}\n\
             distribution: {phoenix_trace: {strict: true, sampling: {rules: [{ratio: 1}], error_limit: 7}}}\n",
            &[],
        );
        check(
            "resource: {attributes: [{name: a, value: c}]}\n\
             distribution: {phoenix_trace: {samplings: {rules: []}}}\ndisabled: true\n",
            &[
                "resource.attributes",
                "distribution.phoenix_trace.strict",
                "distribution.phoenix_trace.samplings",
                "disabled",
            ],
        );
        check("disabled: true", &["resource", "distribution", "disabled"]);
    }

    #[test]
    fn not_all_of_many_are_named() {
        let keys: Vec<String> = (0..7).map(|number| format!("key{number}")).collect();
        assert_eq!(named(&keys[..1]), "`key0`");
        assert_eq!(
            named(&keys),
            "`key0`, `key1`, `key2`, `key3`, `key4` and 2 more"
        );
    }
}
