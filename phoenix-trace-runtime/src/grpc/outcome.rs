//! What the response to a call means for its span: the status from the trailers, or from the head where it is all there
//! is; a status that never came is UNKNOWN. A call that nobody answered before its deadline has missed it, whoever gave it up then.

use std::error::Error;
use std::fmt::Display;

use bytes::Buf;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response, StatusCode};
use percent_encoding::percent_decode;
use tonic::{Code, ConnectError, Status, TimeoutExpired};

use super::deadline::{Deadline, MISSED};
use super::known::{NO_NAME, OTHER, Unknown, may_refuse};
use super::messages::{Messages, Way};
use super::server::{GRPC, speaks_grpc};
use super::{STATUS_CODE, code_name, is_server_error};
use crate::boundary::{
    BodyError, Fault, Protocol, Rest, announce, answer, believe, chain, fail, keys, note_peer,
    text, withhold_name,
};
use crate::outcome::source_of;
use crate::record::carry::with_active;
use crate::record::running::Running;
use crate::record::told::{MESSAGE_LENGTH, Told, bounded};
use crate::value::Attr;

/// The server's side of a call: the codes in [`is_server_error`] are errors.
#[derive(Clone, Debug, Default)]
pub struct ServerSide {
    head: Head,
    /// The call, as long as its method is not known.
    unknown: Option<Unknown>,
    deadline: Deadline,
    sent: Option<Messages>,
}

/// The client's side of a call: every code but OK is an error; the segment is kept for those in [`is_server_error`].
#[derive(Clone, Debug, Default)]
pub struct ClientSide {
    head: Head,
    /// May the server say who it is, and what it keeps?
    believed: bool,
    deadline: Deadline,
    received: Option<Messages>,
}

impl ServerSide {
    /// Of a call whose messages may be recorded.
    pub(crate) fn new(unknown: Option<Unknown>, deadline: Deadline, messages: bool) -> Self {
        Self {
            unknown,
            deadline,
            sent: messages.then(|| Messages::new(Way::Sent)),
            ..Self::default()
        }
    }
}

impl ClientSide {
    /// Of a call whose messages may be recorded.
    pub(super) fn new(believed: bool, deadline: Deadline, messages: bool) -> Self {
        Self {
            believed,
            deadline,
            received: messages.then(|| Messages::new(Way::Received)),
            ..Self::default()
        }
    }
}

/// What the head of the response has told.
#[derive(Clone, Debug, Default)]
struct Head {
    status: StatusCode,
    /// It is gRPC that answers, or gRPC-Web.
    grpc: bool,
    /// gRPC-Web: the status travels inside the body.
    web: bool,
}

/// How a call ended.
struct Ended {
    code: Code,
    message: String,
}

impl Head {
    fn of<B>(response: &Response<B>) -> Self {
        let kind = response.headers().get(CONTENT_TYPE);
        let is = |name: &[u8]| kind.is_some_and(|kind| kind.as_bytes().starts_with(name));
        Self {
            status: response.status(),
            grpc: is(GRPC),
            web: is(b"application/grpc-web"),
        }
    }

    /// The status of a call whose response did not tell it; `None`: it cannot be seen from here.
    fn untold(&self) -> Option<Ended> {
        if self.web {
            return None;
        }
        let code = match self.status {
            StatusCode::BAD_REQUEST => Code::Internal,
            StatusCode::UNAUTHORIZED => Code::Unauthenticated,
            StatusCode::FORBIDDEN => Code::PermissionDenied,
            StatusCode::NOT_FOUND => Code::Unimplemented,
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => Code::Unavailable,
            _ => Code::Unknown,
        };
        let message = match self.status {
            StatusCode::OK => "the response has no grpc-status".to_owned(),
            status => format!("HTTP status {status}"),
        };
        Some(Ended { code, message })
    }
}

impl Ended {
    /// The status in trailers, or in the head of a response without a body.
    fn told(headers: &HeaderMap) -> Option<Self> {
        let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
        let failed = code != Code::Ok;
        let message = match failed.then(|| headers.get(Status::GRPC_MESSAGE)).flatten() {
            Some(message) => {
                let bytes = message.as_bytes();
                // A byte takes three when it is encoded; the rest is cut off anyway.
                let bytes = bytes.get(..4 * MESSAGE_LENGTH).unwrap_or(bytes);
                let message = percent_decode(bytes).decode_utf8_lossy();
                bounded(format_args!("{message}"), MESSAGE_LENGTH)
            }
            None => String::new(),
        };
        Some(Self { code, message })
    }

    /// The status of a call that was given up; `None`: before its deadline, so that it was cancelled.
    fn missed(deadline: Deadline) -> Option<Self> {
        deadline.has_passed().then(|| Self {
            code: Code::DeadlineExceeded,
            message: MISSED.to_owned(),
        })
    }

