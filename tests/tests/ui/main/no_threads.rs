#[phoenix_trace::phoenix_main(worker_threads = 0)]
async fn main() {}
