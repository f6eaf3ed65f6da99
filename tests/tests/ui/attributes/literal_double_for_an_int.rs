use phoenix_trace::traced_operation;

#[traced_operation(attributes("server.port" = 80.5))]
fn annotated() {}

fn main() {}
