use phoenix_trace::traced_operation;

#[traced_operation(err(if = |error| *error))]
fn load() -> Result<(), u8> {
    Ok(())
}

fn main() {
    let _ = load();
}
