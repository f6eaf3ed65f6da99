use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        TYPE: "phoenix.type" => duration,
    }
}

fn main() {}
