use phoenix_trace::traced_grpc_service;
use tonic::{Request, Response, Status};

mod orders_server {
    use tonic::{Request, Response, Status};

    pub const SERVICE_NAME: &str = "shop.Orders";

    #[tonic::async_trait]
    pub trait Orders {
        type WatchStream: tokio_stream::Stream<Item = Result<u8, Status>> + Send + 'static;
        async fn watch(&self, request: Request<u8>) -> Result<Response<Self::WatchStream>, Status>;
    }
}

type Numbers = tokio_stream::Empty<Result<u8, Status>>;
type Alias = Numbers;

struct Service;

#[traced_grpc_service]
#[tonic::async_trait]
impl orders_server::Orders for Service {
    type WatchStream = Numbers;

    async fn watch(&self, request: Request<u8>) -> Result<Response<Alias>, Status> {
        let _ = request;
        Ok(Response::new(tokio_stream::empty()))
    }
}

fn main() {}
