//! The OpenTelemetry attribute registry: an attribute key in, what the registry knows about it out.
//!
//! [`table`] is generated from `semconv/*.json` by `cargo run -p phoenix-trace-tests --bin semconv-table`, so that nothing is
//! parsed while a service compiles. `attributes.json` is the registry; `replacements.json` has what it says in prose only.

mod nearest;
#[rustfmt::skip]
mod table;

pub(crate) use nearest::{distance_within, nearest};

/// The type of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Str,
    Int,
    Double,
    Bool,
    StrArray,
    IntArray,
    DoubleArray,
    BoolArray,
    /// The registry leaves it open.
    Any,
}

impl Type {
    /// The type with its article, for messages.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Self::Str => "a string",
            Self::Int => "an int",
            Self::Double => "a double",
            Self::Bool => "a bool",
            Self::StrArray => "an array of strings",
            Self::IntArray => "an array of ints",
            Self::DoubleArray => "an array of doubles",
            Self::BoolArray => "an array of bools",
            Self::Any => "any value",
        }
    }

    /// Its marker in the runtime. What the registry leaves open is recorded as text.
    pub(crate) fn marker(self) -> &'static str {
        match self {
            Self::Str | Self::Any => "Str",
            Self::Int => "Int",
            Self::Double => "Double",
            Self::Bool => "Bool",
            Self::StrArray => "StrArray",
            Self::IntArray => "IntArray",
            Self::DoubleArray => "DoubleArray",
            Self::BoolArray => "BoolArray",
        }
    }

    /// The type of the elements of an array.
    pub(crate) fn element(self) -> Option<Self> {
        match self {
            Self::StrArray => Some(Self::Str),
            Self::IntArray => Some(Self::Int),
            Self::DoubleArray => Some(Self::Double),
            Self::BoolArray => Some(Self::Bool),
            Self::Str | Self::Int | Self::Double | Self::Bool | Self::Any => None,
        }
    }
}

/// Is one key meant, or every key that begins with it (`http.request.header.<name>`)?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Key,
    Template,
}

/// May the key still be written?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Current,
    /// Deprecated. One of these is written instead; without any, nothing is.
    Deprecated(&'static [Alternative]),
}

/// Keys that are written together in place of a deprecated one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alternative {
    /// As in "on clients"; empty: everywhere.
    pub(crate) place: &'static str,
    pub(crate) keys: &'static [&'static str],
}

/// One row of the registry.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: &'static str,
    pub(crate) ty: Type,
    pub(crate) form: Form,
    /// The listed values of an enum, integers in decimal; empty for every other attribute. Enums are open.
    pub(crate) members: &'static [&'static str],
    pub(crate) status: Status,
}

/// What was found under a key.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found {
    /// The entry, which is a template if the key is one of its instances.
    Entry(&'static Entry),
    /// The key is a template that lacks its last part.
    BareTemplate(&'static Entry),
    Nothing,
}

/// Looks `key` up, as itself or as an instance of a template.
pub(crate) fn find(key: &str) -> Found {
    match exact(key) {
        Some(entry) if entry.form == Form::Template => Found::BareTemplate(entry),
        Some(entry) => Found::Entry(entry),
        None => template_of(key).map_or(Found::Nothing, Found::Entry),
    }
}

/// Do keys of the registry live under `name`?
pub(crate) fn is_namespace(name: &str) -> bool {
    let below = format!("{name}.");
    let first = table::TABLE.partition_point(|entry| entry.key < below.as_str());
    table::TABLE
        .get(first)
        .is_some_and(|entry| entry.key.starts_with(&below))
}

/// The entry whose constant is called `name`: the current one, where a deprecated key would have the same.
pub(crate) fn of_constant(name: &str) -> Option<&'static Entry> {
    let spelled = |entry: &&Entry| {
        let letters = entry.key.bytes().map(|letter| match letter {
            b'.' => b'_',
            letter => letter.to_ascii_uppercase(),
        });
        entry.form == Form::Key && letters.eq(name.bytes())
    };
    let found = table::TABLE.iter().filter(spelled);
    found.min_by_key(|entry| entry.status != Status::Current)
}

fn exact(key: &str) -> Option<&'static Entry> {
    table::TABLE
        .binary_search_by(|entry| entry.key.cmp(key))
        .ok()
        .and_then(|at| table::TABLE.get(at))
}

fn template_of(key: &str) -> Option<&'static Entry> {
    key.rmatch_indices('.')
        .filter(|(dot, _)| *dot + 1 < key.len())
        .filter_map(|(dot, _)| exact(&key[..dot]))
        .find(|entry| entry.form == Form::Template)
}

