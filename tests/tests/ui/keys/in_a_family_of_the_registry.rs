use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        HEADER: "http.request.header.accept" => string[],
    }
}

fn main() {}
