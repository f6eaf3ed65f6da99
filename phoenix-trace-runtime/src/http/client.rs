//! The layer around an HTTP client, and the function for clients that no layer fits.

use std::borrow::Cow;
use std::fmt::Display;
use std::future::Future;
use std::task::{Context as TaskContext, Poll};

use http::{HeaderMap, Request, Response, StatusCode, Uri};
use tower_layer::Layer;
use tower_service::Service;

use super::attributes::client_span;
use super::outcome::ClientSide;
use crate::boundary::{BodyError, Fault, ResponseBody, ResponseFuture, Watch};
use crate::record::running::Running;
use crate::remote::inject_headers;

/// Gives each request that goes out its CLIENT span, and the context and correlation id of that span to the receiver.
///
/// The span is called by its method, or `{method} {template}` when the request has a [`UrlTemplate`]; it lasts until
/// the body of the response has ended. 4xx and 5xx statuses and requests without a response make it an error; the
/// segment is kept for 5xx and for no response.
///
/// It fits every tower service that sends HTTP requests and whose error is an [`Error`](std::error::Error), `hyper_util`'s client for one.
/// Placed inside of a layer that tries again there is a span for each attempt.
///
/// ```
/// use phoenix_trace_runtime::HttpClientLayer;
/// use tower_layer::Layer;
///
/// # fn example<C: Clone>(client: C) {
/// let client = HttpClientLayer::new().layer(client);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClientLayer(());

impl HttpClientLayer {
    /// The layer.
    #[must_use]
    pub fn new() -> Self {
        Self(())
    }
}

impl<S> Layer<S> for HttpClientLayer {
    type Service = HttpClient<S>;

    fn layer(&self, inner: S) -> HttpClient<S> {
        HttpClient { inner }
    }
}

/// The template of a request's path, `/users/{id}`: an extension of the request that names its span.
///
/// ```
/// use phoenix_trace_runtime::UrlTemplate;
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

/// A client inside of [`HttpClientLayer`].
#[derive(Clone, Debug)]
pub struct HttpClient<S> {
    inner: S,
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
        let template = request.extensions().get::<UrlTemplate>();
        let mut span = client_span(
            request.method().as_str(),
            request.uri(),
            request.headers(),
            template.map(|template| &*template.0),
        );
        let side = ClientSide::of(request.method());
        let inner = {
            let _running = span.enter();
            inject_headers(request.headers_mut());
            self.inner.call(request)
        };
        ResponseFuture::new(inner, span, side)
    }
}

/// Runs `f`, which sends a request, inside a CLIENT span: what `f` injects names that span. An `Err` marks the span as
/// failed; where the response can tell its status, [`trace_http_response`] records it.
///
/// ```
/// use phoenix_trace_runtime::{inject_correlation_id_to_request, trace_http_client};
///
/// # struct Answer;
/// # async fn send(url: &str, headers: http::HeaderMap) -> std::io::Result<Answer> { Ok(Answer) }
/// # async fn example() -> std::io::Result<()> {
/// let url = "http://users.internal/users/17";
/// let answer = trace_http_client("GET", url, || {
///     let mut headers = http::HeaderMap::new();
///     inject_correlation_id_to_request(&mut headers);
///     send(url, headers)
/// });
/// let answer = answer.await?;
/// # Ok(())
/// # }
/// ```
pub async fn trace_http_client<F, T, E>(
    method: impl AsRef<str>,
    url: &str,
    f: impl FnOnce() -> F,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: Display + 'static,
{
    trace_http_response(method, url, f, |_| None).await
}

/// [`trace_http_client`] for responses whose status `status` can tell.
///
/// ```
/// use phoenix_trace_runtime::trace_http_response;
///
/// # async fn send(url: &str) -> std::io::Result<http::Response<String>> { Ok(Default::default()) }
/// # async fn example() -> std::io::Result<()> {
/// let url = "http://users.internal/users/17";
/// let answer = trace_http_response("GET", url, || send(url), |response| Some(response.status()));
/// let answer = answer.await?;
/// # Ok(())
/// # }
/// ```
pub async fn trace_http_response<F, T, E>(
    method: impl AsRef<str>,
    url: &str,
    f: impl FnOnce() -> F,
    status: impl Fn(&T) -> Option<StatusCode>,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: Display + 'static,
{
    let uri = url.parse::<Uri>().unwrap_or_default();
    let mut span = client_span(method.as_ref(), &uri, &HeaderMap::new(), None);
    let inner = {
        let _running = span.enter();
        f()
    };
    let tell = |span: &mut Running<'_>, result: &Result<T, E>| match result {
        Ok(response) => {
            if let Some(code) = status(response) {
                ClientSide::status(span, code);
            }
        }
        Err(error) => ClientSide::error(span, BodyError::of(error)),
    };
    Watch::new(inner, span, tell).await
}
