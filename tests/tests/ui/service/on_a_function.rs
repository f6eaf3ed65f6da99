use phoenix_trace::traced_grpc_service;

#[traced_grpc_service]
fn get() {}

fn main() {
    get();
}
