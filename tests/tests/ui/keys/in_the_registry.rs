use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        METHOD: "http.request.method" => string,
    }
}

fn main() {}
