//! Mistakes in the function itself are told as if it were not annotated.

use phoenix_trace::traced_operation;

#[traced_operation]
fn wrong_type() -> Result<u8, String> {
    Ok("text")
}

#[traced_operation]
async fn wrong_type_later(flag: bool) -> Result<u8, String> {
    if flag {
        return Err(7);
    }
    Ok(1)
}

#[traced_operation]
async fn missing_semicolon() -> u8 {
    1;
}

struct Unrelated;

#[traced_operation]
fn wrong_question_mark() -> Result<u8, Unrelated> {
    let n = "1".parse::<u8>()?;
    Ok(n)
}

fn is_send<T: Send>(_: T) {}

#[traced_operation]
async fn not_send() {
    let kept = std::rc::Rc::new(1);
    wrong_type_later(true).await.ok();
    drop(kept);
}

fn main() {
    let _ = wrong_type();
    let _ = wrong_question_mark();
    drop(missing_semicolon());
    is_send(not_send());
}
