//! The span of a request as a function, for axum's own way to write middleware.

use std::convert::Infallible;
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use super::{HttpServerLayer, ResponseFuture};

/// [`HttpServerLayer`] without any settings, for `axum::middleware::from_fn`. Like the layer it sees the route when it is added
/// with `Router::layer`.
///
/// ```
/// use axum::{Router, middleware, routing::get};
/// use phoenix_trace::trace_request;
///
/// let app: Router = Router::new()
///     .route("/users/{id}", get(|| async { "a user" }))
///     .layer(middleware::from_fn(trace_request));
/// ```
pub async fn trace_request(mut request: Request, next: Next) -> Response {
    static PLAIN: LazyLock<HttpServerLayer> = LazyLock::new(HttpServerLayer::new);
    let (span, side) = PLAIN.settings.enter(&mut request);
    let inner = async { Ok::<_, Infallible>(next.run(request).await) };
    match ResponseFuture::new(inner, span, side).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    }
}
