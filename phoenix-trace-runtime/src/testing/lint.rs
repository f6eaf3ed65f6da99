//! What a test can find out about a service's spans that the compiler cannot: keys of attributes that nobody has declared,
//! and names that would be different for every request.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::sync::LazyLock;

use crate::waterfall::Span;

/// Something about spans that a backend would suffer from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// An attribute's key that is neither in the OpenTelemetry registry nor declared by `attribute_keys!`: from the
    /// OpenTelemetry API, or a field of `tracing`.
    UnknownKey {
        /// The key.
        key: String,
    },
    /// A span's name that has an id, a number or an address in it, so that there may be one for each request.
    NameOfHighCardinality {
        /// The name.
        name: String,
        /// What in it differs.
        part: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { key } => write!(
                f,
                "the key `{key}` is neither in the OpenTelemetry registry nor declared: declare it with `attribute_keys!`"
            ),
            Self::NameOfHighCardinality { name, part } => write!(
                f,
                "the name `{name}` may be different for each request: give `{part}` as an attribute"
            ),
        }
    }
}

/// What there is to say of spans, and of keys that were not declared where they were recorded.
pub(super) fn findings(spans: &[Span], foreign: &BTreeSet<String>) -> Vec<Finding> {
    let unknown = (foreign.iter())
        .filter(|key| !is_registered(key))
        .map(|key| Finding::UnknownKey { key: key.clone() });
    let names: BTreeSet<&str> = spans.iter().map(|span| &*span.name).collect();
    let names = names.into_iter().filter_map(|name| {
        let part = differing(name)?.to_owned();
        let name = name.to_owned();
        Some(Finding::NameOfHighCardinality { name, part })
    });
    unknown.chain(names).collect()
}

/// Families of keys, which have no constants.
const FAMILIES: [&str; 8] = [
    "http.request.header.",
    "http.response.header.",
    "rpc.request.metadata.",
    "rpc.response.metadata.",
    "db.query.parameter.",
    "db.operation.parameter.",
    "process.environment_variable.",
    "phoenix.",
];

/// What the bridge of `tracing` puts on the events of spans, which nobody can declare.
const OF_THE_BRIDGE: [&str; 2] = ["level", "target"];

fn is_registered(key: &str) -> bool {
    /// The constants are generated, one line for each key.
    static REGISTERED: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        let lines = include_str!("../keys.rs").lines();
        let keys = lines.filter(|line| !line.contains("Key<Replaced>"));
        keys.filter_map(|line| {
            let (_, rest) = line.split_once("Key::new(\"")?;
            Some(rest.split_once('"')?.0)
        })
        .collect()
    });
    REGISTERED.contains(key)
        || OF_THE_BRIDGE.contains(&key)
        || FAMILIES.iter().any(|family| key.starts_with(family))
}

/// A part of a name that looks like an id, a number or an address.
fn differing(name: &str) -> Option<&str> {
    let ends = |c: char| c.is_whitespace() || "/:,;=?&#()[]".contains(c);
    name.split(ends)
        .filter(|word| !word.is_empty())
        .find(|word| is_value(word))
}

fn is_value(word: &str) -> bool {
    is_number(word, 2)
        || is_id(word)
        || is_address(word)
        || word
            .split(['-', '_'])
            .any(|part| is_number(part, 5) && !is_date(part))
}

fn is_number(word: &str, shortest: usize) -> bool {
    word.len() >= shortest && word.chars().all(|c| c.is_ascii_digit())
}

/// As in the names of models and versions, of which there are few.
fn is_date(number: &str) -> bool {
    number.len() == 8 && (number.starts_with("19") || number.starts_with("20"))
}

/// Hexadecimal, such as a UUID or what was cut off one, or a ULID.
fn is_id(word: &str) -> bool {
    const SHORTEST: usize = 8;
    const ULID: usize = 26;
    let digits = word.chars().filter(char::is_ascii_digit).count();
    let is_hex = |c: char| c.is_ascii_hexdigit() || c == '-';
    let is_base32 = |c: char| c.is_ascii_digit() || c.is_ascii_uppercase();
    digits > 1
        && (word.len() >= SHORTEST && word.chars().all(is_hex)
            || word.len() == ULID && word.chars().all(is_base32))
}

fn is_address(word: &str) -> bool {
    let mut parts = word.split('.');
    word.contains('@')
        || (parts.clone().count() == 4 && parts.all(|part| part.parse::<u8>().is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_values_in_them_are_found() {
        let cases = [
            ("GET /orders/{id}", None),
            ("GET /v1/orders", None),
            ("phoenix.llm.v1.Llm/Complete", None),
            ("chat gpt-4o-2024-08-06", None),
            ("chat claude-sonnet-4-20250514", None),
            ("sha256", None),
            ("encode sha-256, iso-8859-1", None),
            ("user 7", None),
            ("GET /orders/4711", Some("4711")),
            (
                "load 3f2504e0-4f89-11d3-9a0c-0305e82c3301",
                Some("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
            ),
            ("load 9b1deb4d", Some("9b1deb4d")),
            (
                "load 01ARZ3NDEKTSV4RRFFQ69G5FAV",
                Some("01ARZ3NDEKTSV4RRFFQ69G5FAV"),
            ),
            ("user-12345", Some("user-12345")),
            ("user_12345", Some("user_12345")),
            ("job#4711", Some("4711")),
            ("order(12345)", Some("12345")),
            ("mail jo@example.org", Some("jo@example.org")),
            ("connect 10.0.0.7:5432", Some("10.0.0.7")),
        ];
        for (name, expected) in cases {
            assert_eq!(differing(name), expected, "{name}");
        }
    }

    #[test]
    fn the_registry_is_known() {
        assert!(is_registered("http.request.method") && is_registered("http.request.header.x-id"));
        assert!(is_registered("level"));
        assert!(!is_registered("http.method") && !is_registered("accounts"));
    }
}
