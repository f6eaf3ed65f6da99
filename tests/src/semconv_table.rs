//! The generator of what is made of the OpenTelemetry attribute registry: the registry as JSON in; out, as Rust source, the
//! table that the macro crate looks keys up in, and the constants of the runtime crate.

mod constants;
mod registry;
mod table;

use std::fs;
use std::path::{Path, PathBuf};

use registry::Registry;

/// A file that is made of the registry.
#[derive(Debug)]
pub struct Generated {
    /// Where it is.
    pub path: PathBuf,
    /// What it has to consist of.
    pub text: String,
}

/// Every generated file.
///
/// # Errors
///
/// If the registry cannot be read or is not of the expected shape; the text says where.
pub fn generated() -> Result<Vec<Generated>, String> {
    let semconv = repository().join("phoenix-trace-macros/semconv");
    let attributes = read(&semconv.join("attributes.json"))?;
    let replacements = read(&semconv.join("replacements.json"))?;
    let registry = Registry::read(&attributes, &replacements)?;
    Ok(vec![
        Generated {
            path: repository().join("phoenix-trace-macros/src/semconv/table.rs"),
            text: table::render(&registry),
        },
        Generated {
            path: repository().join("phoenix-trace-runtime/src/keys.rs"),
            text: constants::render(&registry),
        },
    ])
}

fn read(path: &Path) -> Result<serde_json::Value, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The first lines of a generated file.
fn head(registry: &Registry<'_>) -> String {
    format!(
        "// Generated from `phoenix-trace-macros/semconv/*.json` by `cargo run -p phoenix-trace-tests --bin semconv-table`:\n\
         // change those files, not this one. Facts of the OpenTelemetry semantic conventions (Apache-2.0):\n\
         // {}.\n",
        registry.versions.join(", ")
    )
}
