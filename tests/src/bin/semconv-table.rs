//! Writes the macro crate's attribute table anew, from the registry beside it.

use std::error::Error;
use std::fs;

use phoenix_trace_tests::semconv_table::{render, source_path, table_path};

fn main() -> Result<(), Box<dyn Error>> {
    let registry = serde_json::from_str(&fs::read_to_string(source_path())?)?;
    fs::write(table_path(), render(&registry)?)?;
    Ok(())
}
