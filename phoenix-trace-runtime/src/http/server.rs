//! The layer around an HTTP server.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context as TaskContext, Poll};

use http::{Extensions, Request, Response, Uri};
use tower_layer::Layer;
use tower_service::Service;

use super::attributes::{Arriving, server_span};
use super::method::Methods;
use super::outcome::ServerSide;
use super::scheme::Scheme;
use crate::boundary::{
    Captured, Edge, Exclude, Fault, REQUEST, RESPONSE, ResponseBody, ResponseFuture, ServerSpan,
};
use crate::record::context::Context;
use crate::record::owned::Owned;
use crate::record::scope::scope;

type Route = fn(&Extensions) -> Option<&str>;
type ClientAddress = fn(&Extensions) -> Option<IpAddr>;

/// Gives each request that comes in its SERVER span, below the caller's when it sent a trace context.
///
/// The span is called `{method} {route}`, and lasts until the body of the response has ended, or the connection is
/// upgraded, to a WebSocket for one. A client that hangs up before ends it with `phoenix.cancelled`, and so does a timeout
/// further out; a 5xx status, a panic in the handler or a body that breaks makes it an error. The response tells the
/// correlation id in `x-correlation-id`: the one that the request carried if it was valid, else the trace id. In
/// `x-service-name` it tells the service's name, so that callers know whom they called, and in `server-timing`, where its segment
/// is kept for more than the head decision, that it is, so that they may keep theirs; at a public [edge](Self::edge) it tells
/// neither. All this holds for axum, hyper and every other server that takes a tower service.
///
/// Where one server speaks both, a gRPC request gets the span that `GrpcServerLayer` would give it (feature `grpc`), and
/// what is inside adds no second one: neither that layer nor `#[traced_grpc_service]`. One that is answered in plain HTTP only
/// said that it was gRPC: its span is called `grpc`, and has the status of HTTP.
///
/// With axum (feature `axum`) the route is the template that matched, when the layer is added with `Router::layer`:
///
/// ```
/// # #[cfg(feature = "axum")] {
/// use axum::{Router, routing::get};
/// use phoenix_trace::HttpServerLayer;
///
/// let app: Router = Router::new()
///     .route("/users/{id}", get(|| async { "a user" }))
///     .route("/healthz", get(|| async { "ok" }))
///     .layer(HttpServerLayer::new().exclude("/healthz"));
/// # }
/// ```
///
/// Around the router as a whole it sees no route, and spans are called by their method alone. Other routers tell their
/// templates through [`route`](Self::route).
#[derive(Clone, Debug)]
pub struct HttpServerLayer {
    pub(super) settings: Arc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    exclude: Exclude,
    methods: Methods,
    route: Route,
    client_address: Option<ClientAddress>,
    scheme: Scheme,
    edge: Option<Edge>,
    request_fields: Captured,
    response_fields: Captured,
    /// The methods of gRPC that are served.
    #[cfg(feature = "grpc")]
    known: Arc<crate::grpc::Known>,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("exclude", &self.exclude)
            .field("methods", &self.methods)
            .field("scheme", &self.scheme)
            .field("edge", &self.edge)
            .field("request_fields", &self.request_fields)
            .field("response_fields", &self.response_fields)
            .finish_non_exhaustive()
    }
}

