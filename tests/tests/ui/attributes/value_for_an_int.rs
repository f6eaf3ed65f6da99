use phoenix_trace::traced_operation;

struct Task {
    name: String,
}

#[traced_operation(attributes("http.response.status_code" = task.name))]
fn annotated(task: &Task) {}

fn main() {}
