use phoenix_trace::traced_operation;

#[traced_operation(attributes("user.name" "x"))]
fn annotated() {}

fn main() {}
