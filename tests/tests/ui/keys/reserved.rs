use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        MINE: "otel.mine" => string,
    }
}

fn main() {}
