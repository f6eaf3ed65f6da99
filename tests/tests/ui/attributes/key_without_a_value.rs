use phoenix_trace::traced_operation;

#[traced_operation(attributes("user.id"))]
fn annotated() {}

fn main() {}
