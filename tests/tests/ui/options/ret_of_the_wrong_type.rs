use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

#[traced_operation(ret(keys::ROWS))]
fn load() -> String {
    String::new()
}

fn main() {
    let _ = load();
}
