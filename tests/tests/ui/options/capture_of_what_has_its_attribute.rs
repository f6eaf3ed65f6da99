use phoenix_trace::traced_operation;

#[traced_operation(capture(user: "user.id"), attributes("user.id" = user))]
fn load(user: &str) {}

fn main() {
    load("");
}
