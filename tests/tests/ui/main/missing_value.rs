#[phoenix_trace::phoenix_main(service)]
async fn main() {}
