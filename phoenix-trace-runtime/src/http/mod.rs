//! HTTP boundaries: tower layers that give each request its span, its context and its correlation id.
//!
//! | where | what |
//! |---|---|
//! | a server that takes tower services: axum, hyper, tonic | [`HttpServerLayer`] |
//! | axum, through `middleware::from_fn` (feature `axum`) | `trace_request` |
//! | warp (feature `warp`) | `http::warp::service` |
//! | a router that leaves no template in the request's extensions | [`set_http_route`] |
//! | a client that is a tower service: hyper's | [`HttpClientLayer`] |
//! | `reqwest_middleware` (feature `reqwest`) | [`HttpClientLayer`] |
//! | any other client | [`trace_http_client`], [`HttpCall`] |
//!
//! Names, attributes and status follow the OpenTelemetry conventions for HTTP spans. A span of a server says that the client
//! hung up, or that a layer further out gave up, by `phoenix.cancelled`; where the connection is upgraded, as to a WebSocket, it
//! ends with the handshake.

mod attributes;
#[cfg(feature = "axum")]
mod axum;
mod call;
mod client;
mod method;
mod outcome;
#[cfg(feature = "reqwest")]
mod reqwest;
mod route;
mod scheme;
mod server;
#[cfg(feature = "warp")]
pub mod warp;

pub use crate::boundary::{BoxedErrors, Edge, ForcedTracing, Hosts, ResponseBody, ResponseFuture};
#[cfg(feature = "axum")]
pub use axum::trace_request;
pub use call::{HttpCall, trace_http_client, trace_http_response};
pub use client::{HttpClient, HttpClientLayer, ResendCounter, UrlTemplate};
pub use outcome::{ClientSide, ServerSide};
pub use route::set_http_route;
pub use server::{HttpServer, HttpServerLayer};
