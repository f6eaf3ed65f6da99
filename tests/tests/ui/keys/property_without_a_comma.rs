use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        EMAIL: "phoenix.email" => string, max_length = 64 sensitive,
        PHONE: "phoenix.phone" => string, sensitive max_length = 64,
    }
}

fn main() {}
