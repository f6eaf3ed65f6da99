//! Told as if the function were not annotated.

use phoenix_trace::traced_operation;

#[traced_operation]
fn wrong_type() -> Result<u8, String> {
    Ok("text")
}

fn main() {
    let _ = wrong_type();
}
