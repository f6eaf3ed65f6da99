use phoenix_trace::traced_operation;

#[traced_operation(attributes(user_id = user))]
fn load(user: &str) {}

fn main() {
    load("");
}
