use phoenix_trace::traced_operation;

#[traced_operation(attributes("user.email" =))]
fn annotated() {}

fn main() {}
