#[phoenix_trace::phoenix_main(worker_threads = "4")]
async fn main() {}
