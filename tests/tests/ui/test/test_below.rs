#[phoenix_trace::phoenix_test]
#[test]
fn works() {}

fn main() {}
