#[phoenix_trace::phoenix_main(service = "orders", service = "billing")]
async fn main() {}
