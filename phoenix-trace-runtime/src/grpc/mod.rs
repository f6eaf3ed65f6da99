//! gRPC boundaries for tonic.

#[doc(hidden)]
pub mod service;
