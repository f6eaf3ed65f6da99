use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        TYPE: "phoenix.type" => u64,
    }
}

fn main() {}
