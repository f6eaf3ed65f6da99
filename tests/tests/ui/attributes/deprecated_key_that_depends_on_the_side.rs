use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.url" = "http://localhost"))]
fn annotated() {}

fn main() {}
