use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.request.method" = 7))]
fn annotated() {}

fn main() {}
