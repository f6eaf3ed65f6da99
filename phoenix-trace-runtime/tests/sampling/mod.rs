//! Sampling: what rules decide, who decides, and what statistics over exported spans are worth.

mod anywhere;
mod custom;
mod honest;
mod matching;
mod overriding;
mod parents;
#[cfg(feature = "jaeger-remote")]
mod remote;
mod storm;
mod tail;
#[cfg(feature = "watch")]
mod watched;

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use opentelemetry_sdk::trace::SpanData;
use phoenix_trace_runtime::HttpServerLayer;
use phoenix_trace_runtime::outcome::{Failure, Outcome};
use phoenix_trace_runtime::testing::Capture;
use tower::{Service as _, ServiceBuilder};

use crate::support::enter;

/// The route of a request, as a router would leave it.
#[derive(Clone, Copy)]
struct Template(&'static str);

/// A request to a server, with these headers, which answers with a status.
struct Asked<'a> {
    route: Option<&'static str>,
    headers: &'a [(&'static str, String)],
    status: StatusCode,
}

impl Default for Asked<'_> {
    fn default() -> Self {
        Self {
            route: None,
            headers: &[],
            status: StatusCode::OK,
        }
    }
}

/// Has a server with the layer handle requests, one after the other.
async fn serve<'a>(requests: impl IntoIterator<Item = Asked<'a>>) {
    let layer = HttpServerLayer::new()
        .route(|extensions| Some(extensions.get::<Template>()?.0))
        .capture_request_headers(["x-tenant"]);
    let mut server =
        ServiceBuilder::new()
            .layer(layer)
            .service_fn(async |request: Request<String>| {
                let mut response = Response::new(String::new());
                let status = request.extensions().get::<StatusCode>();
                *response.status_mut() = status.copied().unwrap_or_default();
                Ok::<_, Infallible>(response)
            });
    for asked in requests {
        let mut request = Request::new(String::new());
        *request.headers_mut() = asked
            .headers
            .iter()
            .map(|(name, value)| {
                let value = HeaderValue::from_str(value).expect("a value");
                (HeaderName::from_static(name), value)
            })
            .collect::<HeaderMap>();
        request.extensions_mut().insert(asked.status);
        if let Some(route) = asked.route {
            request.extensions_mut().insert(Template(route));
        }
        let Ok(response) = server.call(request).await;
        drop(response);
    }
}

/// A root without children, which fails with an error of this type.
fn failing(name: &'static str, error_type: &str) {
    let root = enter(name);
    root.outcome(Outcome::Err(Failure::new(error_type)));
}

/// The names of the spans that were kept.
fn kept(capture: &Capture) -> Vec<String> {
    let spans = capture.spans().into_iter();
    spans.map(|span| span.name.to_string()).collect()
}

/// The trace state of a span as it was exported.
fn state(span: &SpanData) -> String {
    span.span_context.trace_state().header()
}

/// For each rule in force who it comes from, what it says, and how many it has decided about.
fn rules(capture: &Capture) -> String {
    let stats = capture.stats().sampling;
    let line = |rule: &phoenix_trace_runtime::sampling::RuleStats| {
        format!("{}: {} ({})\n", rule.origin, rule.rule, rule.matched)
    };
    stats.rules.iter().map(line).collect()
}

/// Waits until something is so, as long as a slow machine may take for it.
fn until(mut is_so: impl FnMut() -> bool) {
    let patience = std::time::Instant::now() + Duration::from_secs(30);
    while !is_so() {
        assert!(std::time::Instant::now() < patience, "it never is so");
        std::thread::yield_now();
    }
}
