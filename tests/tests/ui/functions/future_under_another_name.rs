use std::future::Future;
use std::pin::Pin;

use phoenix_trace::traced_operation;

type Later<T> = Pin<Box<dyn Future<Output = T>>>;

async fn load() -> u8 {
    1
}

#[traced_operation]
fn loads() -> Later<u8> {
    Box::pin(load())
}

fn main() {
    drop(loads());
}
