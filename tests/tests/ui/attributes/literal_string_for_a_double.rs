use phoenix_trace::traced_operation;

#[traced_operation(attributes("gen_ai.request.temperature" = "hot"))]
fn annotated() {}

fn main() {}
