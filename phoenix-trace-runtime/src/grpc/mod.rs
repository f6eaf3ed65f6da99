//! gRPC boundaries for tonic.

#[doc(hidden)]
pub mod service;
mod status;

pub(crate) use status::{STATUS_CODE, code_name, is_server_error};

/// In the extensions of a request whose SERVER span a layer has made: the macro adds none.
#[derive(Clone, Debug)]
pub(crate) struct LayerSpan;
