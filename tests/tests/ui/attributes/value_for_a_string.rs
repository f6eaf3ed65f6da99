use phoenix_trace::traced_operation;

struct Task {
    id: u64,
}

#[traced_operation(attributes("http.request.method" = task.id))]
fn annotated(task: &Task) {}

fn main() {}
