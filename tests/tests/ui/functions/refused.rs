use std::future::Future;

use phoenix_trace::traced_operation;

#[traced_operation]
const fn constant() -> u8 {
    1
}

trait Work {
    #[traced_operation]
    fn work(&self);
}

#[traced_operation]
struct Service;

impl Work for Service {
    fn work(&self) {}
}

#[traced_operation]
fn passes_a_future_on() -> impl Future<Output = u8> {
    std::future::ready(1)
}

#[traced_operation]
mod inner {}

const ONE: u8 = constant();

fn main() {
    Service.work();
    drop(passes_a_future_on());
    let _ = ONE;
}
