//! The body of a response: each frame is made, or read, inside the span, which ends with the last one.

use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::protocol::{BodyError, Protocol};
use crate::outcome::Outcome;
use crate::record::owned::Owned;

pin_project! {
    /// A body that carries the span of its request. Dropped before its end, the request was cancelled.
    #[derive(Debug)]
    pub struct ResponseBody<B, P: Protocol> {
        #[pin]
        inner: Option<B>,
        span: Owned,
        protocol: Option<P>,
        // Bytes to come, where that is known: whoever has them all does not ask for the end.
        remaining: Option<u64>,
        untouched: bool,
    }

    impl<B, P: Protocol> PinnedDrop for ResponseBody<B, P> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if this.span.is_off() {
                return;
            }
            let mut running = this.span.enter();
            this.inner.set(None);
            if P::MAY_BE_IGNORED && *this.untouched {
                running.settle(Outcome::Ok);
            } else if let Some(protocol) = this.protocol {
                protocol.abandoned(&mut running);
            }
        }
    }
}

impl<B, P: Protocol> ResponseBody<B, P> {
    pub(super) fn new(inner: B, span: Owned, protocol: P, remaining: Option<u64>) -> Self {
        Self {
            inner: Some(inner),
            span,
            protocol: Some(protocol),
            remaining,
            untouched: true,
        }
    }

    /// A body without a span.
    pub(super) fn bare(inner: B) -> Self {
        Self {
            inner: Some(inner),
            span: Owned::off(),
            protocol: None,
            remaining: None,
            untouched: true,
        }
    }
}

/// An empty body, of a response that is made up on the way.
impl<B: Default, P: Protocol> Default for ResponseBody<B, P> {
    fn default() -> Self {
        Self::bare(B::default())
    }
}

impl<B, P> Body for ResponseBody<B, P>
where
    B: Body,
    B::Error: Display + 'static,
    P: Protocol,
{
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let Some(mut inner) = this.inner.as_mut().as_pin_mut() else {
            return Poll::Ready(None);
        };
        let protocol = match this.protocol {
            Some(protocol) if !this.span.is_off() => protocol,
            _ => return inner.poll_frame(cx),
        };
        *this.untouched = false;
        let mut running = this.span.enter();
        let mut polled = inner.as_mut().poll_frame(cx);
        let ended = match &mut polled {
            Poll::Pending => false,
            Poll::Ready(None) => {
                protocol.end(&mut running);
                true
            }
            Poll::Ready(Some(Err(error))) => {
                protocol.broken(&mut running, BodyError::of(error));
                true
            }
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(data) = frame.data_ref() {
                    protocol.data(data);
                }
                if let Some(trailers) = frame.trailers_mut() {
                    protocol.trailers(&mut running, trailers);
                    true
                } else if inner.is_end_stream() || took_last(this.remaining, frame) {
                    protocol.end(&mut running);
                    true
                } else {
                    false
                }
            }
        };
        if ended {
            running.settle(Outcome::Ok);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner
            .as_ref()
            .map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}

/// Counts a frame of data. Was it the last?
fn took_last<D: bytes::Buf>(remaining: &mut Option<u64>, frame: &Frame<D>) -> bool {
    let (Some(remaining), Some(data)) = (remaining, frame.data_ref()) else {
        return false;
    };
    *remaining = remaining.saturating_sub(data.remaining() as u64);
    *remaining == 0
}
