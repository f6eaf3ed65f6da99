use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.request.haeder.accept" = ["x"]))]
fn annotated() {}

fn main() {}
