use phoenix_trace::traced_operation;

#[traced_operation(attributes("error.type" = ["a", "b"]))]
fn annotated() {}

fn main() {}
