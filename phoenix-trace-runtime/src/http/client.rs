//! The layer around an HTTP client.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::task::{Context as TaskContext, Poll};

use http::{Extensions, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::attributes::{Sent, client_span};
use super::method::Methods;
use super::outcome::ClientSide;
use crate::boundary::{
    BoxedErrors, Captured, Fault, Hosts, REQUEST, RESPONSE, ResponseBody, ResponseFuture,
};
use crate::record::owned::Owned;
use crate::remote::inject_headers;

/// Gives each request that goes out its CLIENT span, and the context and correlation id of that span to the receiver.
///
/// The span is called by its method, or `{method} {template}` when the request has a [`UrlTemplate`]; it lasts until
/// the body of the response has ended, or the connection is upgraded. 4xx and 5xx statuses and requests without a response
/// make it an error; the segment is kept for 5xx and for no response. A server that tells its name in `x-service-name`, as
/// [`HttpServerLayer`](crate::HttpServerLayer) does, is its `service.peer.name`.
///
/// It fits every tower service that sends HTTP requests and whose error is an [`Error`](std::error::Error), `hyper_util`'s client for one;
/// for others there is [`boxed_errors`](Self::boxed_errors).
/// Placed inside of a layer that tries again there is a span for each attempt, and with a [`ResendCounter`] each but the first
/// tells its number.
///
/// ```
/// use phoenix_trace::HttpClientLayer;
/// use tower_layer::Layer;
///
/// # fn example<C: Clone>(client: C) {
/// let client = HttpClientLayer::new().layer(client);
/// # }
/// ```
#[cfg_attr(
    feature = "reqwest",
    doc = "
With the feature `reqwest` it is a middleware of `reqwest_middleware` as well. Behind one that tries again it counts the
attempts by itself. A template comes by the request's `with_extension(UrlTemplate::from(..))`. `reqwest` follows redirects out of its sight: the span is that of all of them, and what was injected goes
along, so a client with [`propagate_to`](Self::propagate_to) should follow none (`reqwest::redirect::Policy::none()`).

```
use phoenix_trace::HttpClientLayer;
use reqwest_middleware::ClientBuilder;

let client = ClientBuilder::new(reqwest_middleware::reqwest::Client::new())
    .with(HttpClientLayer::new())
    .build();
```"
)]
#[derive(Clone, Debug, Default)]
pub struct HttpClientLayer {
    pub(super) settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    /// `None`: all.
    hosts: Option<Hosts>,
    methods: Methods,
    request_fields: Captured,
    response_fields: Captured,
}

impl HttpClientLayer {
    /// The layer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Injects nothing into requests to other hosts than these, which are written as in [`Hosts`]: for clients that also
    /// call services of others. Requests to those have their span, and keep the header fields that they had.
    ///
    /// ```
    /// use phoenix_trace::HttpClientLayer;
    ///
    /// let layer = HttpClientLayer::new().propagate_to(["*.svc.cluster.local", "users.internal"]);
    /// ```
    #[must_use]
    pub fn propagate_to<N: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = N>) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.hosts.get_or_insert_default().extend(hosts);
        self
    }

    /// Methods that are recorded by their names, in place of those of the conventions: see
    /// [`HttpServerLayer::known_methods`](crate::HttpServerLayer::known_methods).
    #[must_use]
    pub fn known_methods<M: AsRef<str>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        Arc::make_mut(&mut self.settings).methods = Methods::only(methods);
        self
    }

    /// Records these header fields of requests as they were before anything was injected, as
    /// `http.request.header.<name>`: see
    /// [`HttpServerLayer::capture_request_headers`](crate::HttpServerLayer::capture_request_headers).
    #[must_use]
    pub fn capture_request_headers<N: AsRef<str>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.request_fields.add(REQUEST, names);
        self
    }

    /// Records these header fields of responses, as `http.response.header.<name>`.
    #[must_use]
    pub fn capture_response_headers<N: AsRef<str>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.response_fields.add(RESPONSE, names);
        self
    }

    /// The layer around services whose errors are boxed, `Box<dyn Error + Send + Sync>`, as they are outside of tower's own layers.
    ///
    /// ```
    /// use phoenix_trace::HttpClientLayer;
    /// use std::time::Duration;
    /// use tower::ServiceBuilder;
    ///
    /// # fn example<C>(client: C) {
    /// let client = ServiceBuilder::new()
    ///     .layer(HttpClientLayer::new().boxed_errors())
    ///     .timeout(Duration::from_secs(1))
    ///     .service(client);
    /// # }
    /// ```
    #[must_use]
    pub fn boxed_errors(self) -> BoxedErrors<Self> {
        BoxedErrors(self)
    }
}

