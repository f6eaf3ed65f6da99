use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        STATE: "phoenix.state" => enum State {},
    }
}

fn main() {}
