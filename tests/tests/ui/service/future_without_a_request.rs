use phoenix_trace::traced_grpc_service;

mod orders_server {
    pub const SERVICE_NAME: &str = "shop.Orders";

    pub trait Orders {
        fn ready(&self) -> impl Future<Output = bool>;
    }
}

struct Service;

#[traced_grpc_service]
impl orders_server::Orders for Service {
    async fn ready(&self) -> bool {
        true
    }
}

fn main() {}
