//! The macro crate's attribute table and the runtime crate's constants are what the generator makes of the registry.

use std::fs;

use phoenix_trace_tests::semconv_table::generated;

#[test]
fn what_is_generated_equals_the_registry() {
    for file in generated().expect("the registry has the expected shape") {
        let text = fs::read_to_string(&file.path).expect("the file is in the repository");
        assert!(
            text == file.text,
            "{} differs: run `cargo run -p phoenix-trace-tests --bin semconv-table`",
            file.path.display()
        );
    }
}
