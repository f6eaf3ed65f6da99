//! The attributes that the span of a call starts with, on either side.

use http::Uri;

use crate::boundary::{int, keys, opt, text, url};
use crate::value::Attr;

/// `package.Service/Method`.
pub(super) fn method_of(uri: &Uri) -> &str {
    let path = uri.path();
    path.strip_prefix('/').unwrap_or(path)
}

/// Those of a call of `method` on the server with this authority.
pub(super) fn of_call<'a>(method: &'a str, authority: Option<&'a str>) -> [Attr<'a>; 4] {
    let (host, port) = url::server(authority);
    [
        text(&keys::RPC_SYSTEM_NAME, "grpc"),
        text(&keys::RPC_METHOD, method),
        opt(&keys::SERVER_ADDRESS, host, text),
        opt(&keys::SERVER_PORT, port.map(i64::from), int),
    ]
}
