//! A future inside a span of a boundary, for exchanges that only their caller understands.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::outcome::Outcome;
use crate::panics;
use crate::record::owned::Owned;
use crate::record::running::Running;

pin_project! {
    /// Runs `inner` inside `span`; `tell` writes onto it what the output says. Dropped before, it was cancelled.
    pub(crate) struct Watch<F, T> {
        #[pin]
        inner: Option<F>,
        span: Owned,
        tell: T,
    }

    impl<F, T> PinnedDrop for Watch<F, T> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            if !this.span.is_off() {
                let _running = this.span.enter();
                this.inner.set(None);
            }
        }
    }
}

impl<F, T> Watch<F, T> {
    pub(crate) fn new(inner: F, span: Owned, tell: T) -> Self {
        Self {
            inner: Some(inner),
            span,
            tell,
        }
    }
}

impl<F, T> Future for Watch<F, T>
where
    F: Future,
    T: FnMut(&mut Running<'_>, &F::Output),
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else {
            return Poll::Pending;
        };
        let mut running = this.span.enter();
        let output = ready!(panics::unwinding(|| inner.poll(cx)));
        (this.tell)(&mut running, &output);
        running.settle(Outcome::Ok);
        Poll::Ready(output)
    }
}
