//! Annotated code as users write it. The expected messages hold for the compiler of `rust-toolchain.toml`.

#[test]
fn messages_and_shapes() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/shapes/*.rs");
    for topic in [
        "attributes",
        "db_span",
        "functions",
        "guards",
        "impls",
        "keys",
        "main",
        "options",
        "service",
        "test",
        "traced",
    ] {
        cases.compile_fail(format!("tests/ui/{topic}/*.rs"));
    }
}
