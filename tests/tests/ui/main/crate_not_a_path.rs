#[phoenix_trace::phoenix_main(crate = "phoenix_trace")]
async fn main() {}
