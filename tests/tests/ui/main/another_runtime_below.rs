#[phoenix_trace::phoenix_main]
#[async_std::main]
async fn main() {}
