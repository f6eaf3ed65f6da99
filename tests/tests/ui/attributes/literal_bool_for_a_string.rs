use phoenix_trace::traced_operation;

#[traced_operation(attributes("url.path" = true))]
fn annotated() {}

fn main() {}
