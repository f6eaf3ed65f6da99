//! What is returned has the wrong type for the form in which it is to be recorded.

use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

struct Opaque;

#[traced_operation(ret)]
fn untyped() -> Opaque {
    Opaque
}

#[traced_operation(ret(?))]
async fn not_debug() -> Result<Opaque, u8> {
    Ok(Opaque)
}

#[traced_operation(ret(keys::ROWS))]
fn wrong_type() -> String {
    String::new()
}

#[traced_operation(ret(keys::ROWS = |text| text.as_str(), "user.id" = |text| text.lenght()))]
async fn wrong_part() -> String {
    String::new()
}

#[traced_operation(err(?))]
fn not_debug_error() -> Result<(), Opaque> {
    Err(Opaque)
}

fn main() {
    let _ = (untyped(), wrong_type(), not_debug_error());
    drop((not_debug(), wrong_part()));
}
