use phoenix_trace::traced_operation;

#[traced_operation(ret = true)]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
