use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        UPPER: "Phoenix.TaskId" => string,
    }
}

fn main() {}
