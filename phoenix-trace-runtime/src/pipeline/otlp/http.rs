//! OTLP over HTTP: what a request says of itself, and what an answer means.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use prost::Message as _;

use super::super::destination::Answer;
use super::answer::Teller;
use super::connection::{End, Response};
use crate::config::Compression;

const PROTOBUF: &str = "application/x-protobuf";

/// Adds the headers of a request; gives back its content type.
pub(super) fn headers(compression: Compression, headers: &mut HeaderMap) -> HeaderValue {
    let encoding = match compression {
        Compression::None => None,
        Compression::Gzip => Some("gzip"),
        Compression::Zstd => Some("zstd"),
    };
    if let Some(encoding) = encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    HeaderValue::from_static(PROTOBUF)
}

pub(super) fn answer(response: &Response, teller: &Teller) -> Answer {
    let Response {
        status,
        headers,
        body,
        end,
    } = response;
    if !status.is_success() {
        return teller.refused(*status, headers, &message(headers, body));
    }
    match end {
        End::TooLong => {
            teller.unreadable(&format!("{status} and more than 4 MiB, which are not read"))
        }
        End::Broken(why) => teller.unreadable(&format!("{status}, and broke off: {why}")),
        End::Complete(_) if !body.is_empty() && !is(headers, PROTOBUF) => {
            let kind = headers
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok());
            let kind = kind.unwrap_or("a body without a type");
            teller.unreadable(&format!("{status} with {kind} where OTLP has {PROTOBUF}"))
        }
        End::Complete(_) => teller.taken(body),
    }
}

/// What the receiver says about a failure: a `google.rpc.Status`, or what a proxy writes.
fn message(headers: &HeaderMap, body: &[u8]) -> String {
    if is(headers, PROTOBUF) {
        return tonic_types::Status::decode(body)
            .map(|status| status.message)
            .unwrap_or_default();
    }
    if is(headers, "text/plain") || is(headers, "application/json") {
        return String::from_utf8_lossy(body).into_owned();
    }
    String::new()
}

/// Is the content of this type, whatever its parameters?
pub(super) fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(wanted))
}
