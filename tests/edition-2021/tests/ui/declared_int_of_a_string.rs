use phoenix_trace::{attribute_keys, record};

attribute_keys! {
    mod keys {
        TASK_ID: "phoenix.task.id" => string,
        QUEUE_DEPTH: "phoenix.queue.depth" => int,
        PLACEMENT: "phoenix.placement" => enum Placement { Queued, OutOfRoom = "no room" },
    }
}

fn late(name: String) {
    record!(keys::QUEUE_DEPTH = name + "x");
}

fn main() {}
