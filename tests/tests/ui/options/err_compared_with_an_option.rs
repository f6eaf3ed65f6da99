use phoenix_trace::traced_operation;

#[traced_operation(err(if = |error| *error > 3))]
fn load() -> Option<u8> {
    None
}

fn main() {
    let _ = load();
}
