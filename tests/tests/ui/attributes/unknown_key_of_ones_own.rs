use phoenix_trace::traced_operation;

#[traced_operation(attributes("phoenix.task.id" = 7))]
fn annotated() {}

fn main() {}
