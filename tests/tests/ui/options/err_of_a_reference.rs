use phoenix_trace::traced_operation;

#[traced_operation(err(?))]
fn load() -> &'static str {
    ""
}

fn main() {
    let _ = load();
}
