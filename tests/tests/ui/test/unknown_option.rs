#[phoenix_trace::phoenix_test(service = "orders")]
async fn works() {}

fn main() {}
