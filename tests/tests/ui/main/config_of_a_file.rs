#[phoenix_trace::phoenix_main(config = "phoenix.yaml")]
async fn main() {}
