//! The generator of the macro crate's attribute table: the registry as JSON in, Rust source out.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::Value;

/// Where the registry is read from.
#[must_use]
pub fn source_path() -> PathBuf {
    macro_crate().join("semconv/attributes.json")
}

/// Where the table is written to.
#[must_use]
pub fn table_path() -> PathBuf {
    macro_crate().join("src/semconv/table.rs")
}

fn macro_crate() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../phoenix-trace-macros"
    ))
}

/// The table's source.
///
/// # Errors
///
/// If the registry is not of the expected shape; the text says where.
pub fn render(registry: &Value) -> Result<String, String> {
    let versions = array(registry, "version")?;
    let versions: Vec<&str> = versions.iter().filter_map(Value::as_str).collect();
    let mut attributes = array(registry, "attributes")?
        .iter()
        .map(Row::read)
        .collect::<Result<Vec<_>, _>>()?;
    attributes.sort_by(|a, b| a.key.cmp(b.key));

    let mut out = format!(
        "//! Generated from `semconv/attributes.json` by `cargo run -p phoenix-trace-tests --bin semconv-table`: change that file,\n\
         //! not this one. Facts of the OpenTelemetry semantic conventions (Apache-2.0):\n//! {}.\n\n",
        versions.join(", ")
    );
    out.push_str(
        "use super::Form::{Key as K, Template as T};\n\
         use super::Status::{Current as C, Deprecated as D, Renamed as R};\n\
         use super::Type::{Any, Bool, Double, Int, IntArray, Str, StrArray};\n\
         use super::{Entry, Form, Status, Type};\n\n",
    );
    out.push_str(
        "const fn e(key: &'static str, ty: Type, form: Form, members: &'static [&'static str], status: Status) -> Entry {\n    \
         Entry { key, ty, form, members, status }\n}\n\n\
         pub(super) static TABLE: &[Entry] = &[\n",
    );
    for Row {
        key,
        ty,
        form,
        members,
        status,
    } in attributes
    {
        let _ = writeln!(out, "    e({key:?}, {ty}, {form}, &{members:?}, {status}),");
    }
    out.push_str("];\n");
    Ok(out)
}

struct Row<'a> {
    key: &'a str,
    ty: &'static str,
    form: &'static str,
    members: Vec<String>,
    status: String,
}

impl<'a> Row<'a> {
    fn read(attribute: &'a Value) -> Result<Self, String> {
        let key = attribute["key"]
            .as_str()
            .ok_or_else(|| format!("an attribute without a key: {attribute}"))?;
        let spelled = attribute["type"]
            .as_str()
            .ok_or_else(|| format!("`{key}` has no type"))?;
        let (form, spelled) = match spelled
            .strip_prefix("template[")
            .and_then(|t| t.strip_suffix(']'))
        {
            Some(element) => ("T", element),
            None => ("K", spelled),
        };
        let ty = match spelled {
            "string" => "Str",
            "int" => "Int",
            "double" => "Double",
            "boolean" => "Bool",
            "string[]" => "StrArray",
            "int[]" => "IntArray",
            "any" => "Any",
            other => return Err(format!("`{key}` has the unknown type `{other}`")),
        };
        let members =
            attribute["members"].as_array().into_iter().flatten().map(
                |member| match &member["value"] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                },
            );
        let status = match (
            &attribute["deprecated"],
            attribute["deprecated"]["renamed_to"].as_str(),
        ) {
            (Value::Null, _) => "C".to_owned(),
            (_, Some(to)) => format!("R({to:?})"),
            (_, None) => "D".to_owned(),
        };
        Ok(Self {
            key,
            ty,
            form,
            members: members.collect(),
            status,
        })
    }
}

fn array<'a>(of: &'a Value, name: &str) -> Result<&'a Vec<Value>, String> {
    of[name]
        .as_array()
        .ok_or_else(|| format!("the registry has no array `{name}`"))
}
