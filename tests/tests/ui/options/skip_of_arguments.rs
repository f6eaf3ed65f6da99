use phoenix_trace::traced_operation;

#[traced_operation(skip(user))]
fn load(user: &str) {}

fn main() {
    load("");
}
