#[phoenix_trace::phoenix_test(flavor = "multi_thread")]
fn works() {}

fn main() {}
