//! What the receiver answers: acceptance, or one of the ways in which a collector fails.

use std::time::Duration;

use tonic::Code;

/// How the receiver treats a request.
///
/// Spans, or points, of a request are recorded exactly when the answer says that they were accepted: on
/// [`Ok`](Self::Ok), on [`Delay`](Self::Delay), and for the accepted part of a
/// [`PartialSuccess`](Self::PartialSuccess).
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::testing::{Fault, OtlpReceiver};
///
/// let receiver = OtlpReceiver::start()?;
/// receiver.respond_times(2, Fault::Unavailable);
/// receiver.respond_times(1, Fault::Throttle { retry_after: Some(Duration::from_secs(1)) });
/// // After these three requests everything is accepted again.
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Fault {
    /// No fault: the request is accepted.
    #[default]
    Ok,
    /// gRPC `UNAVAILABLE`, HTTP 503. A client may retry.
    Unavailable,
    /// gRPC `RESOURCE_EXHAUSTED`, HTTP 429; with a `RetryInfo` or a `Retry-After` header when a
    /// time is given. `Retry-After` counts whole seconds, so the time is rounded up there.
    Throttle {
        /// How long the client is asked to wait.
        retry_after: Option<Duration>,
    },
    /// This gRPC code; over HTTP the status that corresponds to it, with a `google.rpc.Status`.
    Status(Code),
    /// This bare HTTP status, on the gRPC port too: what a proxy in between answers.
    Http {
        /// The status code; one that HTTP does not have becomes 500.
        status: u16,
        /// The value of a `Retry-After` header, rounded up to whole seconds.
        retry_after: Option<Duration>,
    },
    /// Exactly this HTTP answer on both ports. With `grpc-status` among its headers it is a gRPC answer without a message.
    Answer {
        /// The status code; one that HTTP does not have becomes 500.
        status: u16,
        /// Names and values of headers; those that HTTP does not allow are left out.
        headers: Vec<(String, String)>,
        /// The body, whole.
        body: Vec<u8>,
    },
    /// Success, but the last `rejected` spans, or points, of the request are not taken.
    ///
    /// `rejected: 0` with a message is a warning that comes with full success.
    PartialSuccess {
        /// The number of spans or points not taken.
        rejected: i64,
        /// Why.
        message: String,
    },
    /// Accepts at once and answers after this time: the client may have given up by then.
    Delay(Duration),
    /// Reads the request and never answers. Nothing is recorded.
    Hang,
    /// Reads the request and closes the connection. Nothing is recorded.
    CloseConnection,
}

impl Fault {
    /// How many of a request's `count` spans are accepted under this fault.
    pub(super) fn accepted(&self, count: usize) -> usize {
        match self {
            Self::Ok | Self::Delay(_) => count,
            Self::PartialSuccess { rejected, .. } => {
                count.saturating_sub(usize::try_from(*rejected).unwrap_or(0))
            }
            _ => 0,
        }
    }
}
