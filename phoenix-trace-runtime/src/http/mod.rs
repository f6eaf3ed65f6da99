//! HTTP boundaries: tower layers that give each request its span, its context and its correlation id.
//!
//! [`HttpServerLayer`] goes around a server's service or router, [`HttpClientLayer`] around a client that sends;
//! [`trace_http_client`] is for clients that no layer fits. Names, attributes and status follow the OpenTelemetry
//! conventions for HTTP spans.

mod attributes;
mod client;
mod outcome;
mod server;

pub use crate::boundary::{ResponseBody, ResponseFuture};
pub use client::{
    HttpClient, HttpClientLayer, UrlTemplate, trace_http_client, trace_http_response,
};
pub use outcome::{ClientSide, ServerSide};
pub use server::{HttpServer, HttpServerLayer};
