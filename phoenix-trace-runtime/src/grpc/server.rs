//! The layer around a gRPC server.

use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

use super::attributes::{method_of, of_call};
use super::deadline::Deadline;
use super::known::{Known, NO_NAME, OTHER, Unknown};
use super::messages::{Way, watch};
use super::outcome::ServerSide;
use crate::boundary::url::authority;
use crate::boundary::{Edge, Exclude, Fault, ResponseBody, ResponseFuture, ServerSpan};
use crate::record::context::Context;
use crate::record::owned::{Owned, begin_under};
use crate::record::scope::scope;
use crate::record::site::{Measured, Site, SpanKind};
use crate::record::start::Under;

pub(super) static SERVER: Site =
    Site::new("grpc", SpanKind::Server, "").measured(Measured::RpcServer);

/// Gives each call that comes in its SERVER span, below the caller's when it sent a trace context.
///
/// The span is called `package.Service/Method`, and lasts until the trailers have been sent. It sees what a handler
/// cannot: methods that do not exist, calls that are refused before they reach it, clients that hang up, and deadlines that pass,
/// which makes such calls errors (DEADLINE_EXCEEDED) and not cancelled ones: the deadlines of callers, and that of tonic's
/// `Server::timeout` where [`timeout`](Self::timeout) tells it. The response tells the correlation id in its metadata
/// and, except at a public [edge](Self::edge), the service's name, and, where its segment is kept for more than the head decision,
/// that it is: in its trailers, as `server-timing`.
///
/// Anybody can ask for any path, so a span is called by its method when that is known to exist: the method has
/// `#[traced_grpc_service]`, or was answered before, with anything but the codes of those who refuse calls. Until then the span is
/// called `grpc`, its `rpc.method` is `_OTHER`, and `rpc.method_original` tells the path.
///
/// Of several layers the outermost makes the span: inside of another one, or of an `HttpServerLayer`, this adds none, and
/// neither does a service with `#[traced_grpc_service]`.
///
/// ```
/// use phoenix_trace::GrpcServerLayer;
///
/// let layer = GrpcServerLayer::new().exclude("/grpc.health.v1.Health/*");
/// // tonic::transport::Server::builder().layer(layer).add_service(…)
/// ```
#[derive(Clone, Debug, Default)]
pub struct GrpcServerLayer {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
struct Settings {
    exclude: Exclude,
    edge: Option<Edge>,
    messages: bool,
    timeout: Option<Duration>,
    known: Arc<Known>,
}

impl GrpcServerLayer {
    /// A layer that excludes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes no span for this path, `/package.Service/Method`; for all that begin with it when it ends in `*`; nor does anything
    /// inside of this layer. Such calls still have their context and are still answered with their correlation id. Where another
    /// layer stands around this one, it is that one which decides.
    #[must_use]
    pub fn exclude(mut self, path: &str) -> Self {
        Arc::make_mut(&mut self.settings).exclude.add(path);
        self
    }

    /// At the public edge the context of calls is not believed: see [`Edge`]. Of several layers it belongs to the outermost,
    /// which reads the context; on an inner one it has no effect, which standard error says once. Excluded calls are treated alike.
    /// A call that misses the deadline of its caller, or whose method there is not, fails there too, but is not kept for that.
    ///
    /// ```
    /// use phoenix_trace::{Edge, GrpcServerLayer};
    ///
    /// let layer = GrpcServerLayer::new().edge(Edge::new());
    /// ```
    #[must_use]
    pub fn edge(mut self, edge: Edge) -> Self {
        Arc::make_mut(&mut self.settings).edge = Some(edge);
        self
    }

