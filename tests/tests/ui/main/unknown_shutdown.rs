#[phoenix_trace::phoenix_main(shutdown = "never")]
async fn main() {}
