//! A program for which a panic is the end: its test compiles it with `panic = "abort"`.

use phoenix_trace::{phoenix_main, traced_operation};

#[traced_operation]
fn work() {}

#[traced_operation]
async fn fail() {
    work();
    panic!("the end");
}

#[phoenix_main(service = "aborts", flavor = "current_thread")]
async fn main() {
    for _ in 0..100 {
        work();
    }
    // A task of its own, whose panic would be caught if it were unwound.
    let _ = phoenix_trace::spawn(fail()).await;
    unreachable!("the process has ended");
}
