use phoenix_trace::traced_operation;

#[traced_operation(capture(task_id, %user: "user.id"))]
fn load(task_id: u8, user: &str) {}

fn main() {
    load(1, "");
}
