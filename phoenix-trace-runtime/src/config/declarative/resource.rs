//! `resource`: who the service is. `attributes` win over `attributes_list`.

use opentelemetry::{Array, KeyValue, StringValue, Value as Attribute};

use super::NOTHING;
use crate::config::Config;
use crate::config::file::{Item, Node, Value};
use crate::config::resource::{A_NAME, INSTEAD, NAME, ResourceDetector, is_no_name, kubernetes};
use crate::config::vars::percent_decoded;

const TYPES: [&str; 8] = [
    "string",
    "bool",
    "int",
    "double",
    "string_array",
    "bool_array",
    "int_array",
    "double_array",
];

impl Config {
    pub(super) fn read_resource(
        &mut self,
        resource: Item<'_, '_>,
        var: &dyn Fn(&str) -> Option<String>,
    ) {
        let section = resource.section(&[
            "attributes",
            "attributes_list",
            "schema_url",
            "detection/development",
        ]);
        let list = section.get("attributes_list");
        let mut given: Vec<(KeyValue, Item<'_, '_>)> = list.map_or(Vec::new(), attributes_list);
        given.extend(
            section
                .items("attributes")
                .into_iter()
                .filter_map(attribute),
        );
        if let Some(url) = section.get("schema_url").filter(|url| !url.node.is_null()) {
            url.unsupported("it is left out");
        }
        for (pair, item) in given {
            if is_no_name(&pair) {
                item.problem(A_NAME, INSTEAD);
                continue;
            }
            self.origins.from(pair.key.as_str(), item.place());
            self.set_attribute(pair);
        }
        let detection = section.get("detection/development");
        self.read_detection(detection, var);
    }

    /// Nothing is detected that the file does not ask for.
    fn read_detection(
        &mut self,
        detection: Option<Item<'_, '_>>,
        var: &dyn Fn(&str) -> Option<String>,
    ) {
        let Some(detection) = detection else {
            return;
        };
        let section = detection.section(&["attributes", "detectors"]);
        let names = ResourceDetector::ALL.map(ResourceDetector::as_str);
        section.mark("detectors", "resource.detection/development.detectors");
        for item in section.items("detectors") {
            let Some((name, item)) = item.choice(&names) else {
                continue;
            };
            item.section(&NOTHING);
            let Some(detector) = ResourceDetector::named(name) else {
                continue;
            };
            self.detection.detectors.push(detector);
            let set = |name: &str| var(name).filter(|value| !value.trim().is_empty());
            match detector {
                ResourceDetector::Kubernetes => self.detection.kubernetes = kubernetes(set),
                // As the schema has it: the detector of services knows this variable.
                ResourceDetector::Service if !self.origins.knows(NAME) => {
                    if let Some(name) = set("OTEL_SERVICE_NAME") {
                        self.service = name;
                        self.origins.from(NAME, "OTEL_SERVICE_NAME");
                    }
                }
                _ => {}
            }
        }
        if let Some(attributes) = section.section("attributes", &["included", "excluded"]) {
            let patterns = |key: &str| -> Vec<String> {
                let mut patterns = Vec::new();
                for item in attributes.items(key) {
                    let pattern = item.text("a pattern of keys", "none");
                    patterns.extend(pattern.map(str::to_owned));
                }
                patterns
            };
            self.detection.included = patterns("included");
            self.detection.excluded = patterns("excluded");
        }
    }
}

/// `key=value,…`, as in `OTEL_RESOURCE_ATTRIBUTES`, which it is there for.
fn attributes_list<'d, 's>(item: Item<'d, 's>) -> Vec<(KeyValue, Item<'d, 's>)> {
    const EXPECTED: &str = "a list such as `key=value,key=value`, values percent-encoded";
    let Some(list) = item.text(EXPECTED, "no attributes") else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for pair in list.split(',').filter(|pair| !pair.trim().is_empty()) {
        let read = pair.split_once('=').and_then(|(key, value)| {
            let key = Some(key.trim()).filter(|key| !key.is_empty())?;
            Some((key, percent_decoded(value.trim())?))
        });
        match read {
            Some((key, value)) => pairs.push((KeyValue::new(key.to_owned(), value), item.clone())),
            // As the specification has it: one bad pair makes the whole list worthless.
            None => {
                item.problem(EXPECTED, "no attributes");
                return Vec::new();
            }
        }
    }
    pairs
}

fn attribute<'d, 's>(item: Item<'d, 's>) -> Option<(KeyValue, Item<'d, 's>)> {
    let section = item.clone().section(&["name", "value", "type"]);
    let name = section.text("name", "the name of an attribute", "no such attribute");
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        item.tell("`name` is missing; the attribute is left out");
        return None;
    };
    let words = TYPES.map(|word| (word, word));
    let kind = section.word("type", &words, "string").unwrap_or("string");
    // A value that is a variable which is not set: there is no such attribute.
    let value = section.get("value").filter(|value| !value.node.is_null())?;
    let expected = format!("a value of the type {kind}");
    let attribute = value.typed(&expected, "no such attribute", |node| of_type(node, kind))?;
    Some((KeyValue::new(name.to_owned(), attribute), value))
}

fn of_type(node: &Node, kind: &str) -> Option<Attribute> {
    fn all<T>(node: &Node, of: impl Fn(&Node) -> Option<T>) -> Option<Vec<T>> {
        match &node.value {
            Value::Sequence(nodes) => nodes.iter().map(of).collect(),
            _ => None,
        }
    }
    let string = |node: &Node| match node.value {
        Value::Null | Value::Sequence(_) | Value::Mapping(_) => None,
        _ => Some(StringValue::from(node.text.clone())),
    };
    // A quoted number is one where the type says so: JSON has no other way to name a variable.
    let boolean = |node: &Node| match node.value {
        Value::Bool(value) => Some(value),
        _ => node.text.parse().ok(),
    };
    let int = |node: &Node| match node.value {
        Value::Int(value) => Some(value),
        _ => node.text.parse().ok(),
    };
    let double = |node: &Node| match node.value {
        Value::Int(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => node.text.parse().ok(),
    };
    Some(match kind {
        "string" => Attribute::String(string(node)?),
        "bool" => Attribute::Bool(boolean(node)?),
        "int" => Attribute::I64(int(node)?),
        "double" => Attribute::F64(double(node)?),
        "string_array" => Attribute::Array(Array::String(all(node, string)?)),
        "bool_array" => Attribute::Array(Array::Bool(all(node, boolean)?)),
        "int_array" => Attribute::Array(Array::I64(all(node, int)?)),
        _ => Attribute::Array(Array::F64(all(node, double)?)),
    })
}