impl Default for HttpServerLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl HttpServerLayer {
    /// A layer that excludes nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            settings: Arc::new(Settings {
                exclude: Exclude::default(),
                methods: Methods::default(),
                route: matched_path,
                client_address: None,
                scheme: Scheme::default(),
                edge: None,
                request_fields: Captured::default(),
                response_fields: Captured::default(),
                #[cfg(feature = "grpc")]
                known: Arc::default(),
            }),
        }
    }

    /// Makes no span for this path; for all that begin with it when it ends in `*`; nor does anything inside of this layer. Such
    /// requests still have their context and are still answered with their correlation id. Where another layer stands around this
    /// one, it is that one which decides. A router that is nested in another one sees the rest of the path, and so does its layer.
    #[must_use]
    pub fn exclude(mut self, path: &str) -> Self {
        Arc::make_mut(&mut self.settings).exclude.add(path);
        self
    }

    /// Methods that are recorded by their names, in place of those of the conventions, which are RFC 9110's, `PATCH` and `QUERY`:
    /// `http.request.method` of all others is `_OTHER`, and their spans are called `HTTP`. The case of letters matters.
    ///
    /// ```
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// // A server of WebDAV.
    /// let methods = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "MKCOL", "PROPFIND"];
    /// let layer = HttpServerLayer::new().known_methods(methods);
    /// ```
    #[must_use]
    pub fn known_methods<M: AsRef<str>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        Arc::make_mut(&mut self.settings).methods = Methods::only(methods);
        self
    }

    /// Where to find the route's template, when the router is not axum's. It must be a template, of which there are
    /// few, and never a path.
    ///
    /// ```
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// #[derive(Clone)]
    /// struct Template(&'static str);
    ///
    /// let layer = HttpServerLayer::new().route(|extensions| Some(extensions.get::<Template>()?.0));
    /// ```
    #[must_use]
    pub fn route(mut self, route: fn(&Extensions) -> Option<&str>) -> Self {
        Arc::make_mut(&mut self.settings).route = route;
        self
    }

    /// Where to find the address of the client, for `client.address`: it is personal data, so it is recorded only where
    /// somebody says so. Behind a proxy it is what the proxy has told and the server has checked.
    ///
    /// ```
    /// use std::net::{IpAddr, SocketAddr};
    ///
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// /// Where the server keeps it; axum has `ConnectInfo<SocketAddr>`.
    /// #[derive(Clone)]
    /// struct Peer(SocketAddr);
    ///
    /// let layer = HttpServerLayer::new()
    ///     .client_address(|extensions| Some(extensions.get::<Peer>()?.0.ip()));
    /// ```
    #[must_use]
    pub fn client_address(mut self, address: fn(&Extensions) -> Option<IpAddr>) -> Self {
        Arc::make_mut(&mut self.settings).client_address = Some(address);
        self
    }

    /// Clients speak HTTPS to this server, or to a proxy in front of it that takes nothing else: `url.scheme` is `https`, on spans
    /// and metrics. A layer cannot see that: requests of HTTP/1.1 do not tell their scheme, and those that do tell what their client
    /// likes. Without this it is `http` unless a request says `https`.
    ///
    /// ```
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// let layer = HttpServerLayer::new().https();
    /// ```
    #[must_use]
    pub fn https(mut self) -> Self {
        Arc::make_mut(&mut self.settings).scheme.https = true;
        self
    }

    /// Believes what a proxy in front of this server tells of the scheme that its client speaks, `http` or `https`, for `url.scheme`:
    /// the `proto` of `forwarded` (RFC 7239), else `x-forwarded-proto`; of several proxies the first, which the client has spoken
    /// to. For servers that are reached through a proxy only, which sets one of these fields and takes the other away: whoever reaches
    /// a server directly says what they like.
    ///
    /// ```
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// let layer = HttpServerLayer::new().forwarded_scheme();
    /// ```
    #[must_use]
    pub fn forwarded_scheme(mut self) -> Self {
        Arc::make_mut(&mut self.settings).scheme.forwarded = true;
        self
    }

    /// At the public edge the context of requests is not believed: see [`Edge`]. Of several layers it belongs to the
    /// outermost, which reads the context; on an inner one it has no effect, which standard error says once. Excluded requests are
    /// treated alike.
    ///
    /// ```
    /// use phoenix_trace::{Edge, HttpServerLayer};
    ///
    /// let layer = HttpServerLayer::new().edge(Edge::new());
    /// ```
    #[must_use]
    pub fn edge(mut self, edge: Edge) -> Self {
        Arc::make_mut(&mut self.settings).edge = Some(edge);
        self
    }

    /// Records these header fields of requests, as `http.request.header.<name>`: all values of a field as an array of
    /// strings (OpenTelemetry semantic conventions for HTTP spans). None is recorded unless it is named.
    ///
    /// The attributes of fields that hold credentials, such as `authorization` and `cookie`, are sensitive: left out, unless
    /// the configuration says otherwise ([`Sensitive`](crate::Sensitive)). In URLs user-info and signatures are redacted. Of
    /// gRPC requests no fields are recorded.
    ///
    /// ```
    /// use phoenix_trace::HttpServerLayer;
    ///
    /// let layer = HttpServerLayer::new()
    ///     .capture_request_headers(["x-tenant", "referer"])
    ///     .capture_response_headers(["cache-control"]);
    /// ```
    #[must_use]
    pub fn capture_request_headers<N: AsRef<str>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        Arc::make_mut(&mut self.settings)
            .request_fields
            .add(REQUEST, names);
        self
    }

    /// Records these header fields of responses, as `http.response.header.<name>`, like
    /// [`capture_request_headers`](Self::capture_request_headers) those of requests.
    #[must_use]
    pub fn capture_response_headers<N: AsRef<str>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Self {
        Arc::make_mut(&mut self.settings)
            .response_fields
            .add(RESPONSE, names);
        self
    }
}

