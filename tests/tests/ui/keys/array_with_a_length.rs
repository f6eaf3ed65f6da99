use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        ARRAY: "phoenix.array" => string[3],
    }
}

fn main() {}
