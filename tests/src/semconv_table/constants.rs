//! The runtime crate's constants, one for each key of the registry that is no template.

use std::collections::HashSet;
use std::fmt::Write as _;

use super::registry::{Alternative, Attribute, Registry, Status, Type};

pub(super) fn render(registry: &Registry<'_>) -> String {
    let mut out = super::head(registry);
    out.push_str(
        "\n\
         //! The keys of the OpenTelemetry attribute registry, as constants whose type holds the type of the values: what\n\
         //! `\"http.request.method\" = method` is as a path, `keys::HTTP_REQUEST_METHOD = method`. They complete in an editor,\n\
         //! and can be given to a function.\n\
         //!\n\
         //! The compiler checks that a key exists, and its values' type. A literal outside of the listed values is a warning,\n\
         //! as under a literal key. A key without a successor is deprecated here; one that was replaced takes\n\
         //! no value, and says what to write. Families of keys, such as `http.request.header.<name>`, are written as\n\
         //! literals. A value of any type is recorded as text.\n\
         //!\n\
         //! ```\n\
         //! use phoenix_trace::keys;\n\
         //!\n\
         //! assert_eq!(keys::HTTP_REQUEST_METHOD.name(), \"http.request.method\");\n\
         //! ```\n\n\
         use crate::key::Key;\n\
         use crate::key::types::{Bool, Double, Int, IntArray, Replaced, Str, StrArray};\n",
    );
    // Where a deprecated key has the name of a current one, the current one has it.
    let current: HashSet<String> = registry
        .attributes
        .iter()
        .filter(|attribute| matches!(attribute.status, Status::Current) && !attribute.template)
        .map(|attribute| constant(attribute.key))
        .collect();
    for attribute in registry.attributes.iter().filter(|a| !a.template) {
        let name = constant(attribute.key);
        match &attribute.status {
            Status::Deprecated(_) if current.contains(&name) => {}
            Status::Deprecated(alternatives) => {
                render_deprecated(&mut out, &name, attribute, alternatives);
            }
            Status::Current => {
                let members = listed(&attribute.members);
                let _ = write!(
                    out,
                    "\n/// `{}`: {} ({}).{members}\n",
                    attribute.key,
                    described(attribute.ty),
                    attribute.stability.replace('_', " "),
                );
                render_constant(&mut out, &name, marker(attribute.ty), attribute.key);
            }
        }
    }
    out
}

fn render_deprecated(
    out: &mut String,
    name: &str,
    attribute: &Attribute<'_>,
    alternatives: &[Alternative<'_>],
) {
    let key = attribute.key;
    let (ty, note) = if alternatives.is_empty() {
        (
            marker(attribute.ty),
            format!("the OpenTelemetry registry deprecates `{key}` and names no replacement"),
        )
    } else {
        let written: Vec<String> = alternatives.iter().map(written).collect();
        (
            "Replaced",
            format!("instead of `{key}` write {}", written.join(", or ")),
        )
    };
    let _ = write!(
        out,
        "\n/// `{key}`: {}.\n#[deprecated(note = {note:?})]\n",
        described(attribute.ty)
    );
    render_constant(out, name, ty, key);
}

fn render_constant(out: &mut String, name: &str, ty: &str, key: &str) {
    let _ = writeln!(out, "pub const {name}: Key<{ty}> = Key::new({key:?});");
}

fn written(alternative: &Alternative<'_>) -> String {
    let keys: Vec<String> = alternative
        .keys
        .iter()
        .map(|key| {
            if key.contains(".header.") {
                format!("`\"{key}\"`")
            } else {
                format!("`keys::{}`", constant(key))
            }
        })
        .collect();
    let place = match alternative.place {
        "" => String::new(),
        place => format!(" {place}"),
    };
    format!("{}{place}", keys.join(" and "))
}

fn constant(key: &str) -> String {
    key.to_ascii_uppercase().replace(['.', '-'], "_")
}

fn listed(members: &[String]) -> String {
    if members.is_empty() {
        return String::new();
    }
    let members: Vec<String> = members.iter().map(|member| format!("`{member}`")).collect();
    format!(" Listed: {}.", members.join(", "))
}

fn described(ty: Type) -> &'static str {
    match ty {
        Type::Str => "a string",
        Type::Int => "an int",
        Type::Double => "a double",
        Type::Bool => "a bool",
        Type::StrArray => "an array of strings",
        Type::IntArray => "an array of ints",
        Type::Any => "any value",
    }
}

fn marker(ty: Type) -> &'static str {
    match ty {
        Type::Str | Type::Any => "Str",
        Type::Int => "Int",
        Type::Double => "Double",
        Type::Bool => "Bool",
        Type::StrArray => "StrArray",
        Type::IntArray => "IntArray",
    }
}
