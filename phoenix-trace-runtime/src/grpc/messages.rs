//! An event for each message of a call. Messages are found in the bytes of a body by the length in front of each
//! (gRPC over HTTP/2, "Length-Prefixed-Message"); their contents are not looked at.

use std::any::Any;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Buf;
use http::Request;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use tonic::Status;
use tonic::body::Body;

use crate::boundary::{int, keys, text};
use crate::record::carry::{SpanHandle, current_span};
use crate::record::current;
use crate::value::Attr;

const EVENT: &str = "rpc.message";

/// Which way messages go, as seen by whoever has the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Sent,
    Received,
}

/// Finds the messages of one direction.
#[derive(Clone, Debug)]
pub(super) struct Messages {
    way: Way,
    /// Those that have begun.
    number: i64,
    /// The flag and the length of the next one, as far as they have come.
    prefix: [u8; Self::PREFIX],
    known: usize,
    /// Bytes to come of the one that has begun.
    rest: usize,
    /// The bytes could not be followed.
    lost: bool,
}

impl Messages {
    const PREFIX: usize = 5;

    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            number: 0,
            prefix: [0; Self::PREFIX],
            known: 0,
            rest: 0,
            lost: false,
        }
    }

    /// Records what begins in `data` on the span that runs.
    pub(super) fn record<D: Buf>(&mut self, data: &D) {
        self.follow(data, |attrs| current::event(EVENT, attrs));
    }

    /// Calls `found` with the attributes of each message that begins in `data`.
    fn follow<D: Buf>(&mut self, data: &D, mut found: impl FnMut(&[Attr<'_>])) {
        let mut bytes = data.chunk();
        // Only the first piece can be seen without taking it.
        self.lost |= bytes.len() < data.remaining();
        while !bytes.is_empty() && !self.lost {
            let passed = self.rest.min(bytes.len());
            self.rest -= passed;
            bytes = &bytes[passed..];
            let taken = (Self::PREFIX - self.known).min(bytes.len());
            let (prefix, rest) = bytes.split_at(taken);
            if let Some(place) = self.prefix.get_mut(self.known..self.known + taken) {
                place.copy_from_slice(prefix);
            }
            (self.known, bytes) = (self.known + taken, rest);
            if self.known == Self::PREFIX {
                found(&self.begin());
            }
        }
    }

    fn begin(&mut self) -> [Attr<'static>; 3] {
        let [compressed, length @ ..] = self.prefix;
        let length = u32::from_be_bytes(length);
        (self.known, self.rest) = (0, length as usize);
        self.number += 1;
        let size = match compressed {
            0 => &keys::RPC_MESSAGE_UNCOMPRESSED_SIZE,
            _ => &keys::RPC_MESSAGE_COMPRESSED_SIZE,
        };
        let way = match self.way {
            Way::Sent => "SENT",
            Way::Received => "RECEIVED",
        };
        [
            text(&keys::RPC_MESSAGE_TYPE, way),
            int(&keys::RPC_MESSAGE_ID, self.number),
            int(size, i64::from(length)),
        ]
    }
}

/// Has the messages of the request recorded on the span that runs now, when its body is that of tonic's clients and servers.
pub(super) fn watch<A: 'static>(request: &mut Request<A>, way: Way) {
    let (span, request): (SpanHandle, &mut dyn Any) = (current_span(), request);
    if let Some(request) = request.downcast_mut::<Request<Body>>()
        && span.is_recording()
    {
        let inner = std::mem::take(request.body_mut());
        *request.body_mut() = Body::new(Watched {
            inner,
            span,
            messages: Messages::new(way),
        });
    }
}

pin_project! {
    /// The body of a request, read wherever the connection is.
    struct Watched {
        #[pin]
        inner: Body,
        span: SpanHandle,
        messages: Messages,
    }
}

impl http_body::Body for Watched {
    type Data = <Body as http_body::Body>::Data;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Status>>> {
        let this = self.project();
        let polled = this.inner.poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(data) = frame.data_ref()
        {
            let found = |attrs: &[Attr<'_>]| this.span.add_event(EVENT, attrs);
            this.messages.follow(data, found);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;

    /// The sizes of the messages that are found when the bytes come in such pieces.
    fn found(pieces: &[&[u8]]) -> Vec<i64> {
        let mut messages = Messages::new(Way::Sent);
        let mut sizes = Vec::new();
        for piece in pieces {
            messages.follow(&Bytes::copy_from_slice(piece), |attrs| {
                let [
                    _,
                    _,
                    Attr {
                        value: crate::value::Value::Int(size),
                        ..
                    },
                ] = attrs
                else {
                    panic!("three attributes, the last one a number")
                };
                sizes.push(*size);
            });
        }
        sizes
    }

    proptest! {
        #[test]
        fn messages_are_found_however_their_bytes_come(
            sizes in proptest::collection::vec(0_u32..40, 0..8),
            cuts in proptest::collection::vec(1_usize..20, 1..40),
        ) {
            let mut bytes = Vec::new();
            for size in &sizes {
                bytes.push(0);
                bytes.extend(size.to_be_bytes());
                bytes.extend(std::iter::repeat_n(7, *size as usize));
            }
            let (mut pieces, mut rest) = (Vec::new(), &*bytes);
            for cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (piece, more) = rest.split_at((*cut).min(rest.len()));
                pieces.push(piece);
                rest = more;
            }
            let expected: Vec<i64> = sizes.iter().map(|size| i64::from(*size)).collect();
            prop_assert_eq!(found(&pieces), expected);
        }

        #[test]
        fn whatever_comes_is_followed_without_harm(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            found(&[&bytes, &bytes]);
        }
    }
}
