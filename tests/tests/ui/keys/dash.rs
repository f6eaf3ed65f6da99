use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        DASH: "phoenix.task-id" => string,
    }
}

fn main() {}
