use phoenix_trace::traced_operation;

#[traced_operation(attributes("user.id" = "a", "user.id" = "b"))]
fn annotated() {}

fn main() {}
