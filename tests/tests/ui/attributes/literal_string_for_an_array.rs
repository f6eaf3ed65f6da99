use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.request.header.accept" = "text/html"))]
fn annotated() {}

fn main() {}
