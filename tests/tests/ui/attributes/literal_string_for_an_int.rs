use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.response.status_code" = "200"))]
fn annotated() {}

fn main() {}
