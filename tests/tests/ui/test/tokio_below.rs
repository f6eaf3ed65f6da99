#[phoenix_trace::phoenix_test]
#[tokio::test]
async fn works() {}

fn main() {}