impl Settings {
    /// The span of a request, and what tells how it ended.
    pub(super) fn start(&self, sent: &Sent<'_>, method: &http::Method) -> (Owned, ClientSide) {
        let hosts = self.hosts.as_ref();
        let is_for_us = hosts.is_none_or(|hosts| hosts.has_target(sent.uri, sent.headers));
        let side = ClientSide::of(method, &self.response_fields, is_for_us);
        (client_span(sent, &self.methods, &self.request_fields), side)
    }
}

impl<S> Layer<S> for HttpClientLayer {
    type Service = HttpClient<S>;

    fn layer(&self, inner: S) -> HttpClient<S> {
        HttpClient {
            inner,
            settings: self.settings.clone(),
        }
    }
}

/// The template of a request's path, `/users/{id}`: an extension of the request that names its span.
///
/// ```
/// use phoenix_trace::UrlTemplate;
///
/// let request = http::Request::get("http://users.internal/users/17")
///     .extension(UrlTemplate::from("/users/{id}"))
///     .body(());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UrlTemplate(Cow<'static, str>);

impl<T: Into<Cow<'static, str>>> From<T> for UrlTemplate {
    fn from(template: T) -> Self {
        Self(template.into())
    }
}

impl UrlTemplate {
    pub(super) fn of(extensions: &Extensions) -> Option<&str> {
        Some(&*extensions.get::<Self>()?.0)
    }
}

/// Counts how often a request is sent, for `http.request.resend_count`: an extension of the request, which all copies of it
/// share that a layer makes in order to try again. It is attached outside of that layer.
///
/// ```
/// use phoenix_trace::{HttpClientLayer, ResendCounter};
/// use tower::ServiceBuilder;
///
/// # fn example<P: Clone, C>(three_times: P, client: C) {
/// let client = ServiceBuilder::new()
///     .map_request(ResendCounter::attach::<http_body_util::Empty<bytes::Bytes>>)
///     .retry(three_times)
///     .layer(HttpClientLayer::new())
///     .service(client);
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct ResendCounter(Arc<AtomicU32>);

impl ResendCounter {
    /// The request with a counter that starts anew.
    #[must_use]
    pub fn attach<B>(mut request: Request<B>) -> Request<B> {
        request.extensions_mut().insert(Self::default());
        request
    }

    /// Counts the request that is about to be sent. How often was it sent before?
    pub(super) fn count(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// A client inside of [`HttpClientLayer`].
#[derive(Clone, Debug)]
pub struct HttpClient<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S, A, B> Service<Request<A>> for HttpClient<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    B: http_body::Body,
    ClientSide: Fault<S::Error>,
{
    type Response = Response<ResponseBody<B, ClientSide>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, ClientSide>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        let extensions = request.extensions();
        let counter = extensions.get::<ResendCounter>();
        let sent = Sent {
            method: request.method().as_str(),
            uri: request.uri(),
            url: None,
            headers: request.headers(),
            template: UrlTemplate::of(extensions),
            resends: counter.map_or(0, ResendCounter::count),
        };
        let (mut span, side) = self.settings.start(&sent, request.method());
        let inner = {
            let running = span.enter();
            if side.is_for_us() {
                inject_headers(request.headers_mut());
            }
            let inner = self.inner.call(request);
            running.pause();
            inner
        };
        ResponseFuture::new(inner, span, side)
    }
}
