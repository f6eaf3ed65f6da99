use phoenix_trace::attribute_keys;

attribute_keys! {
    mod keys {
        TASK: "phoenix.task" => string,
        AGAIN: "phoenix.task" => int,
    }
}

fn main() {}