    /// The status that an error stands for, as tonic makes one of it but for deadlines.
    fn of(error: &(dyn Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(status) = error.downcast_ref::<Status>() {
                return Self::of_status(status);
            }
            if let Some(code) = code_of(error) {
                return Self::of_error(code, error);
            }
            next = source_of(error);
        }
        Self::of_error(Code::Unknown, error)
    }

    fn of_error(code: Code, error: &(dyn Error + 'static)) -> Self {
        let message = chain(error, source_of(error)).message;
        Self { code, message }
    }

    fn of_status(status: &Status) -> Self {
        Self {
            code: status.code(),
            message: bounded(format_args!("{}", status.message()), MESSAGE_LENGTH),
        }
    }

    fn of_body(error: BodyError<'_>) -> Self {
        if let Some(status) = error.any.downcast_ref::<Status>() {
            return Self::of_status(status);
        }
        match error.boxed() {
            Some(error) => Self::of(error),
            None => Self {
                code: Code::Unknown,
                message: error.told().message,
            },
        }
    }

    /// `keeps`: is the segment kept for it, if it is an error?
    fn write(self, span: &mut Running<'_>, is_error: bool, keeps: bool) {
        let Self { code, message } = self;
        span.edit(move |strand, number| {
            strand.set_plain(number, &[Attr::new(&STATUS_CODE, code_name(code))]);
            if !is_error {
                strand.note_code(code_name(code));
            }
        });
        if is_error {
            let told = Told {
                message,
                ..Told::default()
            };
            fail(span, code_name(code), told, keeps);
        }
    }
}

/// The code of an error that has one by itself. `None`: its source may.
fn code_of(error: &(dyn Error + 'static)) -> Option<Code> {
    if error.is::<TimeoutExpired>() {
        // Of which tonic makes CANCELLED, as if the caller had lost interest.
        return Some(Code::DeadlineExceeded);
    }
    if error.is::<ConnectError>() {
        return Some(Code::Unavailable);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        // A ping that nobody has answered.
        let lost = error.is_timeout().then_some(Code::Unavailable);
        return lost.or_else(|| error.is_canceled().then_some(Code::Cancelled));
    }
    let reset = error.downcast_ref::<h2::Error>()?;
    Some(reset.reason().map_or(Code::Unknown, code_of_reset))
}

/// What a stream that is reset means (gRPC over HTTP/2, "Errors").
fn code_of_reset(reason: h2::Reason) -> Code {
    match reason {
        h2::Reason::NO_ERROR
        | h2::Reason::PROTOCOL_ERROR
        | h2::Reason::INTERNAL_ERROR
        | h2::Reason::FLOW_CONTROL_ERROR
        | h2::Reason::SETTINGS_TIMEOUT
        | h2::Reason::FRAME_SIZE_ERROR
        | h2::Reason::COMPRESSION_ERROR
        | h2::Reason::CONNECT_ERROR => Code::Internal,
        h2::Reason::REFUSED_STREAM => Code::Unavailable,
        h2::Reason::CANCEL => Code::Cancelled,
        h2::Reason::ENHANCE_YOUR_CALM => Code::ResourceExhausted,
        h2::Reason::INADEQUATE_SECURITY => Code::PermissionDenied,
        _ => Code::Unknown,
    }
}

/// Does the call come from outside? Its caller would decide what is kept there, by methods that nobody has and deadlines that nobody
/// can meet.
fn at_edge() -> bool {
    with_active(|strand| strand.context.at_edge) == Some(true)
}

fn at_server(span: &mut Running<'_>, ended: Option<Ended>) {
    if let Some(ended) = ended {
        let is_error = is_server_error(ended.code);
        ended.write(span, is_error, is_error);
    }
}

/// Is it gRPC that answers? Else a handler of plain HTTP has got a request that only says that it is a call, as anybody may.
pub(crate) fn is_answer(headers: &HeaderMap) -> bool {
    speaks_grpc(headers) || headers.contains_key(Status::GRPC_STATUS)
}

impl ServerSide {
    /// A method that the server does not have, or may not have, names no span: anybody can ask for any.
    pub(crate) fn unregistered(&mut self, span: &mut Running<'_>) {
        if let Some(unknown) = self.unknown.take() {
            return unknown.refused(span);
        }
        span.edit(|strand, number| {
            let name = strand.record(number);
            let name = name.map(|record| strand.name_of(record).to_owned());
            strand.rename(number, NO_NAME);
            let original = name.as_deref().unwrap_or_default();
            let method = [
                text(&keys::RPC_METHOD, OTHER),
                text(&keys::RPC_METHOD_ORIGINAL, original),
            ];
            strand.set_plain(number, &method);
        });
    }

    /// The call comes to its end before its answer.
    fn unanswered(&mut self, span: &mut Running<'_>) {
        if let Some(unknown) = self.unknown.take() {
            unknown.refused(span);
        }
    }

    /// The call was answered with `code`, or begins to be: `None`. Does that tell that the server has its method?
    fn learn(&mut self, span: &mut Running<'_>, code: Option<Code>) {
        let Some(unknown) = self.unknown.take() else {
            return;
        };
        if code.is_some_and(may_refuse) {
            unknown.refused(span);
        } else {
            unknown.answered(span);
        }
    }
}

impl Protocol for ServerSide {
    const MAY_BE_IGNORED: bool = false;

    fn head<B: http_body::Body>(
        &mut self,
        span: &mut Running<'_>,
        response: &mut Response<B>,
    ) -> Rest {
        answer(response.headers_mut());
        self.head = Head::of(response);
        let told = Ended::told(response.headers());
        let is_told = told.is_some();
        let alone = told.or_else(|| {
            let missing = self.head.status == StatusCode::NOT_FOUND;
            missing.then(|| self.head.untold()).flatten()
        });
        let Some(ended) = alone else {
            if self.head.web {
                // Its trailers are inside of the body.
                announce(response.headers_mut());
            }
            if self.head.status == StatusCode::OK && self.head.grpc {
                self.learn(span, None);
            } else {
                self.unanswered(span);
            }
            return Rest::Body(None);
        };
        if ended.code == Code::Unimplemented && (ended.message.is_empty() || !is_told) {
            self.unregistered(span);
            ended.write(span, true, !at_edge());
        } else {
            self.learn(span, Some(ended.code));
            at_server(span, Some(ended));
        }
        announce(response.headers_mut());
        Rest::Nothing
    }

    fn data<D: Buf>(&mut self, data: &D) {
        if let Some(messages) = &mut self.sent {
            messages.record(data);
        }
    }

    fn trailers(&mut self, span: &mut Running<'_>, trailers: &mut HeaderMap) {
        at_server(span, Ended::told(trailers).or_else(|| self.head.untold()));
        withhold_name(trailers);
        announce(trailers);
    }

    fn end(&mut self, span: &mut Running<'_>) {
        at_server(span, self.head.untold());
    }

    fn abandoned(&mut self, span: &mut Running<'_>) {
        self.unanswered(span);
        if let Some(missed) = Ended::missed(self.deadline) {
            let keeps = !at_edge() || self.deadline.own_has_passed();
            missed.write(span, true, keeps);
        }
    }

    fn broken(&mut self, span: &mut Running<'_>, error: BodyError<'_>) {
        at_server(span, Some(Ended::of_body(error)));
    }
}

impl<E: Display + 'static> Fault<E> for ServerSide {
    fn fault(&mut self, span: &mut Running<'_>, error: &E) {
        self.unanswered(span);
        at_server(span, Some(Ended::of_body(BodyError::of(error))));
    }
}

impl ClientSide {
    fn ended(&self, span: &mut Running<'_>, ended: Option<Ended>) {
        let Some(mut ended) = ended else { return };
        if ended.code == Code::Cancelled && self.deadline.has_passed() {
            // Not by the caller: a server of tonic's, or a stream that was reset, says it for that.
            ended.code = Code::DeadlineExceeded;
        }
        let (is_error, keeps) = (ended.code != Code::Ok, is_server_error(ended.code));
        ended.write(span, is_error, keeps);
    }
}

impl Protocol for ClientSide {
    const MAY_BE_IGNORED: bool = false;

