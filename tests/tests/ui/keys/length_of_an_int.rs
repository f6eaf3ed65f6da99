use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        DEPTH: "phoenix.depth" => int, max_length = 8,
    }
}

fn main() {}
