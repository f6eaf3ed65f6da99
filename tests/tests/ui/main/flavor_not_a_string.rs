#[phoenix_trace::phoenix_main(flavor = multi_thread)]
async fn main() {}
