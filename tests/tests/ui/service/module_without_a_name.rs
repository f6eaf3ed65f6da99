use phoenix_trace::traced_grpc_service;
use tonic::{Request, Response, Status};

mod orders {
    #[tonic::async_trait]
    pub trait Orders {
        async fn get(&self, request: tonic::Request<u8>) -> Result<tonic::Response<u8>, tonic::Status>;
    }
}

struct Service;

#[traced_grpc_service]
#[tonic::async_trait]
impl orders::Orders for Service {
    async fn get(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

fn main() {}
