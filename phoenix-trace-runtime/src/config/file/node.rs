//! The tree of a configuration file.

use std::fmt;

use crate::config::secret::masked;

/// Where something stands in a file, counted from one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    /// Of a scalar, as it is written: the version `1.10` is no number.
    pub(crate) text: String,
    pub(crate) value: Value,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text,
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) node: Node,
}

impl Node {
    /// What it is, without what it says: where a value is of the wrong kind, it may be a secret in the wrong place.
    pub(crate) fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "nothing",
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text => "a single value",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Value::Null
    }

    /// Is there nothing but keys without values, such as those of variables that are not set?
    pub(crate) fn is_hollow(&self) -> bool {
        match &self.value {
            Value::Null => true,
            Value::Sequence(nodes) => nodes.iter().all(Self::is_hollow),
            Value::Mapping(entries) => entries.iter().all(|entry| entry.node.is_hollow()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text => false,
        }
    }

    /// The value under a key, when this is a mapping that has it.
    #[cfg(any(feature = "watch", test))]
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Mapping(entries) = &self.value else {
            return None;
        };
        entries
            .iter()
            .find_map(|entry| (entry.key == key).then_some(&entry.node))
    }
}

#[cfg(feature = "watch")]
impl Node {
    /// The paths of the keys whose values differ in another tree, wherever they stand: those of this one in their order, then
    /// those that only the other one has.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut paths = Vec::new();
        self.differ_below("", other, &mut paths);
        paths
    }

    fn differ_below(&self, path: &str, other: &Self, paths: &mut Vec<String>) {
        let (Value::Mapping(mine), Value::Mapping(theirs)) = (&self.value, &other.value) else {
            if !self.is_same(other) {
                paths.push(path.to_owned());
            }
            return;
        };
        let below = |key: &str| match path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        };
        for entry in mine {
            let path = below(&entry.key);
            match other.get(&entry.key) {
                Some(there) => entry.node.differ_below(&path, there, paths),
                None => paths.push(path),
            }
        }
        let only_there = theirs.iter().filter(|entry| self.get(&entry.key).is_none());
        paths.extend(only_there.map(|entry| below(&entry.key)));
    }

    /// Is it the same, wherever it stands?
    fn is_same(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Sequence(mine), Value::Sequence(theirs)) => {
                let mut both = mine.iter().zip(theirs);
                mine.len() == theirs.len() && both.all(|(mine, theirs)| mine.is_same(theirs))
            }
            (Value::Mapping(mine), Value::Mapping(theirs)) => {
                let is_there = |entry: &Entry| {
                    other
                        .get(&entry.key)
                        .is_some_and(|there| entry.node.is_same(there))
                };
                mine.len() == theirs.len() && mine.iter().all(is_there)
            }
            (mine, theirs) => mine == theirs && self.text == other.text,
        }
    }
}

/// As a message shows it: scalars as they are, of the rest what it is.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value {
            Value::Null | Value::Sequence(_) | Value::Mapping(_) => f.write_str(self.kind()),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text => {
                write!(f, "`{}`", masked(&self.text))
            }
        }
    }
}
