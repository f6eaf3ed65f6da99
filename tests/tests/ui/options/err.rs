use phoenix_trace::traced_operation;

#[traced_operation(err)]
fn bare() -> Result<(), u8> {
    Ok(())
}

#[traced_operation(err = ignore)]
fn assigned() -> Result<(), u8> {
    Ok(())
}

#[traced_operation(err(types_only, if = true, type_only, type_only))]
fn listed() -> Result<(), u8> {
    Ok(())
}

#[traced_operation(err = skip)]
fn nothing() {}

#[traced_operation(err(?))]
fn reference() -> &'static str {
    ""
}

#[traced_operation(err(?, type_only, ?))]
fn told_and_not_told() -> Result<(), u8> {
    Ok(())
}

#[traced_operation(err(if = |error| *error > 3))]
fn not_a_result() -> Option<u8> {
    None
}

fn main() {
    let _ = (bare(), assigned(), listed(), not_a_result(), reference(), told_and_not_told());
    nothing();
}
