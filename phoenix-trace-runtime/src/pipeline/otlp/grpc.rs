//! OTLP over gRPC: one message in a frame each way, and a status in the trailers.
//!
//! Requests and answers are framed here, over the same connections as OTLP over HTTP: a client of tonic's would make one
//! error of a connection that was refused and one that broke when the spans were on their way, and of a receiver that
//! asks for a pause and an answer that was too long.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use http::header::{HeaderName, TE};
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::percent_decode;
use prost::Message as _;
use tonic::Code;
use tonic_types::RpcStatusExt as _;

use super::super::destination::Answer;
use super::answer::{LONGEST_PAUSE, Teller, UNAUTHENTICATED};
use super::connection::{End, Response};
use super::http::is;
use crate::config::Compression;
use crate::grpc_code;

/// What stands before a message: whether it is compressed, and its length in four bytes.
pub(super) const FRAME: usize = 5;

/// Writes the frame of the message that begins at `start`, where there is room before it.
pub(super) fn frame(buffer: &mut [u8], start: usize, compressed: bool) {
    let length = u32::try_from(buffer.len() - start).unwrap_or(u32::MAX);
    if let Some(frame) = buffer.get_mut(start - FRAME..start) {
        frame[0] = u8::from(compressed);
        frame[1..].copy_from_slice(&length.to_be_bytes());
    }
}

/// Adds the headers of a request; gives back its content type.
pub(super) fn headers(compression: Compression, headers: &mut HeaderMap) -> HeaderValue {
    headers.insert(TE, HeaderValue::from_static("trailers"));
    let encoding = match compression {
        Compression::None => None,
        Compression::Gzip => Some("gzip"),
        Compression::Zstd => Some("zstd"),
    };
    if let Some(encoding) = encoding {
        let name = HeaderName::from_static("grpc-encoding");
        headers.insert(name, HeaderValue::from_static(encoding));
    }
    HeaderValue::from_static("application/grpc")
}

pub(super) fn answer(response: &Response, teller: &Teller) -> Answer {
    let Response {
        status,
        headers,
        body,
        end,
    } = response;
    if *status != StatusCode::OK {
        return teller.refused(*status, headers, "");
    }
    let trailers = match end {
        End::Complete(trailers) => trailers.as_ref(),
        End::TooLong | End::Broken(_) => None,
    };
    let told = [trailers, Some(headers)].into_iter().flatten();
    if let Some(status) = told.filter_map(Status::of).next() {
        return match status.code {
            Code::Ok => message(body, teller),
            _ => refused(&status, teller),
        };
    }
    match end {
        End::TooLong => teller.unreadable("with more than 4 MiB, which are not read"),
        End::Broken(why) => Answer::Unknown {
            why: teller.say(&format!("did not answer: {why}")),
            again: true,
        },
        End::Complete(_) if is_grpc(headers) => Answer::Unknown {
            why: teller.say("broke off before it answered"),
            again: true,
        },
        End::Complete(_) => Answer::Hopeless {
            why: teller.say(&format!(
                "answered, but does not speak gRPC{}",
                teller.no_service()
            )),
        },
    }
}

/// Did the receiver not take the credentials?
pub(super) fn is_denied(response: &Response) -> bool {
    let trailers = match &response.end {
        End::Complete(trailers) => trailers.as_ref(),
        End::TooLong | End::Broken(_) => None,
    };
    let told = [trailers, Some(&response.headers)].into_iter().flatten();
    let status = told.filter_map(Status::of).next();
    status
        .is_some_and(|status| matches!(status.code, Code::Unauthenticated | Code::PermissionDenied))
}

fn is_grpc(headers: &HeaderMap) -> bool {
    is(headers, "application/grpc") || is(headers, "application/grpc+proto")
}

/// The message of a call that succeeded.
fn message(body: &[u8], teller: &Teller) -> Answer {
    match body.split_first_chunk::<FRAME>() {
        Some(([0, length @ ..], message))
            if u32::from_be_bytes(*length) as usize == message.len() =>
        {
            teller.taken(message)
        }
        _ => teller.unreadable("with success, but no message that can be read"),
    }
}

/// How a call ended.
#[derive(Debug)]
struct Status {
    code: Code,
    message: String,
    /// The pause that the receiver asks for.
    retry: Option<Duration>,
}

impl Status {
    /// Read with nothing taken for granted: it comes from outside.
    fn of(headers: &HeaderMap) -> Option<Self> {
        const BASE64: GeneralPurpose = GeneralPurpose::new(
            &STANDARD,
            GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
        );
        let code = Code::from_bytes(headers.get("grpc-status")?.as_bytes());
        let message = headers
            .get("grpc-message")
            .map_or(String::new(), |message| {
                percent_decode(message.as_bytes())
                    .decode_utf8_lossy()
                    .into_owned()
            });
        let details = headers.get("grpc-status-details-bin");
        let retry = details.and_then(|details| {
            let details = BASE64.decode(details.as_bytes()).ok()?;
            let status = tonic_types::Status::decode(details.as_slice()).ok()?;
            let pause = status.get_details_retry_info()?.retry_delay?;
            Some(pause.min(LONGEST_PAUSE))
        });
        Some(Self {
            code,
            message,
            retry,
        })
    }

    /// Receivers of different makes say it in different words.
    fn says_too_large(&self) -> bool {
        let message = self.message.to_ascii_lowercase();
        [
            "larger than max",
            "too large",
            "exceeds maximum size",
            "message size exceeds",
        ]
        .iter()
        .any(|words| message.contains(words))
    }
}

fn refused(status: &Status, teller: &Teller) -> Answer {
    let remedy = match status.code {
        Code::Unauthenticated => UNAUTHENTICATED.to_owned(),
        Code::PermissionDenied => teller.forbidden(),
        Code::Unimplemented => teller.no_service(),
        _ => String::new(),
    };
    let name = grpc_code::name(status.code);
    let colon = if status.message.is_empty() { "" } else { ": " };
    let message = teller.quote(&status.message);
    let why = teller.say(&format!("answered {name}{colon}{message}{remedy}"));
    let after = status.retry;
    match status.code {
        Code::ResourceExhausted | Code::OutOfRange if status.says_too_large() => {
            Answer::TooLarge { why }
        }
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Answer::Later { why, after },
        Code::ResourceExhausted if after.is_some() => Answer::Later { why, after },
        Code::Unauthenticated | Code::PermissionDenied | Code::Unimplemented => {
            Answer::Hopeless { why }
        }
        _ => Answer::Refused { why },
    }
}
