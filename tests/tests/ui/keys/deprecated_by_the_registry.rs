use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        OLD: "http.method" => string,
    }
}

fn main() {}
