use phoenix_trace::{attribute_keys, traced_operation};

attribute_keys! {
    mod keys {
        ROWS: "phoenix.rows" => int,
    }
}

#[traced_operation(ret(keys::ROWS = |text| text.as_str()))]
async fn load() -> String {
    String::new()
}

fn main() {
    drop(load());
}
