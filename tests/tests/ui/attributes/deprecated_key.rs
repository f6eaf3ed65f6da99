use phoenix_trace::{record, traced_operation};

#[traced_operation(attributes(
    "http.method" = "GET",
    "http.url" = "http://localhost",
    "http.flavor" = "1.1",
    "k8s.pod.labels.app" = "web",
    "rpc.grpc.status_code" = 0,
))]
fn annotated() {}

fn main() {
    annotated();
    record!("deployment.environment" = "production");
}
