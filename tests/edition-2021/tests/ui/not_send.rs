//! Told as if the function were not annotated.

use phoenix_trace::traced_operation;

fn is_send<T: Send>(_: T) {}

#[traced_operation]
async fn not_send() {
    let kept = std::rc::Rc::new(1);
    std::future::ready(()).await;
    drop(kept);
}

fn main() {
    is_send(not_send());
}
