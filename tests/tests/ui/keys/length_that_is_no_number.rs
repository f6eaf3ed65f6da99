use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        TEXT: "phoenix.text" => string, max_length = "64",
    }
}

fn main() {}
