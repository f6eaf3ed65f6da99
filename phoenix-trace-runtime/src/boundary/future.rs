//! The future of a response: polled inside its span, which it hands to the body of the response.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::Response;
use pin_project_lite::pin_project;

use super::body::ResponseBody;
use super::protocol::{Fault, Protocol, Rest};
use crate::outcome::Outcome;
use crate::panics;
use crate::record::owned::Owned;

pin_project! {
    /// A response to come, inside the span of its request. Dropped before it is there, the request was cancelled.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F, P: Protocol> {
        #[pin]
        inner: Option<F>,
        span: Owned,
        protocol: Option<P>,
    }

    impl<F, P: Protocol> PinnedDrop for ResponseFuture<F, P> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.span.is_off() {
                let mut running = this.span.enter();
                this.inner.set(None);
                if let Some(protocol) = this.protocol {
                    protocol.abandoned(&mut running);
                }
            }
        }
    }
}

impl<F, P: Protocol> ResponseFuture<F, P> {
    pub(crate) fn new(inner: F, span: Owned, protocol: P) -> Self {
        Self {
            inner: Some(inner),
            span,
            protocol: Some(protocol),
        }
    }
}

impl<F, B, E, P> Future for ResponseFuture<F, P>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: http_body::Body,
    P: Fault<E>,
{
    type Output = Result<Response<ResponseBody<B, P>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Pending;
        };
        if this.span.is_off() {
            let response = ready!(inner.poll(cx))?;
            return Poll::Ready(Ok(response.map(ResponseBody::bare)));
        }
        let mut running = this.span.enter();
        let mut result = ready!(panics::unwinding(|| inner.poll(cx)));
        let Some(mut protocol) = this.protocol.take() else {
            return Poll::Pending;
        };
        let rest = match &mut result {
            Ok(response) => match protocol.head(&mut running, response) {
                Rest::Body(_) if response.body().is_end_stream() => {
                    protocol.end(&mut running);
                    Rest::Nothing
                }
                rest => rest,
            },
            Err(error) => {
                protocol.fault(&mut running, error);
                Rest::Nothing
            }
        };
        if rest == Rest::Nothing {
            running.settle(Outcome::Ok);
        }
        running.pause();
        Poll::Ready(result.map(|response| {
            let (head, body) = response.into_parts();
            let body = match rest {
                Rest::Nothing => ResponseBody::bare(body),
                Rest::Body(length) => {
                    ResponseBody::new(body, std::mem::take(this.span), protocol, length)
                }
            };
            Response::from_parts(head, body)
        }))
    }
}
