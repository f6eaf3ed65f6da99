//! gRPC boundaries for tonic: tower layers, interceptors where only those fit, and the status codes by name.
//!
//! [`GrpcServerLayer`] goes around a server, [`GrpcClientLayer`] around a channel. Names, attributes and status follow
//! the OpenTelemetry conventions for gRPC spans.

mod attributes;
mod client;
mod deadline;
mod interceptor;
mod known;
mod messages;
mod outcome;
mod server;
#[doc(hidden)]
pub mod service;
mod status;

pub use crate::boundary::{BoxedErrors, ResponseBody, ResponseFuture};
pub use client::{GrpcClient, GrpcClientLayer};
pub(crate) use deadline::Deadline;
pub use interceptor::{TracingClientInterceptor, TracingInterceptor};
pub(crate) use known::{Known, Unknown};
pub(crate) use outcome::is_answer;
pub use outcome::{ClientSide, ServerSide};
pub use server::{GrpcServer, GrpcServerLayer};
pub(crate) use server::{is_rpc, server_span};
pub(crate) use status::STATUS_CODE;
pub use status::{code_name, is_server_error};
