use phoenix_trace::traced_grpc_service;

mod orders_server {
    pub const SERVICE_NAME: &str = "shop.Orders";

    pub trait Orders {
        fn get(&self, request: tonic::Request<u8>) -> u8;
    }
}

struct Service;

#[traced_grpc_service]
impl orders_server::Orders for Service {
    fn get(&self, request: tonic::Request<u8>) -> u8 {
        request.into_inner()
    }
}

fn main() {}
