//! What `#[traced_grpc_service]` wraps around the methods of a service.
