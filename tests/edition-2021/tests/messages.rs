//! A handful of mistakes, whose messages are those of the newest edition. The others are in `tests/tests/ui`.

#[test]
fn messages() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
