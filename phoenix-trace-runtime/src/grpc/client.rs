//! The layer around a gRPC channel.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use http::uri::Authority;
use http::{Request, Response, Uri};
use tower_layer::Layer;
use tower_service::Service;

use super::attributes::{method_of, of_call};
use super::deadline::Deadline;
use super::messages::{Way, watch};
use super::outcome::ClientSide;
use crate::boundary::url::without_credentials;
use crate::boundary::{BoxedErrors, Fault, Hosts, ResponseBody, ResponseFuture};
use crate::diag;
use crate::record::owned::{Owned, begin_under};
use crate::record::site::{Measured, Site, SpanKind};
use crate::record::start::Under;
use crate::remote::inject_headers;

static CLIENT: Site = Site::new("grpc", SpanKind::Client, "").measured(Measured::RpcClient);

/// Gives each call that goes out its CLIENT span, and the context and correlation id of that span to the server.
///
/// The span is called `package.Service/Method`, and lasts until the status has come, after the last message of a
/// stream; a call that is dropped before ends as cancelled, and one whose deadline has passed as DEADLINE_EXCEEDED, whatever gave
/// it up: tonic tells its callers CANCELLED. Every status but OK makes it an error; the segment is kept for those that are a
/// server's fault ([`is_server_error`](super::is_server_error)) and not for NOT_FOUND and its like.
///
/// Placed around a layer that tries again, the span is that of all attempts, as the conventions have it; inside of one there is a
/// span for each.
///
/// ```
/// use phoenix_trace::GrpcClientLayer;
/// use tower_layer::Layer;
///
/// # fn example<Channel: Clone>(channel: Channel) {
/// let channel = GrpcClientLayer::new().server("data-router:50051").layer(channel);
/// // DataRouterClient::new(channel)
/// # }
/// ```
#[derive(Clone, Debug, Default)]
pub struct GrpcClientLayer {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
struct Settings {
    server: Option<Authority>,
    messages: bool,
    /// `None`: all.
    hosts: Option<Hosts>,
}

impl GrpcClientLayer {
    /// The layer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whom the channel is connected to, `host:port` or a URL, for `server.address` and `server.port`: requests on a channel do
    /// not tell. What names no host is left out, and standard error says so.
    #[must_use]
    pub fn server(mut self, authority: &str) -> Self {
        let server = authority.parse::<Uri>().ok();
        let server = server.and_then(|url| url.into_parts().authority);
        if server.is_none() {
            diag::line(format_args!(
                "`{}` names no server: write it as `router.internal:50051`; the spans of its calls have no `server.address`",
                authority.escape_debug()
            ));
        }
        Arc::make_mut(&mut self.settings).server = server;
        self
    }

    /// Injects nothing into calls to other hosts than these, which are written as in [`Hosts`], and believes nothing that they
    /// tell of themselves: for clients of services of others. Where requests do not tell whom the channel is connected to, it is
    /// the one that [`server`](Self::server) says; without that it is none of them.
    ///
    /// ```
    /// use phoenix_trace::GrpcClientLayer;
    ///
    /// let layer = GrpcClientLayer::new()
    ///     .server("router.shop.internal:50051")
    ///     .propagate_to(["*.shop.internal"]);
    /// ```
    #[must_use]
    pub fn propagate_to<N: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = N>) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        settings.hosts.get_or_insert_default().extend(hosts);
        self
    }

    /// Records an event `rpc.message` for each message that is sent or received, with its direction, its number and its size
    /// in bytes; off by default. A span holds as many events as its limit says (128), and counts those beyond.
    ///
    /// What is sent is seen in requests with tonic's own [`Body`](tonic::body::Body), which its clients make.
    #[must_use]
    pub fn message_events(mut self, record: bool) -> Self {
        Arc::make_mut(&mut self.settings).messages = record;
        self
    }

    /// The layer around channels whose errors are boxed, `Box<dyn Error + Send + Sync>`, as they are outside of tower's own layers.
    ///
    /// ```
    /// use phoenix_trace::GrpcClientLayer;
    /// use std::time::Duration;
    /// use tower::ServiceBuilder;
    ///
    /// # fn example<C>(client: C) {
    /// let client = ServiceBuilder::new()
    ///     .layer(GrpcClientLayer::new().boxed_errors())
    ///     .timeout(Duration::from_secs(1))
    ///     .service(client);
    /// # }
    /// ```
    #[must_use]
    pub fn boxed_errors(self) -> BoxedErrors<Self> {
        BoxedErrors(self)
    }
}

impl<S> Layer<S> for GrpcClientLayer {
    type Service = GrpcClient<S>;

    fn layer(&self, inner: S) -> GrpcClient<S> {
        GrpcClient {
            inner,
            settings: self.settings.clone(),
        }
    }
}

/// A channel inside of [`GrpcClientLayer`].
#[derive(Clone, Debug)]
pub struct GrpcClient<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl Settings {
    fn authority<'a, B>(&'a self, request: &'a Request<B>) -> Option<&'a str> {
        let authority = request.uri().authority().or(self.server.as_ref());
        authority.map(|authority| without_credentials(authority.as_str()))
    }

    /// May the server know the context, and say who it is?
    fn is_for_us<B>(&self, request: &Request<B>) -> bool {
        self.hosts.as_ref().is_none_or(|hosts| {
            let authority = self.authority(request);
            authority.is_some_and(|authority| hosts.has(authority, request.uri().scheme_str()))
        })
    }

    fn span<B>(&self, request: &Request<B>) -> Owned {
        let method = method_of(request.uri());
        let attrs = of_call(method, self.authority(request));
        begin_under(&CLIENT, &[method], &attrs, Under::Current)
    }
}

impl<S, A, B> Service<Request<A>> for GrpcClient<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    A: 'static,
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
        let settings = &*self.settings;
        let mut span = settings.span(&request);
        let believed = settings.is_for_us(&request);
        let side = ClientSide::new(believed, Deadline::of(request.headers()), settings.messages);
        let inner = {
            let running = span.enter();
            if believed {
                inject_headers(request.headers_mut());
            }
            if settings.messages {
                watch(&mut request, Way::Sent);
            }
            let inner = self.inner.call(request);
            running.pause();
            inner
        };
        ResponseFuture::new(inner, span, side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_by_itself_or_by_its_url() {
        for (named, expected) in [
            ("router:50051", Some("router:50051")),
            ("http://me:pw@router:50051/", Some("router:50051")),
            ("router", Some("router")),
            ("[::1]:50051", Some("[::1]:50051")),
            ("/a/path", None),
            ("a router", None),
            ("", None),
        ] {
            let layer = GrpcClientLayer::new().server(named);
            let call = Request::new(());
            assert_eq!(layer.settings.authority(&call), expected, "{named}");
        }
    }
}
