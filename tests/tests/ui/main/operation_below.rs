#[phoenix_trace::phoenix_main]
#[phoenix_trace::traced_operation]
async fn main() {}
