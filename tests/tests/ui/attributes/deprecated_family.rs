use phoenix_trace::traced_operation;

#[traced_operation(attributes("k8s.pod.labels.app" = "web"))]
fn annotated() {}

fn main() {}