impl Entry {
    /// What is written instead of the deprecated `key`, which is this entry's or an instance of its template: alternatives,
    /// each with where it is meant and the keys that are written together. `None`: it is not deprecated.
    pub(crate) fn replacements(&self, key: &str) -> Option<Vec<(&'static str, Vec<String>)>> {
        let Status::Deprecated(alternatives) = self.status else {
            return None;
        };
        let instance = key.strip_prefix(self.key).unwrap_or_default();
        let instances = |keys: &[&str]| {
            let named = |to: &&str| format!("{to}{instance}");
            keys.iter().map(named).collect()
        };
        let each = |alternative: &Alternative| (alternative.place, instances(alternative.keys));
        Some(alternatives.iter().map(each).collect())
    }

    /// The name of its constant, where it has one.
    pub(crate) fn constant(&self) -> Option<String> {
        let name = || self.key.to_ascii_uppercase().replace('.', "_");
        (self.form == Form::Key).then(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(key: &str) -> Option<&'static str> {
        match find(key) {
            Found::Entry(entry) => Some(entry.key),
            Found::BareTemplate(_) | Found::Nothing => None,
        }
    }

    #[test]
    fn the_table_is_sorted_without_duplicates() {
        assert!(
            table::TABLE
                .windows(2)
                .all(|pair| pair[0].key < pair[1].key)
        );
    }

    #[test]
    fn every_key_is_found() {
        for entry in table::TABLE.iter().filter(|entry| entry.form == Form::Key) {
            assert_eq!(found(entry.key), Some(entry.key));
        }
    }

    #[test]
    fn constants_are_found_by_their_name() {
        let key = |name: &str| of_constant(name).map(|entry| entry.key);
        assert_eq!(key("HTTP_REQUEST_METHOD"), Some("http.request.method"));
        assert_eq!(
            key("FEATURE_FLAG_PROVIDER_NAME"),
            Some("feature_flag.provider.name")
        );
        assert_eq!(key("http_request_method"), None);
        assert_eq!(key("HTTP_REQUEST_HEADER"), None);
    }

    #[test]
    fn instances_of_templates_are_found_and_bare_templates_are_told_apart() {
        assert_eq!(
            found("http.request.header.content-type"),
            Some("http.request.header")
        );
        assert_eq!(
            found("k8s.pod.label.app.kubernetes.io/name"),
            Some("k8s.pod.label")
        );
        assert!(matches!(
            find("http.request.header"),
            Found::BareTemplate(_)
        ));
        assert!(matches!(find("http.request.header."), Found::Nothing));
        assert!(matches!(find("http.request.metod"), Found::Nothing));
        assert!(matches!(find(""), Found::Nothing));
    }

    #[test]
    fn namespaces_are_seen() {
        assert!(is_namespace("http.request"));
        assert!(!is_namespace("http.request.method"));
        assert!(!is_namespace("phoenix"));
    }

    #[test]
    fn both_names_of_the_grpc_status_are_current() {
        for key in ["rpc.response.status_code", "rpc.status_code"] {
            assert!(
                matches!(find(key), Found::Entry(entry) if entry.status == Status::Current),
                "{key}"
            );
        }
    }

    fn check_replacements(key: &str, expected: &[(&str, &[&str])]) {
        let Found::Entry(entry) = find(key) else {
            unreachable!("`{key}` is in the registry")
        };
        let replacements = entry.replacements(key).expect("it is deprecated");
        let replacements: Vec<(&str, Vec<&str>)> = replacements
            .iter()
            .map(|(place, keys)| (*place, keys.iter().map(String::as_str).collect()))
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected
            .iter()
            .map(|(place, keys)| (*place, keys.to_vec()))
            .collect();
        assert_eq!(replacements, expected, "{key}");
    }

    #[test]
    fn deprecated_keys_name_their_replacements() {
        check_replacements("http.method", &[("", &["http.request.method"])]);
        check_replacements(
            "http.url",
            &[
                ("on clients", &["url.full"]),
                ("on servers", &["url.path", "url.query"]),
            ],
        );
        check_replacements(
            "http.flavor",
            &[("", &["network.protocol.name", "network.protocol.version"])],
        );
        check_replacements("k8s.pod.labels.app", &[("", &["k8s.pod.label.app"])]);
        check_replacements("rpc.message.id", &[]);
    }

    #[test]
    fn the_grpc_status_is_named_as_the_release_names_it() {
        for key in ["rpc.grpc.status_code", "rpc.connect_rpc.error_code"] {
            check_replacements(key, &[("", &["rpc.response.status_code"])]);
        }
    }
}
