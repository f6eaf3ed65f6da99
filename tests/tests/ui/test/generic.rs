#[phoenix_trace::phoenix_test]
fn works<T>() {}

fn main() {}
