use phoenix_trace::traced_operation;

#[traced_operation(capture(user: "user.idd"))]
fn load(user: &str) {}

fn main() {
    load("");
}
