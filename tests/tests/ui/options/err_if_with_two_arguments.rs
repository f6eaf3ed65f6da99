use phoenix_trace::traced_operation;

#[traced_operation(err(if = |error, retries| *error > retries))]
fn load() -> Result<(), u8> {
    Ok(())
}

fn main() {
    let _ = load();
}
