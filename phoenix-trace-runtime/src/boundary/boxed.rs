//! Layers around services whose errors are boxed: a box is no [`Error`] itself, so it goes through them as one that is.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

type Boxed = Box<dyn Error + Send + Sync>;

/// A client layer around services whose errors are `Box<dyn Error + Send + Sync>`, as those of tower's own layers are.
#[derive(Clone, Debug, Default)]
pub struct BoxedErrors<L>(pub(crate) L);

impl<S, L: Layer<MapError<S, Boxed, Opened>>> Layer<S> for BoxedErrors<L> {
    type Service = MapError<L::Service, Opened, Boxed>;

    fn layer(&self, inner: S) -> Self::Service {
        let inner = MapError { inner, map: Opened };
        MapError {
            inner: self.0.layer(inner),
            map: |opened| opened.0,
        }
    }
}

/// A boxed error as one that is none.
#[derive(Debug)]
pub struct Opened(Boxed);

impl fmt::Display for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is in the box is its source: whoever looks for an error of a certain type finds it.
impl Error for Opened {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// A service with errors of another type.
#[derive(Debug)]
pub struct MapError<S, A, B> {
    inner: S,
    map: fn(A) -> B,
}

impl<S: Clone, A, B> Clone for MapError<S, A, B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            map: self.map,
        }
    }
}

impl<S, R, A, B> Service<R> for MapError<S, A, B>
where
    S: Service<R, Error = A>,
{
    type Response = S::Response;
    type Error = B;
    type Future = MapErrorFuture<S::Future, A, B>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), B>> {
        self.inner.poll_ready(cx).map_err(self.map)
    }

    #[inline]
    fn call(&mut self, request: R) -> Self::Future {
        MapErrorFuture {
            inner: self.inner.call(request),
            map: self.map,
        }
    }
}

pin_project! {
    /// The future of a [`MapError`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct MapErrorFuture<F, A, B> {
        #[pin]
        inner: F,
        map: fn(A) -> B,
    }
}

impl<F, T, A, B> Future for MapErrorFuture<F, A, B>
where
    F: Future<Output = Result<T, A>>,
{
    type Output = Result<T, B>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        Poll::Ready(ready!(this.inner.poll(cx)).map_err(*this.map))
    }
}
