#[tokio::test]
#[phoenix_trace::phoenix_test]
async fn works() {}

fn main() {}
