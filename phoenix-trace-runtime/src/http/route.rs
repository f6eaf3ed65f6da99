//! The route of a request, from routers that tell it to nobody.

use super::attributes::set_route;
use crate::record::carry::with_active;

/// Tells the route of the running request, which names its SERVER span `{method} {route}`: for routers that leave no template
/// in the extensions of a request, where [`HttpServerLayer::route`](crate::HttpServerLayer::route) would find it. It must be a
/// template, of which there are few, and never a path.
///
/// It is called in the task that serves the request; elsewhere, and without the span of an HTTP request, it does nothing. What
/// is told last counts. Samplers do not see it: they decide when the span starts.
///
/// ```
/// use phoenix_trace::set_http_route;
///
/// async fn load_user(path: &str) {
///     set_http_route("/users/{id}");
/// }
/// ```
pub fn set_http_route(template: &str) {
    with_active(|strand| set_route(strand, template));
}
