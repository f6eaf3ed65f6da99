//! The macro crate's attribute table is what the generator makes of the registry.

use std::fs;

use phoenix_trace_tests::semconv_table::{render, source_path, table_path};

#[test]
fn the_table_equals_the_registry() {
    let registry = fs::read_to_string(source_path()).expect("the registry is in the repository");
    let registry = serde_json::from_str(&registry).expect("it is JSON");
    let table = fs::read_to_string(table_path()).expect("the table is in the repository");
    let rendered = render(&registry).expect("the registry has the expected shape");
    assert!(
        rendered == table,
        "run `cargo run -p phoenix-trace-tests --bin semconv-table`"
    );
}
