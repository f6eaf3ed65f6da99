use phoenix_trace::traced_operation;

#[traced_operation(ret("phoenix.rows" = |rows| rows))]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
