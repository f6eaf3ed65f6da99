#[phoenix_trace::phoenix_main]
#[phoenix_trace::phoenix_main(service = "orders")]
async fn main() {}
