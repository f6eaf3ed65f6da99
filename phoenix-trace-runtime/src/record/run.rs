//! Futures and streams that run inside a span or below one: it is current during each poll, and only then.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_stream::Stream;

use super::owned::Owned;
use crate::outcome::Outcome;

/// A future inside its span. Dropped before it is ready, it was cancelled: what is dropped between it and its span is
/// dropped inside the span.
#[derive(Debug)]
pub struct Run<'a, F, C> {
    body: Pin<&'a mut F>,
    span: &'a mut Owned,
    classify: C,
}

impl<F, C> Drop for Run<'_, F, C> {
    #[inline]
    fn drop(&mut self) {
        self.span.enter_to_drop();
    }
}

/// Runs `body` inside `span`; what it returns ends the span with the outcome that `classify` sees in it.
#[inline]
pub fn run<'a, F, C>(span: &'a mut Owned, body: Pin<&'a mut F>, classify: C) -> Run<'a, F, C>
where
    F: Future,
    C: for<'r> Fn(&'r F::Output) -> Outcome<'r>,
{
    Run {
        body,
        span,
        classify,
    }
}

impl<F, C> Future for Run<'_, F, C>
where
    F: Future,
    C: for<'a> Fn(&'a F::Output) -> Outcome<'a> + Unpin,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.get_mut();
        if this.span.is_off() {
            return this.body.as_mut().poll(cx);
        }
        let mut running = this.span.enter();
        let returned = this.body.as_mut().poll(cx);
        if let Poll::Ready(returned) = &returned {
            running.settle((this.classify)(returned));
        }
        returned
    }
}

pin_project! {
    /// A future or stream that records below the span that was current where it was made.
    #[derive(Debug)]
    pub struct InSpan<T> {
        // Dropped in this order.
        #[pin]
        inner: T,
        branch: Owned,
    }

    impl<T> PinnedDrop for InSpan<T> {
        fn drop(this: Pin<&mut Self>) {
            this.project().branch.enter_to_drop();
        }
    }
}

impl<T> InSpan<T> {
    pub(crate) fn new(inner: T, branch: Owned) -> Self {
        Self { inner, branch }
    }
}

impl<F: Future> Future for InSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut running = this.branch.enter();
        let returned = this.inner.poll(cx);
        if returned.is_ready() {
            running.settle(Outcome::Ok);
        }
        returned
    }
}

impl<S: Stream> Stream for InSpan<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let mut running = this.branch.enter();
        let item = this.inner.poll_next(cx);
        if matches!(item, Poll::Ready(None)) {
            running.settle(Outcome::Ok);
        }
        item
    }
}