    /// The time that the server gives each call, as it is told to `tonic::transport::Server::timeout`. A layer cannot see that one,
    /// which stands around it: with this it knows that a call which is given up after so long was not cancelled by its caller, but
    /// missed a deadline. It ends no call itself. The `grpc-timeout` of callers it sees without.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use phoenix_trace::GrpcServerLayer;
    ///
    /// const TIMEOUT: Duration = Duration::from_secs(10);
    /// let layer = GrpcServerLayer::new().timeout(TIMEOUT);
    /// // tonic::transport::Server::builder().timeout(TIMEOUT).layer(layer).add_service(…)
    /// ```
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        Arc::make_mut(&mut self.settings).timeout = Some(timeout);
        self
    }

    /// Records an event `rpc.message` for each message that is received or sent, with its direction, its number and its size
    /// in bytes; off by default. A span holds as many events as its limit says (128), and counts those beyond.
    ///
    /// What is received is seen in requests with tonic's own [`Body`](tonic::body::Body), which its servers have.
    #[must_use]
    pub fn message_events(mut self, record: bool) -> Self {
        Arc::make_mut(&mut self.settings).messages = record;
        self
    }
}

impl<S> Layer<S> for GrpcServerLayer {
    type Service = GrpcServer<S>;

    fn layer(&self, inner: S) -> GrpcServer<S> {
        GrpcServer {
            inner,
            settings: self.settings.clone(),
        }
    }
}

/// A service inside of [`GrpcServerLayer`].
#[derive(Clone, Debug)]
pub struct GrpcServer<S> {
    inner: S,
    settings: Arc<Settings>,
}

/// Does a request speak gRPC, or gRPC-Web?
pub(crate) fn is_rpc<B>(request: &Request<B>) -> bool {
    request.method() == Method::POST && speaks_grpc(request.headers())
}

/// The same of a request or a response, by its content type.
pub(super) fn speaks_grpc(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(GRPC))
}

/// What such content types begin with.
pub(super) const GRPC: &[u8] = b"application/grpc";

/// The span of a call that has come in, or its scope while nothing is recorded; and the call, if its method is not known.
pub(crate) fn server_span<B>(
    request: &Request<B>,
    mut context: Context,
    known: &Arc<Known>,
) -> (Owned, Option<Unknown>) {
    let method = method_of(request.uri());
    let is_known = known.has(method);
    let (name, shown) = if is_known {
        (method, method)
    } else {
        (NO_NAME, OTHER)
    };
    let attrs = of_call(shown, authority(request.uri(), request.headers()));
    let span = begin_under(&SERVER, &[name], &attrs, Under::Request(&mut context));
    (span, (!is_known).then(|| Unknown::new(method, known)))
}

impl<S, A, B> Service<Request<A>> for GrpcServer<S>
where
    S: Service<Request<A>, Response = Response<B>>,
    A: 'static,
    B: http_body::Body,
    ServerSide: Fault<S::Error>,
{
    type Response = Response<ResponseBody<B, ServerSide>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, ServerSide>;

    #[inline]
    fn poll_ready(&mut self, cx: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<A>) -> Self::Future {
        if let Some(outer) = ServerSpan::of(request.extensions()) {
            Edge::look_inside(self.settings.edge.as_ref(), outer);
            let inner = self.inner.call(request);
            return ResponseFuture::new(inner, Owned::off(), ServerSide::default());
        }
        let Settings {
            exclude,
            edge,
            messages,
            timeout,
            known,
        } = &*self.settings;
        let context = Edge::receive(edge.as_ref(), request.headers_mut());
        let (mut span, unknown) = if exclude.has(request.uri().path()) {
            (scope(context), None)
        } else {
            server_span(&request, context, known)
        };
        // Excluded or not, nothing further in makes another span.
        request.extensions_mut().insert(ServerSpan {
            at_edge: edge.is_some(),
            unknown: unknown.clone(),
        });
        let deadline = Deadline::within(request.headers(), *timeout);
        let side = ServerSide::new(unknown, deadline, *messages);
        let inner = {
            let running = span.enter();
            if *messages {
                watch(&mut request, Way::Received);
            }
            let inner = self.inner.call(request);
            running.pause();
            inner
        };
        ResponseFuture::new(inner, span, side)
    }
}
