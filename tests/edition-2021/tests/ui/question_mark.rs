//! Told as if the function were not annotated.

use phoenix_trace::traced_operation;

struct Unrelated;

#[traced_operation]
fn wrong_question_mark() -> Result<u8, Unrelated> {
    let n = "1".parse::<u8>()?;
    Ok(n)
}

fn main() {
    let _ = wrong_question_mark();
}
