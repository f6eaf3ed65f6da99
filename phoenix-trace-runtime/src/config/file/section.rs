//! Typed reading of a configuration file: what a value should be is said where it is read, and what it is instead is told with
//! its place. Every section names the keys that it knows, so that others are found.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use super::{Document, Entry, Node, Place, Value};
use crate::config::Problem;
use crate::printable::{escape, escape_start};

/// A file while it is read.
#[derive(Debug)]
pub(crate) struct Source<'d> {
    document: &'d Document,
    found: RefCell<Found>,
    told: RefCell<Vec<(Place, Problem)>>,
}

/// What came out of reading.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// In the order in which they stand in the file.
    pub(crate) problems: Vec<Problem>,
    /// Where each value stands that is used, by its path: `file:line:column`.
    pub(crate) places: BTreeMap<String, String>,
    /// Every key that a section knew, by its path: what the documentation lists.
    #[cfg(test)]
    pub(crate) known: std::collections::BTreeSet<String>,
}

impl<'d> Source<'d> {
    pub(crate) fn new(document: &'d Document) -> Self {
        let source = Self {
            document,
            found: RefCell::default(),
            told: RefCell::default(),
        };
        for (place, what) in &document.odd {
            source.tell(*place, what);
        }
        source
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
    #[cfg(feature = "watch")]
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
        let mut told = self.told.into_inner();
        told.sort_by_key(|(place, _)| (place.line, place.column));
        Found {
            problems: told.into_iter().map(|(_, problem)| problem).collect(),
            ..self.found.into_inner()
        }
    }

    fn tell(&self, place: Place, what: &str) {
        let problem = Problem::told(format!("{}: {what}", self.at_place(place)));
        self.told.borrow_mut().push((place, problem));
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
    /// The value under a key of a mapping, whose other keys are not ours to judge.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let Value::Mapping(entries) = &self.node.value else {
            return None;
        };
        let entry = entries.iter().find(|entry| entry.key == key)?;
        Some(self.child(key, entry))
    }

    /// The keys of a mapping that may have any, and what stands under them; with a problem, none.
    pub(crate) fn entries(&self) -> Vec<(&'d str, Self)> {
        let entries: &[Entry] = match &self.node.value {
            Value::Mapping(entries) => entries,
            Value::Null => &[],
            _ => {
                self.problem_showing(self.node.kind(), "a mapping", "none");
                &[]
            }
        };
        let item = |entry: &'d Entry| (entry.key.as_str(), self.child(&entry.key, entry));
        entries.iter().map(item).collect()
    }

    /// How many problems have been told so far.
    pub(crate) fn told(&self) -> usize {
        self.source.told.borrow().len()
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
                self.problem_showing(self.node.kind(), "a mapping", "none");
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

    /// Keys that anybody may choose are in the paths of what is told.
    fn child(&self, key: &str, entry: &'d Entry) -> Self {
        let key = escape(key);
        let path = if self.path.is_empty() {
            key
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
                self.problem_showing(self.node.kind(), "a list", "none");
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

    /// A scalar as it is written.
    pub(crate) fn text(&self, expected: &str, instead: &str) -> Option<&'d str> {
        self.typed(expected, instead, |node| {
            let is_scalar = !matches!(node.value, Value::Sequence(_) | Value::Mapping(_));
            is_scalar.then_some(node.text.as_str())
        })
    }

    /// What `FromStr` makes of a scalar as it is written.
    pub(crate) fn parsed<T: std::str::FromStr>(&self, expected: &str, instead: &str) -> Option<T> {
        self.typed(expected, instead, |node| node.text.parse().ok())
    }

    /// What `read` makes of the value. `None` with a problem: it makes nothing of it; without one: there is no value.
    pub(crate) fn typed<T>(
        &self,
        expected: &str,
        instead: &str,
        read: impl FnOnce(&'d Node) -> Option<T>,
    ) -> Option<T> {
        if self.node.is_null() {
            return None;
        }
        let value = read(self.node);
        match value {
            Some(_) => self.used(),
            None => self.problem(expected, instead),
        }
        value
    }

    fn used(&self) {
        self.used_as(&self.path);
    }

    /// Remembers that what stands here is in force, under the name that it has in the effective configuration.
    pub(crate) fn used_as(&self, name: &str) {
        let mut found = self.source.found.borrow_mut();
        found.places.insert(name.to_owned(), self.place());
    }

    /// Who says what stands here, as a later problem with it is told.
    pub(crate) fn named_by(&self) -> String {
        format!("{}: {}", self.place(), self.path)
    }

    /// The value is not what it should be.
    pub(crate) fn problem(&self, expected: &str, instead: &str) {
        self.problem_showing(&self.node.to_string(), expected, instead);
    }

    /// The same, of a value that must not be shown as it is.
    pub(crate) fn problem_showing(&self, shown: &str, expected: &str, instead: &str) {
        self.tell(format_args!(
            "{shown} cannot be used: expected {expected}; using {instead} instead"
        ));
    }

    /// Something else is wrong with it.
    pub(crate) fn tell(&self, what: impl std::fmt::Display) {
        let what = match self.path.as_str() {
            "" => what.to_string(),
            path => format!("{path}: {what}"),
        };
        self.source.tell(self.place, &what);
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
            let shown = escape_start(key, 100);
            let what = format!("{within}unknown key `{shown}`; {remedy}");
            self.item.source.tell(entry.place, &what);
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

    /// Remembers that what stands under a key is in force, under the name that it has in the effective configuration.
    pub(crate) fn mark(&self, key: &str, name: &str) {
        if let Some(item) = self.get(key) {
            item.used_as(name);
        }
    }

    /// Is what stands under a key in force?
    pub(crate) fn is_used(&self, key: &str) -> bool {
        self.get(key)
            .is_some_and(|item| item.source.found.borrow().places.contains_key(&item.path))
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
            .typed("true or false", instead, |node| match node.value {
                Value::Bool(value) => Some(value),
                _ => None,
            })
    }

    /// A whole number from `least` on.
    pub(crate) fn whole(&self, key: &str, least: u64, instead: &str) -> Option<u64> {
        self.number(key, "a whole number", least, instead)
    }

    /// The same of a time.
    pub(crate) fn milliseconds(&self, key: &str, least: u64, instead: &str) -> Option<Duration> {
        let number = self.number(key, "a whole number of milliseconds", least, instead);
        number.map(Duration::from_millis)
    }

    fn number(&self, key: &str, what: &str, least: u64, instead: &str) -> Option<u64> {
        let expected = format!("{what}, {least} or more");
        self.get(key)?
            .typed(&expected, instead, |node| match node.value {
                Value::Int(value) => u64::try_from(value).ok().filter(|value| *value >= least),
                _ => None,
            })
    }

    /// A number from 0 to 1.
    pub(crate) fn ratio(&self, key: &str, instead: &str) -> Option<f64> {
        self.get(key)?
            .typed("a number from 0 to 1", instead, |node| {
                let number = match node.value {
                    Value::Int(value) => value as f64,
                    Value::Float(value) => value,
                    _ => return None,
                };
                (0.0..=1.0).contains(&number).then_some(number)
            })
    }

    /// One of these words.
    pub(crate) fn word<T: Copy>(&self, key: &str, words: &[(&str, T)], instead: &str) -> Option<T> {
        let list: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        self.get(key)?.typed(&list.join(", "), instead, |node| {
            let meaning = |(word, meaning): &(&str, T)| (*word == node.text).then_some(*meaning);
            words.iter().find_map(meaning)
        })
    }
}
