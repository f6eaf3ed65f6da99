#[phoenix_trace::phoenix_main(flavor = "single")]
async fn main() {}
