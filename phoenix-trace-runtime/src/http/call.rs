//! Requests of clients that no layer fits: a function around what sends them.

use std::fmt::Display;
use std::future::Future;

use http::{HeaderMap, StatusCode, Uri};

use super::attributes::{Sent, client_span};
use super::method::Methods;
use super::outcome::ClientSide;
use crate::boundary::{BodyError, Captured, Hosts, Watch, believe, note_peer};
use crate::record::running::Running;
use crate::remote::inject_headers;

/// Runs `f`, which sends a request, inside a CLIENT span: what `f` injects names that span. An `Err` marks the span as
/// failed. What `f` returns is not looked at: [`trace_http_response`] records its status and who has given it. [`HttpCall`] says
/// more of a request.
///
/// ```
/// use phoenix_trace::{inject_correlation_id_to_request, trace_http_client};
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

/// [`trace_http_client`] for responses whose status and header fields `head` can tell. Of them is known who has answered,
/// `service.peer.name`, and whether the callee keeps its part of the trace, so that this one is kept too.
///
/// ```
/// use phoenix_trace::trace_http_response;
///
/// # async fn send(url: &str) -> std::io::Result<http::Response<String>> { Ok(Default::default()) }
/// # async fn example() -> std::io::Result<()> {
/// let url = "http://users.internal/users/17";
/// let answer = trace_http_response(
///     "GET",
///     url,
///     || send(url),
///     |response| Some((response.status(), response.headers())),
/// );
/// let answer = answer.await?;
/// # Ok(())
/// # }
/// ```
pub async fn trace_http_response<F, T, E>(
    method: impl AsRef<str>,
    url: &str,
    f: impl FnOnce() -> F,
    head: impl Fn(&T) -> Option<(StatusCode, &HeaderMap)>,
) -> Result<T, E>
where
    F: Future<Output = Result<T, E>>,
    E: Display + 'static,
{
    let call = HttpCall::new(method.as_ref(), url);
    call.run(|_| f(), |response| head(response).unzip()).await
}

/// One attempt to send a request, of which more is known than its method and URL.
///
/// ```
/// use phoenix_trace::{Hosts, HttpCall};
///
/// # async fn send(url: &str, headers: http::HeaderMap) -> std::io::Result<http::Response<String>> { Ok(Default::default()) }
/// # async fn example() -> std::io::Result<()> {
/// let ours = Hosts::new(["*.internal"]);
/// let url = "http://users.internal/users/17";
/// for attempt in 0..3 {
///     let call = HttpCall::new("GET", url)
///         .template("/users/{id}")
///         .resend_count(attempt)
///         .propagate_to(&ours);
///     let answer = call.send(|headers| send(url, headers), |answer| Some(answer.status()));
///     if answer.await.is_ok() {
///         break;
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct HttpCall<'a> {
    method: &'a str,
    url: &'a str,
    template: Option<&'a str>,
    resends: u32,
    hosts: Option<&'a Hosts>,
}

impl<'a> HttpCall<'a> {
    /// A request that is sent for the first time.
    #[must_use]
    pub fn new(method: &'a str, url: &'a str) -> Self {
        Self {
            method,
            url,
            template: None,
            resends: 0,
            hosts: None,
        }
    }

    /// The template of its path, which names its span: `url.template`.
    #[must_use]
    pub fn template(mut self, template: &'a str) -> Self {
        self.template = Some(template);
        self
    }

    /// How often it was sent before: `http.request.resend_count`.
    #[must_use]
    pub fn resend_count(mut self, resends: u32) -> Self {
        self.resends = resends;
        self
    }

    /// To which hosts context may go. By default it goes to all.
    #[must_use]
    pub fn propagate_to(mut self, hosts: &'a Hosts) -> Self {
        self.hosts = Some(hosts);
        self
    }

    /// Runs `f` inside the CLIENT span, with the header fields that it is to send: the context and the correlation id, or
    /// none where they may not go. `status` tells the status of a response.
    ///
    /// # Errors
    /// Those of `f`, which mark the span as failed.
    pub async fn send<F, T, E>(
        self,
        f: impl FnOnce(HeaderMap) -> F,
        status: impl Fn(&T) -> Option<StatusCode>,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Display + 'static,
    {
        let send = |uri: &Uri| f(self.fields(uri));
        self.run(send, |response| (status(response), None)).await
    }

    /// [`send`](Self::send) for responses that have header fields: of them is known who has answered, `service.peer.name`, and
    /// whether the callee keeps its part of the trace, so that this one is kept too. Hosts that context may not go to are not
    /// believed.
    ///
    /// ```
    /// use phoenix_trace::HttpCall;
    ///
    /// # async fn send(url: &str, headers: http::HeaderMap) -> std::io::Result<http::Response<String>> { Ok(Default::default()) }
    /// # async fn example() -> std::io::Result<()> {
    /// let url = "http://users.internal/users/17";
    /// let call = HttpCall::new("GET", url);
    /// let answer = call.exchange(
    ///     |headers| send(url, headers),
    ///     |answer| Some((answer.status(), answer.headers())),
    /// );
    /// let answer = answer.await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of `f`, which mark the span as failed.
    pub async fn exchange<F, T, E>(
        self,
        f: impl FnOnce(HeaderMap) -> F,
        head: impl Fn(&T) -> Option<(StatusCode, &HeaderMap)>,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Display + 'static,
    {
        self.run(|uri| f(self.fields(uri)), |response| head(response).unzip())
            .await
    }

    /// What a request to `uri` takes along.
    fn fields(&self, uri: &Uri) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if self.is_for_us(uri) {
            inject_headers(&mut headers);
        }
        headers
    }

    /// May the host know the context, and say who it is?
    fn is_for_us(&self, uri: &Uri) -> bool {
        let is_one = |hosts: &Hosts| hosts.has_target(uri, &HeaderMap::new());
        self.hosts.is_none_or(is_one)
    }

    async fn run<F, T, E>(
        self,
        f: impl FnOnce(&Uri) -> F,
        head: impl Fn(&T) -> (Option<StatusCode>, Option<&HeaderMap>),
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        E: Display + 'static,
    {
        let (uri, url) = match self.url.parse() {
            Ok(uri) => (uri, None),
            Err(_) => part_of(self.url),
        };
        let sent = Sent {
            method: self.method,
            uri: &uri,
            url,
            headers: &HeaderMap::new(),
            template: self.template,
            resends: self.resends,
        };
        let mut span = client_span(&sent, &Methods::default(), &Captured::default());
        let believed = self.is_for_us(&uri);
        let inner = {
            let _running = span.enter();
            f(&uri)
        };
        let tell = |span: &mut Running<'_>, result: &Result<T, E>| match result {
            Ok(response) => {
                let (code, headers) = head(response);
                if let Some(code) = code {
                    ClientSide::status(span, code);
                }
                if let Some(headers) = headers.filter(|_| believed) {
                    note_peer(span, headers);
                    believe(headers);
                }
            }
            Err(error) => ClientSide::error(span, BodyError::of(error)),
        };
        Watch::new(inner, span, tell).await
    }
}

/// Of a URL that is no [`Uri`], as one with a space, which clients take and encode: scheme and authority, if these are, and all of it.
fn part_of(url: &str) -> (Uri, Option<&str>) {
    let Some((scheme, rest)) = url.split_once("://") else {
        return (Uri::default(), None);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let origin = url.get(..scheme.len() + "://".len() + authority.len());
    let origin = origin.and_then(|origin| origin.parse().ok());
    (origin.unwrap_or_default(), Some(url))
}
