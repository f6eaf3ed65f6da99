#[phoenix_trace::phoenix_main(subscriber = "none")]
async fn main() {}
