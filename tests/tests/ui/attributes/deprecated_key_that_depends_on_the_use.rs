use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.host" = "localhost"))]
fn annotated() {}

fn main() {}
