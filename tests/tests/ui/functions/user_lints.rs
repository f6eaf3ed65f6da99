//! The compiler's lints see annotated functions as they were written.

#![deny(warnings)]

use phoenix_trace::traced_operation;

#[traced_operation]
fn unused_argument(n: u8) -> Result<(), u8> {
    Ok(())
}

#[traced_operation]
async fn unused_variable() -> u8 {
    let m = 1;
    return 2;
}

#[traced_operation]
fn unused_function() -> Result<(), u8> {
    let mut n = 1;
    Err(n)
}

#[traced_operation]
#[must_use]
fn must_be_used() -> u8 {
    1
}

#[traced_operation]
fn unreachable() -> Result<(), u8> {
    return Ok(());
    drop(1);
}

fn main() {
    let _ = unused_argument(1);
    drop(unused_variable());
    must_be_used();
    let _ = unreachable();
}
