use phoenix_trace::traced_operation;

#[traced_operation(capture(user: "user.id" = user.trim()))]
fn load(user: &str) {}

fn main() {
    load("");
}
