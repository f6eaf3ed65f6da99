//! All mistakes are told at once, each where it is, and no other ones.

#[phoenix_trace::phoenix_test(service = "x", worker_threads = 0, config = 7)]
#[tokio::test]
async fn works<T>(argument: T) {
    drop(argument);
}

fn main() {}
