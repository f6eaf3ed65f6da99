//! What the response to an HTTP request means for its span.

use std::error::Error;
use std::fmt::Display;

use http::header::CONTENT_LENGTH;
use http::{HeaderMap, Method, Response, StatusCode};

use super::attributes::version;
use crate::boundary::{
    BodyError, Captured, Fault, Protocol, Rest, announce, answer, believe, chain, error_type, fail,
    int, keys, note_peer, text, url,
};
use crate::outcome::{short_type_name, source_of};
use crate::record::running::Running;
use crate::record::told::Told;

/// The server's side of an exchange: 5xx are errors.
#[derive(Clone, Debug)]
pub struct ServerSide {
    kind: Exchange,
    captured: Captured,
    /// The exchange is an RPC, whose outcome is that of its own protocol.
    #[cfg(feature = "grpc")]
    rpc: Option<crate::grpc::ServerSide>,
}

/// The client's side of an exchange: 4xx and 5xx are errors; the segment is kept for 5xx and for no response.
#[derive(Clone, Debug)]
pub struct ClientSide {
    kind: Exchange,
    captured: Captured,
    /// May the server know the context, and say who it is?
    is_for_us: bool,
}

/// What the method says about the body of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exchange {
    Plain,
    Head,
    Connect,
}

impl Exchange {
    fn of(method: &Method) -> Self {
        match *method {
            Method::HEAD => Self::Head,
            Method::CONNECT => Self::Connect,
            _ => Self::Plain,
        }
    }

    /// What follows the head: after an upgrade the connection is no longer HTTP's.
    fn rest<B: http_body::Body>(self, response: &Response<B>) -> Rest {
        let status = response.status();
        let bodiless = status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || self == Self::Head
            || self == Self::Connect && status.is_success();
        if bodiless {
            return Rest::Nothing;
        }
        let told = || {
            let length = response.headers().get(CONTENT_LENGTH)?;
            length.to_str().ok()?.parse().ok()
        };
        match response.body().size_hint().exact().or_else(told) {
            Some(0) => Rest::Nothing,
            length => Rest::Body(length),
        }
    }
}

fn status(span: &mut Running<'_>, status: StatusCode, is_error: bool) {
    span.edit(move |strand, number| {
        let code = int(&keys::HTTP_RESPONSE_STATUS_CODE, i64::from(status.as_u16()));
        strand.set_plain(number, &[code]);
        if !is_error {
            strand.note_code(status.as_str());
        }
    });
    if is_error {
        fail_with(span, status);
    }
}

#[cold]
fn fail_with(span: &mut Running<'_>, status: StatusCode) {
    let code = status.as_str().to_owned();
    fail(span, code, Told::default(), status.is_server_error());
}

impl ServerSide {
    pub(super) fn of(method: &Method) -> Self {
        Self {
            kind: Exchange::of(method),
            captured: Captured::default(),
            #[cfg(feature = "grpc")]
            rpc: None,
        }
    }

    pub(super) fn capturing(self, captured: &Captured) -> Self {
        let captured = captured.clone();
        Self { captured, ..self }
    }

    #[cfg(feature = "grpc")]
    pub(super) fn of_rpc(
        unknown: Option<crate::grpc::Unknown>,
        deadline: crate::grpc::Deadline,
    ) -> Self {
        Self {
            kind: Exchange::Plain,
            captured: Captured::default(),
            rpc: Some(crate::grpc::ServerSide::new(unknown, deadline, false)),
        }
    }
}

/// Has the exchange, if it is an RPC, told in place of what follows.
macro_rules! unless_rpc {
    ($side:ident, |$rpc:ident| $told:expr) => {
        #[cfg(feature = "grpc")]
        if let Some($rpc) = &mut $side.rpc {
            return $told;
        }
    };
}

impl Protocol for ServerSide {
    const MAY_BE_IGNORED: bool = false;

