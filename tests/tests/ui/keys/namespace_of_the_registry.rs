use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        SPACE: "http.request" => string,
    }
}

fn main() {}
