use phoenix_trace::traced_operation;

#[traced_operation]
fn passes_a_future_on() -> impl Future<Output = u8> {
    std::future::ready(1)
}

fn main() {
    drop(passes_a_future_on());
}
