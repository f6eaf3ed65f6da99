#[phoenix_trace::phoenix_test]
#[phoenix_trace::traced_operation]
async fn works() {}

fn main() {}
