//! The macro crate's table.

use std::fmt::Write as _;

use super::registry::{Alternative, Registry, Status};

pub(super) fn render(registry: &Registry<'_>) -> String {
    let mut out = super::head(registry);
    out.push_str(
        "\nuse super::Form::{Key as K, Template as T};\n\
         use super::Status::{Current as C, Deprecated as D};\n\
         use super::Type::{Any, Bool, Double, Int, IntArray, Str, StrArray};\n\
         use super::{Alternative, Entry, Form, Status, Type};\n\n\
         const fn e(key: &'static str, ty: Type, form: Form, members: &'static [&'static str], status: Status) -> Entry {\n    \
         Entry { key, ty, form, members, status }\n}\n\n\
         const fn a(place: &'static str, keys: &'static [&'static str]) -> Alternative {\n    \
         Alternative { place, keys }\n}\n\n\
         pub(super) static TABLE: &[Entry] = &[\n",
    );
    for attribute in &registry.attributes {
        let form = if attribute.template { "T" } else { "K" };
        let status = match &attribute.status {
            Status::Current => "C".to_owned(),
            Status::Deprecated(alternatives) => {
                let alternatives: Vec<String> = alternatives
                    .iter()
                    .map(|Alternative { place, keys }| format!("a({place:?}, &{keys:?})"))
                    .collect();
                format!("D(&[{}])", alternatives.join(", "))
            }
        };
        let _ = writeln!(
            out,
            "    e({:?}, {:?}, {form}, &{:?}, {status}),",
            attribute.key, attribute.ty, attribute.members
        );
    }
    out.push_str("];\n");
    out
}
