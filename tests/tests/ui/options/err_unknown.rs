use phoenix_trace::traced_operation;

#[traced_operation(err(types_only))]
fn load() -> Result<(), u8> {
    Ok(())
}

fn main() {
    let _ = load();
}
