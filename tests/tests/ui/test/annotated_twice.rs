#[phoenix_trace::phoenix_test]
#[phoenix_trace::phoenix_test(flavor = "multi_thread")]
async fn works() {}

fn main() {}
