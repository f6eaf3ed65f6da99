use phoenix_trace::traced_operation;

#[traced_operation(capture(users: "user.id"))]
fn load(user: &str) {}

fn main() {
    load("");
}