    fn head<B: http_body::Body>(
        &mut self,
        span: &mut Running<'_>,
        response: &mut Response<B>,
    ) -> Rest {
        #[cfg(feature = "grpc")]
        if let Some(rpc) = &mut self.rpc
            && !crate::grpc::is_answer(response.headers())
        {
            rpc.unregistered(span);
            self.rpc = None;
        }
        unless_rpc!(self, |rpc| rpc.head(span, response));
        answer(response.headers_mut());
        let code = response.status();
        status(span, code, code.is_server_error());
        announce(response.headers_mut());
        self.captured.record(span, response.headers());
        self.kind.rest(response)
    }

    #[cfg_attr(
        not(feature = "grpc"),
        expect(unused_variables, reason = "HTTP has its status in the head")
    )]
    fn trailers(&mut self, span: &mut Running<'_>, trailers: &mut HeaderMap) {
        unless_rpc!(self, |rpc| rpc.trailers(span, trailers));
    }

    #[cfg_attr(
        not(feature = "grpc"),
        expect(unused_variables, reason = "HTTP has its status in the head")
    )]
    fn end(&mut self, span: &mut Running<'_>) {
        unless_rpc!(self, |rpc| rpc.end(span));
    }

    #[cfg(feature = "grpc")]
    fn abandoned(&mut self, span: &mut Running<'_>) {
        unless_rpc!(self, |rpc| rpc.abandoned(span));
    }

    fn broken(&mut self, span: &mut Running<'_>, error: BodyError<'_>) {
        unless_rpc!(self, |rpc| rpc.broken(span, error));
        fail(span, error.type_name, error.told(), true);
    }
}

impl<E: Display + 'static> Fault<E> for ServerSide {
    fn fault(&mut self, span: &mut Running<'_>, error: &E) {
        unless_rpc!(self, |rpc| rpc.fault(span, error));
        let error = BodyError::of(error);
        fail(span, error.type_name, error.told(), true);
    }
}

impl ClientSide {
    pub(super) fn of(method: &Method, captured: &Captured, is_for_us: bool) -> Self {
        Self {
            kind: Exchange::of(method),
            captured: captured.clone(),
            is_for_us,
        }
    }

    pub(super) fn is_for_us(&self) -> bool {
        self.is_for_us
    }

    /// Errors of clients like to tell the URL.
    pub(super) fn error(span: &mut Running<'_>, error: BodyError<'_>) {
        let mut told = error.told();
        told.message = url::redacted_in(told.message);
        fail(span, error.type_name, told, true);
    }

    /// Notes the status of a response.
    pub(super) fn status(span: &mut Running<'_>, code: StatusCode) {
        status(span, code, code.is_client_error() || code.is_server_error());
    }
}

impl Protocol for ClientSide {
    const MAY_BE_IGNORED: bool = true;

    fn head<B: http_body::Body>(
        &mut self,
        span: &mut Running<'_>,
        response: &mut Response<B>,
    ) -> Rest {
        Self::status(span, response.status());
        if let Some(version) = version(response.version()) {
            span.edit(move |strand, number| {
                let version = text(&keys::NETWORK_PROTOCOL_VERSION, version);
                strand.set_plain(number, &[version]);
            });
        }
        if self.is_for_us {
            note_peer(span, response.headers());
            believe(response.headers());
        }
        self.captured.record(span, response.headers());
        self.kind.rest(response)
    }

    fn trailers(&mut self, _: &mut Running<'_>, _: &mut HeaderMap) {}

    fn end(&mut self, _: &mut Running<'_>) {}

    fn broken(&mut self, span: &mut Running<'_>, error: BodyError<'_>) {
        Self::error(span, error);
    }
}

impl<E: Error + 'static> Fault<E> for ClientSide {
    fn fault(&mut self, span: &mut Running<'_>, error: &E) {
        let kind = error_type(error, short_type_name::<E>());
        fail(span, kind, chain(error, source_of(error)), true);
    }
}
