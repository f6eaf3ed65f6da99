use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        NO_KEY: string,
    }
}

fn main() {}
