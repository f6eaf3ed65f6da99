use phoenix_trace::{attribute_keys, record, traced_operation};

attribute_keys! {
    mod keys {
        TASK_ID: "phoenix.task.id" => string,
        QUEUE_DEPTH: "phoenix.queue.depth" => int,
    }
}

struct Task {
    id: u64,
    name: String,
}

#[traced_operation(attributes("http.response.status_code" = task.name, "http.request.method" = task.id))]
async fn annotated(task: &Task) {
    record!(keys::TASK_ID = task.id);
    record!(keys::QUEUE_DEPTH = task.name.clone() + "x");
}

fn main() {
    drop(annotated(&Task { id: 1, name: String::new() }));
}
