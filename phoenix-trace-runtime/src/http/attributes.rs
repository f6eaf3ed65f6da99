//! The attributes and the name that an HTTP span starts with.

use std::borrow::Cow;
use std::net::IpAddr;

use http::header::USER_AGENT;
use http::{HeaderMap, Uri, Version};

use super::method::Methods;
use crate::boundary::{Captured, int, keys, opt, parts, text, url};
use crate::record::context::Context;
use crate::record::owned::{Owned, begin_under};
use crate::record::site::{Measured, Site, SpanKind};
use crate::record::start::Under;
use crate::record::strand::{Role, Strand};

static SERVER: Site = Site::new("HTTP", SpanKind::Server, "").measured(Measured::HttpServer);
static CLIENT: Site = Site::new("HTTP", SpanKind::Client, "").measured(Measured::HttpClient);

/// `{method} {target}`, as pieces; `HTTP` stands for methods that nobody knows.
fn with_name<R>(method: &str, target: Option<&str>, f: impl FnOnce(&[&str]) -> R) -> R {
    let method = if method == "_OTHER" { "HTTP" } else { method };
    match target {
        Some(target) => f(&[method, " ", target]),
        None => f(&[method]),
    }
}

/// A request that comes in.
pub(super) struct Arriving<'a, B> {
    pub(super) request: &'a http::Request<B>,
    /// As its client has sent it.
    pub(super) uri: &'a Uri,
    pub(super) methods: &'a Methods,
    pub(super) route: Option<&'a str>,
    pub(super) scheme: &'static str,
    pub(super) client: Option<IpAddr>,
    pub(super) captured: &'a Captured,
}

/// The span of a request that has come in, or its scope while nothing is recorded.
pub(super) fn server_span<B>(arriving: &Arriving<'_, B>, mut context: Context) -> Owned {
    let Arriving {
        request,
        uri,
        methods,
        route,
        scheme,
        client,
        captured,
    } = *arriving;
    let client = client.map(|client| client.to_string());
    let headers = request.headers();
    let (method, original) = methods.name(request.method().as_str());
    let query = uri.query().map(url::query);
    let (host, port) = url::server(url::authority(uri, headers));
    let attrs = [
        text(&keys::HTTP_REQUEST_METHOD, method),
        opt(&keys::HTTP_REQUEST_METHOD_ORIGINAL, original, text),
        opt(&keys::HTTP_ROUTE, route, text),
        text(&keys::URL_PATH, uri.path()),
        opt(&keys::URL_QUERY, query.as_deref(), text),
        text(&keys::URL_SCHEME, scheme),
        opt(&keys::SERVER_ADDRESS, host, text),
        opt(&keys::SERVER_PORT, port.map(i64::from), int),
        opt(&keys::CLIENT_ADDRESS, client.as_deref(), text),
        opt(
            &keys::USER_AGENT_ORIGINAL,
            field(headers, &USER_AGENT),
            text,
        ),
        opt(
            &keys::NETWORK_PROTOCOL_VERSION,
            version(request.version()),
            text,
        ),
    ];
    with_name(method, route, |name| {
        captured.with(headers, &attrs, |attrs| {
            begin_under(&SERVER, name, attrs, Under::Request(&mut context))
        })
    })
}

/// A request that goes out.
pub(super) struct Sent<'a> {
    pub(super) method: &'a str,
    pub(super) uri: &'a Uri,
    /// The whole URL where `uri` is but a part of it.
    pub(super) url: Option<&'a str>,
    pub(super) headers: &'a HeaderMap,
    pub(super) template: Option<&'a str>,
    /// How often it was sent before.
    pub(super) resends: u32,
}

/// The span of a request that goes out.
pub(super) fn client_span(sent: &Sent<'_>, methods: &Methods, captured: &Captured) -> Owned {
    let Sent {
        method,
        uri,
        url,
        headers,
        template,
        resends,
    } = *sent;
    let (method, original) = methods.name(method);
    let scheme = uri.scheme_str().unwrap_or("http");
    let authority = url::authority(uri, headers);
    let (host, port) = url::server(authority);
    let port = port.or_else(|| host.and_then(|_| url::default_port(scheme)));
    let query = uri.query().map_or(Cow::Borrowed(""), url::query);
    let mark = if query.is_empty() { "" } else { "?" };
    let (prefix, between) = authority.map_or(("", ""), |_| (scheme, "://"));
    let has_user = uri
        .authority()
        .is_some_and(|all| Some(all.as_str()) != authority);
    let full = [
        prefix,
        between,
        if has_user { url::REDACTED_USER } else { "" },
        authority.unwrap_or_default(),
        uri.path(),
        mark,
        &query,
    ];
    let whole = url.map(url::redacted);
    let whole = whole.as_deref().map(|url| [url]);
    let full = whole.as_ref().map_or(&full[..], |url| &url[..]);
    let attrs = [
        text(&keys::HTTP_REQUEST_METHOD, method),
        opt(&keys::HTTP_REQUEST_METHOD_ORIGINAL, original, text),
        opt(&keys::SERVER_ADDRESS, host, text),
        opt(&keys::SERVER_PORT, port.map(i64::from), int),
        parts(&keys::URL_FULL, full),
        opt(&keys::URL_TEMPLATE, template, text),
        opt(
            &keys::HTTP_REQUEST_RESEND_COUNT,
            (resends > 0).then_some(resends.into()),
            int,
        ),
    ];
    with_name(method, template, |name| {
        captured.with(headers, &attrs, |attrs| {
            begin_under(&CLIENT, name, attrs, Under::Current)
        })
    })
}

/// Tells the route of the request whose span this strand began with, if it is one of HTTP.
pub(super) fn set_route(strand: &mut Strand, route: &str) {
    if strand.role != Role::Root {
        return;
    }
    let root = strand.record(0);
    let Some(root) = root.filter(|root| std::ptr::eq(root.site, &SERVER)) else {
        return;
    };
    let name = strand.name_of(root);
    let method = name.split(' ').next().unwrap_or(name).to_owned();
    strand.rename_parts(0, &[&method, " ", route]);
    strand.set_plain(0, &[text(&keys::HTTP_ROUTE, route)]);
}

fn field<'a>(headers: &'a HeaderMap, name: &http::HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

pub(super) fn version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        Version::HTTP_3 => Some("3"),
        _ => None,
    }
}
