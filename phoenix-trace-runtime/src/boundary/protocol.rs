//! How a protocol tells the outcome of a response: what it reads in head, trailers and errors, and writes onto the span.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::io;

use http::{HeaderMap, Response};

use crate::key::RawKey;
use crate::outcome::{short_type_name, source_of};
use crate::record::clock;
use crate::record::running::Running;
use crate::record::told::{MESSAGE_LENGTH, Told, bounded};
use crate::value::{Attr, Value};

/// One side of one protocol, for the length of one exchange.
pub trait Protocol {
    /// The head of the response is there.
    fn head<B: http_body::Body>(
        &mut self,
        span: &mut Running<'_>,
        response: &mut Response<B>,
    ) -> Rest;

    /// A piece of the body is there.
    fn data<D: bytes::Buf>(&mut self, _data: &D) {}

    /// The exchange was given up before its end.
    fn abandoned(&mut self, _span: &mut Running<'_>) {}

    /// The trailers are there: the body has ended.
    fn trailers(&mut self, span: &mut Running<'_>, trailers: &mut HeaderMap);

    /// The body has ended without trailers.
    fn end(&mut self, span: &mut Running<'_>);

    /// The body broke.
    fn broken(&mut self, span: &mut Running<'_>, error: BodyError<'_>);

    /// Is a body that is dropped before anybody looked at it a response nobody needed, and not one cut short?
    const MAY_BE_IGNORED: bool;
}

/// A protocol, as far as errors of type `E` in place of a response go.
#[diagnostic::on_unimplemented(
    message = "the error `{E}` of this client does not implement `Error`",
    label = "`{E}` does not implement `Error`",
    note = "where errors are boxed, use `HttpClientLayer::new().boxed_errors()` or `GrpcClientLayer::new().boxed_errors()`"
)]
pub trait Fault<E>: Protocol {
    /// There is no response.
    fn fault(&mut self, span: &mut Running<'_>, error: &E);
}

/// What follows the head of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing that belongs to the exchange.
    Nothing,
    /// A body, of this many bytes when that is known.
    Body(Option<u64>),
}

/// An error of a body or a service: as text, and as whatever it is.
#[derive(Clone, Copy)]
pub struct BodyError<'a> {
    pub(crate) type_name: &'static str,
    pub(crate) message: &'a dyn Display,
    pub(crate) any: &'a dyn Any,
}

impl<'a> BodyError<'a> {
    pub(crate) fn of<E: Display + 'static>(error: &'a E) -> Self {
        Self {
            type_name: short_type_name::<E>(),
            message: error,
            any: error,
        }
    }

    /// The error inside a box.
    pub(crate) fn boxed(&self) -> Option<&'a (dyn Error + 'static)> {
        let boxed = self.any.downcast_ref::<Box<dyn Error + Send + Sync>>()?;
        Some(&**boxed)
    }

    /// The error with its sources in one line.
    pub(crate) fn told(&self) -> Told {
        chain(self.message, self.boxed().and_then(source_of))
    }
}

/// Marks the span as failed. `keep`: the segment is kept for it.
pub(crate) fn fail(
    span: &mut Running<'_>,
    error_type: impl AsRef<str> + Send + 'static,
    told: Told,
    keep: bool,
) {
    span.edit(move |strand, number| {
        strand.fail(number, error_type.as_ref(), &told, keep, clock::now());
    });
}

/// The type of an error: what the operating system calls it where that is its cause, else the name of its type.
pub(crate) fn error_type(
    error: &(dyn Error + 'static),
    type_name: &'static str,
) -> Cow<'static, str> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<io::Error>()
            && io.raw_os_error().is_some()
        {
            return Cow::Owned(format!("{:?}", io.kind()));
        }
        next = source_of(error);
    }
    Cow::Borrowed(type_name)
}

/// An error and its sources in one line, as the description of a span's status.
pub(crate) fn chain(error: &dyn Display, mut source: Option<&(dyn Error + 'static)>) -> Told {
    const MAX_SOURCES: usize = 8;
    let mut message = bounded(format_args!("{error}"), MESSAGE_LENGTH);
    for _ in 0..MAX_SOURCES {
        let Some(next) = source else { break };
        let text = bounded(format_args!("{next}"), MESSAGE_LENGTH);
        if !message.contains(&text) && message.len() + text.len() < MESSAGE_LENGTH {
            message.push_str(": ");
            message.push_str(&text);
        }
        source = source_of(next);
    }
    Told {
        message,
        sources: Vec::new(),
        exception: false,
    }
}

pub(crate) fn text<'a>(key: &'static RawKey, value: &'a str) -> Attr<'a> {
    Attr {
        key,
        value: Value::Str(value),
    }
}

/// Text in pieces.
pub(crate) fn parts<'a>(key: &'static RawKey, value: &'a [&'a str]) -> Attr<'a> {
    Attr {
        key,
        value: Value::Parts(value),
    }
}

pub(crate) fn int(key: &'static RawKey, value: i64) -> Attr<'static> {
    Attr {
        key,
        value: Value::Int(value),
    }
}

/// The attribute if there is a value, else one that is left out.
pub(crate) fn opt<'a, T>(
    key: &'static RawKey,
    value: Option<T>,
    attr: impl FnOnce(&'static RawKey, T) -> Attr<'a>,
) -> Attr<'a> {
    match value {
        Some(value) => attr(key, value),
        None => Attr {
            key,
            value: Value::None,
        },
    }
}
