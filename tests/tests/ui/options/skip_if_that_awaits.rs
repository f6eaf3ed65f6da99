use phoenix_trace::traced_operation;

async fn is_quiet() -> bool {
    true
}

#[traced_operation(skip_if = is_quiet().await)]
async fn load() {}

fn main() {
    drop(load());
    let _ = is_quiet();
}
