//! Typed reading of a configuration file: what a value should be is said where it is read, and what it is instead is told with
//! its place. Every section names the keys that it knows, so that others are found.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Document, Entry, Node, Place, Value};
use crate::config::Problem;

/// A file while it is read.
#[derive(Debug)]
pub(crate) struct Source<'d> {
    document: &'d Document,
    found: RefCell<Found>,
}

/// What came out of reading.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) problems: Vec<Problem>,
    /// Where each value stands that is used, by its path.
    pub(crate) places: BTreeMap<String, Place>,
    /// Every key that a section knew, by its path: what the documentation lists.
    #[cfg(test)]
    pub(crate) known: std::collections::BTreeSet<String>,
}

impl<'d> Source<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        Self {
            document,
            found: RefCell::default(),
        }
    }

    /// The whole file, which knows these keys.
    pub(crate) fn root(&self, known: &[&str]) -> Section<'d, '_> {
        Item {
            source: self,
            path: String::new(),
            place: self.document.root.place,
            node: &self.document.root,
        }
        .section(known)
    }

    /// What stands under these keys, one within the other.
    pub(crate) fn at(&self, path: &[&str]) -> Option<Item<'d, '_>> {
        let mut node = &self.document.root;
        for key in path {
            node = node.get(key)?;
        }
        Some(Item {
            source: self,
            path: path.join("."),
            place: node.place,
            node,
        })
    }

    pub(crate) fn into_found(self) -> Found {
        self.found.into_inner()
    }

    fn tell(&self, problem: Problem) {
        self.found.borrow_mut().problems.push(problem);
    }

    fn at_place(&self, place: Place) -> String {
        format!("{}:{place}", self.document.name)
    }
}

/// A value in the file, and the path to it.
#[derive(Clone, Debug)]
pub(crate) struct Item<'d, 's> {
    source: &'s Source<'d>,
    path: String,
    /// Of the value, or of its key where there is no value.
    place: Place,
    pub(crate) node: &'d Node,
}

/// A mapping in the file, which knows its keys.
#[derive(Debug)]
pub(crate) struct Section<'d, 's> {
    item: Item<'d, 's>,
    entries: &'d [Entry],
}

impl<'d, 's> Item<'d, 's> {
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// `file:line:column`.
    pub(crate) fn place(&self) -> String {
        self.source.at_place(self.place)
    }

    /// This as a mapping; without a value, and with a problem, an empty one.
    pub(crate) fn section(self, known: &[&str]) -> Section<'d, 's> {
        let entries: &[Entry] = match &self.node.value {
            Value::Mapping(entries) => entries,
            Value::Null => &[],
            _ => {
                self.problem("a mapping", "none");
                &[]
            }
        };
        let section = Section {
            item: self,
            entries,
        };
        section.check(known);
        section
    }

    /// The only entry of a mapping that chooses one of several things, such as an exporter.
    pub(crate) fn choice(self, known: &[&str]) -> Option<(&'d str, Item<'d, 's>)> {
        let known_list = || known.join(", ");
        let section = self.clone().section(known);
        match section.entries {
            [entry] if known.contains(&entry.key.as_str()) => {
                let item = section.item.child(&entry.key, entry);
                Some((&entry.key, item))
            }
            // Told as an unknown key.
            [_] => None,
            _ => {
                self.tell(format!(
                    "{} keys where one chooses: expected one of {}; it is left out",
                    section.entries.len(),
                    known_list()
                ));
                None
            }
        }
    }

    fn child(&self, key: &str, entry: &'d Entry) -> Self {
        let path = if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        };
        Self {
            source: self.source,
            path,
            place: if entry.node.is_null() {
                entry.place
            } else {
                entry.node.place
            },
            node: &entry.node,
        }
    }

    /// The elements of a list.
    pub(crate) fn items(&self) -> Vec<Self> {
        let nodes: &[Node] = match &self.node.value {
            Value::Sequence(nodes) => nodes,
            Value::Null => &[],
            _ => {
                self.problem("a list", "none");
                &[]
            }
        };
        let item = |(number, node): (usize, &'d Node)| Self {
            source: self.source,
            path: format!("{}[{number}]", self.path),
            place: node.place,
            node,
        };
        nodes.iter().enumerate().map(item).collect()
    }

    pub(crate) fn text(&self, expected: &str, instead: &str) -> Option<&'d str> {
        self.typed(expected, instead, |value| match value {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        })
    }

    /// What `read` makes of the value. `None` with a problem: it makes nothing of it; without one: there is no value.
    pub(crate) fn typed<T>(
        &self,
        expected: &str,
        instead: &str,
        read: impl FnOnce(&'d Value) -> Option<T>,
    ) -> Option<T> {
        if self.node.is_null() {
            return None;
        }
        let value = read(&self.node.value);
        match value {
            Some(_) => self.used(),
            None => self.problem(expected, instead),
        }
        value
    }

    /// Remembers that what stands here is in force.
    pub(crate) fn used(&self) {
        let mut found = self.source.found.borrow_mut();
        found.places.insert(self.path.clone(), self.place);
    }

    /// The value is not what it should be.
    pub(crate) fn problem(&self, expected: &str, instead: &str) {
        self.problem_showing(&self.node.value.to_string(), expected, instead);
    }

    /// The same, of a value that must not be shown as it is.
    pub(crate) fn problem_showing(&self, shown: &str, expected: &str, instead: &str) {
        let text = format!(
            "{}: {}: {shown} cannot be used: expected {expected}; using {instead} instead",
            self.place(),
            self.path
        );
        self.source.tell(Problem::told(text));
    }

    /// Something else is wrong with it.
    pub(crate) fn tell(&self, what: impl std::fmt::Display) {
        let text = format!("{}: {}: {what}", self.place(), self.path);
        self.source.tell(Problem::told(text));
    }

    /// It is something that phoenix-trace does not do.
    pub(crate) fn unsupported(&self, instead: &str) {
        self.tell(format_args!("this is not supported; {instead}"));
    }
}

