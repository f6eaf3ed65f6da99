use phoenix_trace::traced_operation;

#[traced_operation(attributes(task_id = task))]
fn load(task: &str) {}

fn main() {
    load("");
}
