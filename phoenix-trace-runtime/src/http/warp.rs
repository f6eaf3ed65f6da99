//! Warp: filters as a traced service, and the routes that filters do not tell.
//!
//! ```no_run
//! use hyper_util::rt::{TokioExecutor, TokioIo};
//! use hyper_util::server::conn::auto::Builder;
//! use hyper_util::service::TowerToHyperService;
//! use phoenix_trace::{HttpServerLayer, http};
//! use tokio::net::TcpListener;
//! use warp::Filter as _;
//!
//! # async fn example() -> std::io::Result<()> {
//! let users = warp::path!("users" / u64)
//!     .and(http::warp::route("/users/{id}"))
//!     .map(|id| format!("user {id}"));
//! let health = warp::path!("healthz").map(|| "ok");
//! let service = http::warp::service(&HttpServerLayer::new().exclude("/healthz"), users.or(health));
//!
//! let listener = TcpListener::bind("0.0.0.0:8080").await?;
//! loop {
//!     let (stream, _) = listener.accept().await?;
//!     let service = TowerToHyperService::new(service.clone());
//!     tokio::spawn(async move {
//!         let server = Builder::new(TokioExecutor::new());
//!         server.serve_connection_with_upgrades(TokioIo::new(stream), service).await
//!     });
//! }
//! # }
//! ```

use std::convert::Infallible;

use http::{Request, Response};
use tower_layer::Layer as _;
use tower_service::Service;
use warp::{Filter, Rejection, Reply};

use super::{HttpServerLayer, ServerSide, set_http_route};
use crate::boundary::ResponseBody;

/// The service of `filter` inside of `layer`, for a server of hyper's: one of warp's own takes no service.
///
/// Filters are tried one after the other, and warp tells nobody which one answered. So spans are called by the method alone
/// unless a filter has a [`route`].
pub fn service<F, B>(
    layer: &HttpServerLayer,
    filter: F,
) -> impl Service<
    Request<B>,
    Response = Response<
        ResponseBody<
            impl http_body::Body<Data = bytes::Bytes, Error = warp::Error> + Send + 'static + use<F, B>,
            ServerSide,
        >,
    >,
    Error = Infallible,
    Future: Send,
> + Clone
+ use<F, B>
where
    F: Filter<Error = Rejection, Extract: Reply, Future: Send> + Clone,
    B: http_body::Body<Error: Into<Box<dyn std::error::Error + Send + Sync>>>
        + Send
        + Sync
        + 'static,
{
    layer.layer(warp::service(filter))
}

/// A filter that names the span of its request: `{method} {template}`. It stands behind the path and before what may still
/// reject, such as the method: so a method that is not allowed is told with the route that does not allow it. It extracts
/// nothing and rejects nothing.
///
/// ```
/// use phoenix_trace::http::warp::route;
/// use warp::Filter as _;
///
/// let user = warp::path!("users" / u64)
///     .and(route("/users/{id}"))
///     .and(warp::get())
///     .map(|id| format!("user {id}"));
/// ```
pub fn route(
    template: &'static str,
) -> impl Filter<Extract = (), Error = Infallible> + Clone + Send + Sync + 'static {
    warp::any()
        .map(move || set_http_route(template))
        .untuple_one()
}
