use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

#[derive(Debug)]
struct Placement;

struct Opaque;

#[traced_operation(ret)]
fn nothing() {}

#[traced_operation(ret = true)]
fn assigned() -> u8 {
    1
}

#[traced_operation(ret())]
fn empty() -> u8 {
    1
}

#[traced_operation(ret(%keys::ROWS))]
fn sign_first() -> u8 {
    1
}

#[traced_operation(ret("phoenix.rows" = |rows| rows, keys::ROWS = 7, keys::ROWS |rows| rows))]
fn keyed() -> u8 {
    1
}

#[traced_operation(ret("http.response.status_code" = |_| "200", "server.port" = |port| port.checked_add(1)?))]
fn checked() -> u8 {
    1
}

fn main() {
    nothing();
    let _ = (Placement, Opaque);
    let _ = (assigned(), empty(), sign_first(), keyed(), checked());
}
