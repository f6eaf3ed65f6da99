use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.requst.method" = "GET"))]
fn annotated() {}

fn main() {}
