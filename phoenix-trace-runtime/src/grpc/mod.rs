//! gRPC boundaries for tonic: tower layers, interceptors where only those fit, and the status codes by name.
//!
//! [`GrpcServerLayer`] goes around a server, [`GrpcClientLayer`] around a channel. Names, attributes and status follow
//! the OpenTelemetry conventions for gRPC spans.

mod client;
mod code;
mod interceptor;
mod outcome;
mod server;
#[doc(hidden)]
pub mod service;

use std::sync::Arc;

pub use client::{GrpcClient, GrpcClientLayer};
pub use code::{code_name, is_server_error};
pub use interceptor::{TracingClientInterceptor, TracingInterceptor};
pub use outcome::{ClientSide, ServerSide};
pub use server::{GrpcServer, GrpcServerLayer};

/// The status code of a call, by its name. The conventions have renamed it since their last release.
pub(crate) const STATUS_CODE: &str = "rpc.response.status_code";

/// In the extensions of a request that [`GrpcServerLayer`] has given its span: the method's full name, without the
/// leading slash, as the client wrote it.
#[derive(Clone, Debug)]
pub(crate) struct LayerSpan {
    #[expect(dead_code, reason = "for what serves the method")]
    pub(crate) method: Arc<str>,
}
