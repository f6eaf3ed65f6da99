#[phoenix_trace::phoenix_main(servce = "orders")]
async fn main() {}
