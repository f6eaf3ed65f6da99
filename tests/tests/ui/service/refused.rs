use phoenix_trace::{traced_grpc_service, traced_operation};
use tonic::{Request, Response, Status};

mod orders_server {
    pub const SERVICE_NAME: &str = "shop.Orders";

    #[tonic::async_trait]
    pub trait Orders {
        async fn get(&self, request: tonic::Request<u8>) -> Result<tonic::Response<u8>, tonic::Status>;
    }
}

use orders_server::Orders;

struct Short;

#[traced_grpc_service]
#[tonic::async_trait]
impl Orders for Short {
    async fn get(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

struct Options;

#[traced_grpc_service(servce = "x", service = "shop/Orders")]
#[tonic::async_trait]
impl orders_server::Orders for Options {
    #[traced_operation(name = "get", kind = client, err = skip, rpc = "shop.Orders/Get", attributes("http.metod" = "x"), ret)]
    async fn get(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

struct Inherent;

#[traced_grpc_service]
impl Inherent {
    async fn get(&self, request: Request<u8>) -> Result<Response<u8>, Status> {
        Ok(Response::new(request.into_inner()))
    }
}

#[traced_grpc_service]
fn function() {}

fn main() {
    function();
    let _ = (Short.get(Request::new(1)), Options.get(Request::new(1)), Inherent.get(Request::new(1)));
    let _ = orders_server::SERVICE_NAME;
}
