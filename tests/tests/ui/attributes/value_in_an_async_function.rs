use phoenix_trace::traced_operation;

#[traced_operation(attributes("http.request.method" = id))]
async fn annotated(id: u64) {}

fn main() {}
