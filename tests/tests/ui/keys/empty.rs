use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        EMPTY: "" => string,
    }
}

fn main() {}
