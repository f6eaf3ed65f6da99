use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        EMAIL: "phoenix.email" => string, sensitive = false,
        PHONE: "phoenix.phone" => string, sensitive(hash),
    }
}

fn main() {}
