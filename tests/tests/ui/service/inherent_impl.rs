use phoenix_trace::traced_grpc_service;

struct Service;

#[traced_grpc_service]
impl Service {
    async fn get(&self, request: tonic::Request<u8>) -> Result<tonic::Response<u8>, tonic::Status> {
        Ok(tonic::Response::new(request.into_inner()))
    }
}

fn main() {
    drop(Service.get(tonic::Request::new(7)));
}
