use phoenix_trace::traced_operation;

#[traced_operation(attributes(7 = 1))]
fn annotated() {}

fn main() {}
