use tokio::main;

#[phoenix_trace::phoenix_main]
#[main]
async fn main() {}
