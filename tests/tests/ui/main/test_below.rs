#[phoenix_trace::phoenix_main]
#[phoenix_trace::phoenix_test]
async fn main() {}
