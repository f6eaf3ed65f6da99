//! Faults in, answers out: what each [`Fault`] looks like on either protocol.

use std::future::pending;
use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode, header};
use http_body_util::Full;
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsPartialSuccess, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::fault::Fault;

/// What happens on the connection.
pub(super) enum Reply {
    Response(Response<Body>),
    Close,
}

type GrpcResult<R> = Result<tonic::Response<R>, Status>;

/// What success looks like, for traces and for metrics.
pub(super) trait Success: Message + Default {
    /// Some were not taken.
    fn partial(rejected: i64, message: String) -> Self;

    fn of(fault: &Fault) -> Self {
        match fault {
            Fault::PartialSuccess { rejected, message } => {
                Self::partial(*rejected, message.clone())
            }
            _ => Self::default(),
        }
    }
}

impl Success for ExportTraceServiceResponse {
    fn partial(rejected_spans: i64, error_message: String) -> Self {
        let partial_success = Some(ExportTracePartialSuccess {
            rejected_spans,
            error_message,
        });
        Self { partial_success }
    }
}

impl Success for ExportLogsServiceResponse {
    fn partial(rejected_log_records: i64, error_message: String) -> Self {
        Self {
            partial_success: Some(ExportLogsPartialSuccess {
                rejected_log_records,
                error_message,
            }),
        }
    }
}

impl Success for ExportMetricsServiceResponse {
    fn partial(rejected_data_points: i64, error_message: String) -> Self {
        let partial_success = Some(ExportMetricsPartialSuccess {
            rejected_data_points,
            error_message,
        });
        Self { partial_success }
    }
}

/// The gRPC answer, or what stands in its place when it is none.
pub(super) async fn over_grpc<R: Success>(fault: Fault) -> Result<GrpcResult<R>, Reply> {
    Ok(match fault {
        Fault::Unavailable => Err(Status::unavailable(
            "the receiver was told to be unavailable",
        )),
        Fault::Throttle { retry_after } => {
            let mut details = ErrorDetails::new();
            if retry_after.is_some() {
                details.set_retry_info(retry_after);
            }
            let message = "the receiver was told to throttle";
            Err(Status::with_error_details(
                Code::ResourceExhausted,
                message,
                details,
            ))
        }
        Fault::Status(Code::Ok) => Ok(tonic::Response::new(R::of(&Fault::Ok))),
        Fault::Status(code) => Err(Status::new(code, "the receiver was told to answer so")),
        Fault::Http {
            status,
            retry_after,
        } => return Err(bare(status, retry_after)),
        Fault::Answer {
            status,
            headers,
            body,
        } => return Err(exactly(status, &headers, body)),
        Fault::CloseConnection => return Err(Reply::Close),
        Fault::Hang => pending().await,
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            Ok(tonic::Response::new(R::of(&Fault::Ok)))
        }
        accepted @ (Fault::Ok | Fault::PartialSuccess { .. }) => {
            Ok(tonic::Response::new(R::of(&accepted)))
        }
    })
}

/// The HTTP answer.
pub(super) async fn over_http<R: Success>(fault: Fault) -> Reply {
    match fault {
        Fault::Unavailable => refuse(StatusCode::SERVICE_UNAVAILABLE, "told to be unavailable"),
        Fault::Throttle { retry_after } => bare(429, retry_after),
        Fault::Status(Code::Ok) => protobuf(StatusCode::OK, &R::of(&Fault::Ok)),
        Fault::Status(code) => protobuf(
            http_status(code),
            &tonic_types::Status {
                code: code.into(),
                message: "the receiver was told to answer so".into(),
                details: Vec::new(),
            },
        ),
        Fault::Http {
            status,
            retry_after,
        } => bare(status, retry_after),
        Fault::Answer {
            status,
            headers,
            body,
        } => exactly(status, &headers, body),
        Fault::CloseConnection => Reply::Close,
        Fault::Hang => pending().await,
        Fault::Delay(time) => {
            tokio::time::sleep(time).await;
            protobuf(StatusCode::OK, &R::of(&Fault::Ok))
        }
        accepted @ (Fault::Ok | Fault::PartialSuccess { .. }) => {
            protobuf(StatusCode::OK, &R::of(&accepted))
        }
    }
}

/// The answer over HTTP to what is refused, as the specification asks: with a `google.rpc.Status`.
pub(super) fn refuse(status: StatusCode, message: &str) -> Reply {
    let message = message.to_owned();
    protobuf(
        status,
        &tonic_types::Status {
            message,
            ..tonic_types::Status::default()
        },
    )
}

/// A status without a body.
fn bare(status: u16, retry_after: Option<Duration>) -> Reply {
    let mut response = Response::new(Body::default());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if let Some(time) = retry_after {
        let seconds = time
            .as_secs()
            .saturating_add(u64::from(time.subsec_nanos() > 0));
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, seconds.into());
    }
    Reply::Response(response)
}

fn exactly(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Reply {
    let mut response = Response::new(Body::new(Full::new(Bytes::from(body))));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.parse::<header::HeaderName>(), value.parse()) {
            response.headers_mut().append(name, value);
        }
    }
    Reply::Response(response)
}

fn protobuf(status: StatusCode, message: &impl Message) -> Reply {
    let body = Full::new(Bytes::from(message.encode_to_vec()));
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static("application/x-protobuf");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Reply::Response(response)
}

/// The HTTP status that `google.rpc.Code` documents for each code.
fn http_status(code: Code) -> StatusCode {
    match code {
        Code::Ok => StatusCode::OK,
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => {
            StatusCode::BAD_REQUEST
        }
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        // 499, which the table has for a cancelled call, is no registered status.
        Code::Cancelled => StatusCode::REQUEST_TIMEOUT,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
