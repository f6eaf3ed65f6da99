//! gRPC status codes as telemetry names and judges them (OpenTelemetry semantic conventions for RPC, 1.44).

use tonic::Code;

use crate::grpc_code;
use crate::key::{Key, types};

/// The status code as a string. Renamed `rpc.status_code` after 1.44: this is the only place that names it.
pub(crate) const STATUS_CODE: Key<types::Str> = Key::new("rpc.response.status_code");

/// The name of a code, as the gRPC specification spells it, for attributes and metrics.
///
/// ```
/// use phoenix_trace::grpc::code_name;
///
/// assert_eq!(code_name(tonic::Code::NotFound), "NOT_FOUND");
/// ```
#[must_use]
pub fn code_name(code: Code) -> &'static str {
    grpc_code::name(code)
}

/// Is the server at fault? Its span fails then; and only then does a client's failure keep the segment.
///
/// ```
/// use phoenix_trace::grpc::is_server_error;
///
/// assert!(is_server_error(tonic::Code::Internal));
/// assert!(!is_server_error(tonic::Code::NotFound));
/// ```
#[must_use]
pub fn is_server_error(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}
