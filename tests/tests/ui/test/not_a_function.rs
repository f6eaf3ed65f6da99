#[phoenix_trace::phoenix_test]
struct Test;

fn main() {}
