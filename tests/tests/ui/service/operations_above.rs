use phoenix_trace::{traced_grpc_service, traced_operation};
use tonic::{Request, Response, Status};

mod orders_server {
    pub const SERVICE_NAME: &str = "shop.Orders";

    #[tonic::async_trait]
    pub trait Orders {
        async fn get(&self, request: tonic::Request<u8>) -> Result<tonic::Response<u8>, tonic::Status>;
    }
}

struct Service;

#[traced_operation]
#[traced_grpc_service]
#[tonic::async_trait]
impl orders_server::Orders for Service {
    #[traced_operation(rpc = "Get")]
    async fn get(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

fn main() {}
