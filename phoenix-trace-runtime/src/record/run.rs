//! Futures and streams that run inside a span or below one: it is current during each poll, and only then.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tokio_stream::Stream;

use super::branch::Branch;
use super::owned::Owned;
use super::process;
use crate::outcome::Outcome;

pin_project! {
    /// A future inside its span. Dropped before it is ready, it was cancelled: what it holds is dropped inside the span.
    #[derive(Debug)]
    pub struct Traced<F, C> {
        // So that the compiler lays out a span before it goes down a chain of futures, whose depth is limited, and not at
        // its end.
        laid_out: [Owned; 0],
        // Dropped in this order.
        #[pin]
        body: F,
        span: Owned,
        classify: C,
    }

    impl<F, C> PinnedDrop for Traced<F, C> {
        fn drop(this: Pin<&mut Self>) {
            this.project().span.enter_to_drop();
        }
    }
}

/// Runs `body` inside the span that it starts itself, first of all, by `start`; what it returns ends
/// the span with the outcome that `classify` sees in it.
#[inline]
pub fn traced<F, C>(body: F, classify: C) -> Traced<F, C>
where
    F: Future,
    C: for<'r> Fn(&'r F::Output) -> Outcome<'r>,
{
    within(Owned::fresh(), body, classify)
}

/// The same, inside of a span that is there.
#[inline]
pub(crate) fn within<F, C>(span: Owned, body: F, classify: C) -> Traced<F, C>
where
    F: Future,
    C: for<'r> Fn(&'r F::Output) -> Outcome<'r>,
{
    Traced {
        laid_out: [],
        body,
        span,
        classify,
    }
}

impl<F, C> Future for Traced<F, C>
where
    F: Future,
    C: for<'a> Fn(&'a F::Output) -> Outcome<'a>,
{
    type Output = F::Output;

    /// Not inlined: a chain of annotated calls would become one function, which takes the compiler much longer.
    #[inline(never)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let runs = !this.span.is_off() || process::is_on();
        let mut running = runs.then(|| this.span.enter_poll());
        let returned = this.body.poll(cx);
        if let Some(running) = &mut running {
            match &returned {
                Poll::Ready(_) if !running.is_on() => {}
                Poll::Ready(returned) => running.settle((this.classify)(returned)),
                Poll::Pending => running.suspend(),
            }
        }
        // It was suspended or settled: nothing is left to do.
        std::mem::forget(running);
        returned
    }
}

pin_project! {
    /// A future or stream that records below the span that was current where it was made.
    // What is moved about stays in the same pieces, or the processor stalls where it reads them in others.
    #[derive(Debug)]
    #[repr(C)]
    pub struct InSpan<T> {
        // Dropped in this order.
        #[pin]
        inner: T,
        branch: Branch,
    }

    impl<T> PinnedDrop for InSpan<T> {
        fn drop(this: Pin<&mut Self>) {
            this.project().branch.enter_to_drop();
        }
    }
}

impl<T> InSpan<T> {
    /// Runs in what is there.
    pub(crate) fn new(inner: T, owned: Owned) -> Self {
        Self::below(inner, Branch::of(owned))
    }

    #[inline]
    pub(super) fn below(inner: T, branch: Branch) -> Self {
        Self { inner, branch }
    }
}

impl<F: Future> Future for InSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let mut running = this.branch.enter_poll();
        let returned = this.inner.poll(cx);
        if returned.is_ready() {
            running.finish_strand(None);
        } else {
            running.suspend();
        }
        running.forget();
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
