use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        DOTS: "phoenix..id" => string,
    }
}

fn main() {}