    fn head<B: http_body::Body>(
        &mut self,
        span: &mut Running<'_>,
        response: &mut Response<B>,
    ) -> Rest {
        self.head = Head::of(response);
        if self.believed {
            note_peer(span, response.headers());
            believe(response.headers());
        }
        match Ended::told(response.headers()) {
            Some(ended) => {
                self.ended(span, Some(ended));
                Rest::Nothing
            }
            None => Rest::Body(None),
        }
    }

    fn data<D: Buf>(&mut self, data: &D) {
        if let Some(messages) = &mut self.received {
            messages.record(data);
        }
    }

    fn trailers(&mut self, span: &mut Running<'_>, trailers: &mut HeaderMap) {
        if self.believed {
            believe(trailers);
        }
        self.ended(span, Ended::told(trailers).or_else(|| self.head.untold()));
    }

    fn end(&mut self, span: &mut Running<'_>) {
        self.ended(span, self.head.untold());
    }

    fn abandoned(&mut self, span: &mut Running<'_>) {
        self.ended(span, Ended::missed(self.deadline));
    }

    fn broken(&mut self, span: &mut Running<'_>, error: BodyError<'_>) {
        self.ended(span, Some(Ended::of_body(error)));
    }
}

impl<E: Error + 'static> Fault<E> for ClientSide {
    fn fault(&mut self, span: &mut Running<'_>, error: &E) {
        self.ended(span, Some(Ended::of(error)));
    }
}
