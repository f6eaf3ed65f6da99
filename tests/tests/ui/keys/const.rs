use phoenix_trace::{attribute_keys, record};

attribute_keys! {
    pub mod keys {
        const TASK_ID: "phoenix.task.id" => string,
        pub static QUEUE_DEPTH: "phoenix.queue.depth" => int, sensitive,
        USER: "phoenix.user" => string,
    }
}

fn main() {
    record!(keys::TASK_ID = "7", keys::QUEUE_DEPTH = 3, keys::USER = "me");
}
