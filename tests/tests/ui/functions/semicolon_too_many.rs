//! Told as if the function were not annotated.

use phoenix_trace::traced_operation;

#[traced_operation]
async fn semicolon_too_many() -> u8 {
    1;
}

fn main() {
    drop(semicolon_too_many());
}
