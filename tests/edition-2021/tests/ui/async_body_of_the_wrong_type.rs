//! Told as if the function were not annotated.

use phoenix_trace::traced_operation;

#[traced_operation]
async fn wrong_type_later(flag: bool) -> Result<u8, String> {
    if flag {
        return Err(7);
    }
    Ok(1)
}

fn main() {
    drop(wrong_type_later(true));
}
