use phoenix_trace::traced_operation;

#[traced_operation(attributes("rpc.grpc.status_code" = 0))]
fn annotated() {}

fn main() {}
