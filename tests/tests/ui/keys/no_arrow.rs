use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        ARROW: "phoenix.arrow" = string,
    }
}

fn main() {}
