#[phoenix_trace::phoenix_main]
#[cfg_attr(unix, tokio::main(flavor = "current_thread"))]
async fn main() {}
