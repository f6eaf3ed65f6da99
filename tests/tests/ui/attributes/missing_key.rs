use phoenix_trace::{attribute_keys, record};

attribute_keys! {
    mod keys {
        TASK_ID: "phoenix.task.id" => string,
        QUEUE_DEPTH: "phoenix.queue.depth" => int,
    }
}

fn main() {
    record!(keys::TASK = "x");
    record!(keys::QUEUE_DEPTH = %1);
    record!(keys::TASK_ID = "x");
    record!(keys::QUEUE_DEPTH = 1);
}
