use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        SECRET: "phoenix.secret" => string, sensitive, sensitive,
    }
}

fn main() {}
