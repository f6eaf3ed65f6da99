//! Status codes: their names, and which of them a server is to blame for.

use tonic::Code;

/// The name of a code as gRPC writes it, for attributes and metrics.
///
/// ```
/// use phoenix_trace_runtime::grpc::code_name;
///
/// assert_eq!(code_name(tonic::Code::NotFound), "NOT_FOUND");
/// ```
#[must_use]
pub const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// Does this code make the span of a server an error? On a client every code but OK does.
///
/// ```
/// use phoenix_trace_runtime::grpc::is_server_error;
///
/// assert!(is_server_error(tonic::Code::Internal));
/// assert!(!is_server_error(tonic::Code::NotFound));
/// ```
#[must_use]
pub const fn is_server_error(code: Code) -> bool {
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