impl<'d, 's> Section<'d, 's> {
    /// Keys that nobody reads are told, with those that were perhaps meant.
    fn check(&self, known: &[&str]) {
        #[cfg(test)]
        self.remember(known);
        for entry in self.entries {
            let key = entry.key.as_str();
            if known.contains(&key) {
                continue;
            }
            let nearest = known
                .iter()
                .map(|other| (strsim::damerau_levenshtein(key, other), *other))
                .filter(|(distance, other)| *distance <= 1 + other.len() / 4)
                .min();
            let within = if self.item.path.is_empty() {
                String::new()
            } else {
                format!("{}: ", self.item.path)
            };
            let remedy = match nearest {
                Some((_, other)) => format!("did you mean `{other}`?"),
                None => format!("expected one of {}", known.join(", ")),
            };
            let place = self.item.source.at_place(entry.place);
            let shown: String = key.chars().take(100).collect();
            let text = format!(
                "{place}: {within}unknown key `{}`; {remedy}",
                shown.escape_debug()
            );
            self.item.source.tell(Problem::told(text));
        }
    }

    #[cfg(test)]
    fn remember(&self, known: &[&str]) {
        let path = &self.item.path;
        let paths = known.iter().map(|key| match path.as_str() {
            "" => (*key).to_owned(),
            path => format!("{path}.{key}"),
        });
        self.item.source.found.borrow_mut().known.extend(paths);
    }

    pub(crate) fn item(&self) -> &Item<'d, 's> {
        &self.item
    }

    /// What stands under a key, be it nothing; `None`: there is no such key.
    pub(crate) fn get(&self, key: &str) -> Option<Item<'d, 's>> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.item.child(key, entry))
    }

    /// The mapping under a key, which knows these keys; empty when the key has no value.
    pub(crate) fn section(&self, key: &str, known: &[&str]) -> Option<Section<'d, 's>> {
        Some(self.get(key)?.section(known))
    }

    /// The elements of the list under a key.
    pub(crate) fn items(&self, key: &str) -> Vec<Item<'d, 's>> {
        self.get(key).map_or(Vec::new(), |item| item.items())
    }

    pub(crate) fn text(&self, key: &str, expected: &str, instead: &str) -> Option<&'d str> {
        self.get(key)?.text(expected, instead)
    }

    pub(crate) fn flag(&self, key: &str, instead: &str) -> Option<bool> {
        self.get(key)?
            .typed("true or false", instead, |value| match value {
                Value::Bool(value) => Some(*value),
                _ => None,
            })
    }

    /// A whole number from `least` on.
    pub(crate) fn whole(&self, key: &str, least: u64, instead: &str) -> Option<u64> {
        let expected = format!("a whole number, {least} or more");
        self.get(key)?
            .typed(&expected, instead, |value| match value {
                Value::Int(value) => u64::try_from(*value).ok().filter(|value| *value >= least),
                _ => None,
            })
    }

    /// A number from 0 to 1.
    pub(crate) fn ratio(&self, key: &str, instead: &str) -> Option<f64> {
        self.get(key)?
            .typed("a number from 0 to 1", instead, |value| {
                let number = match value {
                    Value::Int(value) => *value as f64,
                    Value::Float(value) => *value,
                    _ => return None,
                };
                (0.0..=1.0).contains(&number).then_some(number)
            })
    }

    /// One of these words.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], instead: &str) -> Option<T> {
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.get(key)?
            .typed(&list.join(", "), instead, |value| match value {
                Value::Text(text) => words
                    .iter()
                    .find_map(|(word, meaning)| (word == text).then_some(*meaning)),
                _ => None,
            })
    }
}
