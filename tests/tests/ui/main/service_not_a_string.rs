#[phoenix_trace::phoenix_main(service = 7)]
async fn main() {}
