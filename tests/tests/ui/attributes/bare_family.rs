use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.request.header" = ["x"]))]
fn annotated() {}

fn main() {}
