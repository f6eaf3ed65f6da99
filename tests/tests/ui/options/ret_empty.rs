use phoenix_trace::traced_operation;

#[traced_operation(ret())]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