impl Settings {
    /// The span of a request, and what tells how it ended.
    fn start<A>(
        &self,
        request: &Request<A>,
        context: Context,
        #[cfg_attr(
            not(feature = "grpc"),
            expect(unused_variables, reason = "calls tell it")
        )]
        told: &mut ServerSpan,
    ) -> (Owned, ServerSide) {
        #[cfg(feature = "grpc")]
        if crate::grpc::is_rpc(request) {
            let (span, unknown) = crate::grpc::server_span(request, context, &self.known);
            told.unknown.clone_from(&unknown);
            let deadline = crate::grpc::Deadline::of(request.headers());
            return (span, ServerSide::of_rpc(unknown, deadline));
        }
        let uri = original_uri(request.extensions()).unwrap_or(request.uri());
        let route = (self.route)(request.extensions());
        let side = ServerSide::of(request.method()).capturing(&self.response_fields);
        let arriving = Arriving {
            request,
            uri,
            methods: &self.methods,
            route,
            scheme: self.scheme.of(uri, request.headers()),
            client: self.client_address.and_then(|of| of(request.extensions())),
            captured: &self.request_fields,
        };
        let span = server_span(&arriving, context);
        (span, side)
    }

    /// The same, for every request; what is excluded has a scope in place of a span.
    pub(super) fn enter<A>(&self, request: &mut Request<A>) -> (Owned, ServerSide) {
        if let Some(outer) = ServerSpan::of(request.extensions()) {
            Edge::look_inside(self.edge.as_ref(), outer);
            return (Owned::off(), ServerSide::of(request.method()));
        }
        let context = Edge::receive(self.edge.as_ref(), request.headers_mut());
        let mut told = ServerSpan {
            at_edge: self.edge.is_some(),
            #[cfg(feature = "grpc")]
            unknown: None,
        };
        let (span, side) = if self.exclude.has(request.uri().path()) {
            (scope(context), ServerSide::of(request.method()))
        } else {
            self.start(request, context, &mut told)
        };
        // Excluded or not, nothing further in makes another span.
        request.extensions_mut().insert(told);
        (span, side)
    }
}

#[cfg(feature = "axum")]
fn matched_path(extensions: &Extensions) -> Option<&str> {
    Some(extensions.get::<axum::extract::MatchedPath>()?.as_str())
}

#[cfg(not(feature = "axum"))]
fn matched_path(_: &Extensions) -> Option<&str> {
    None
}

/// As the client has sent it: a router that is nested in another one sees the rest of the path.
#[cfg(feature = "axum")]
fn original_uri(extensions: &Extensions) -> Option<&Uri> {
    Some(&extensions.get::<axum::extract::OriginalUri>()?.0)
}

#[cfg(not(feature = "axum"))]
fn original_uri(_: &Extensions) -> Option<&Uri> {
    None
}

impl<S> Layer<S> for HttpServerLayer {
    type Service = HttpServer<S>;

    fn layer(&self, inner: S) -> HttpServer<S> {
        HttpServer {
            inner,
            settings: self.settings.clone(),
        }
    }
}

/// A service inside of [`HttpServerLayer`].
#[derive(Clone, Debug)]
pub struct HttpServer<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S, A, B> Service<Request<A>> for HttpServer<S>
where
    S: Service<Request<A>, Response = Response<B>>,
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
        let (mut span, side) = self.settings.enter(&mut request);
        let inner = {
            let running = span.enter();
            let inner = self.inner.call(request);
            running.pause();
            inner
        };
        ResponseFuture::new(inner, span, side)
    }
}
