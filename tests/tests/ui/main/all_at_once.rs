//! All mistakes are told at once, each where it is, and no other ones.

#[phoenix_trace::phoenix_main(servce = "x", flavor = "single", worker_threads = 0, version = "")]
#[tokio::main]
async fn main<T>(arguments: T) {
    drop(arguments);
}
