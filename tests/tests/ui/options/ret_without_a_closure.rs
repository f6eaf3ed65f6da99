use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

#[traced_operation(ret(keys::ROWS = 7))]
fn load() -> u8 {
    1
}

fn main() {
    let _ = load();
}
