//! Where metrics are served for Prometheus to scrape.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use super::super::vars::Vars;
use crate::printable::escape;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prometheus {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// What a host is, and what is used where it is none.
pub(crate) const HOST: &str = "an IP address or the name of a host";
pub(crate) const LOCALHOST: &str = "localhost";

/// The path that metrics are served on.
pub(crate) const PATH: &str = "/metrics";

impl fmt::Display for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        let host = escape(host);
        if host.contains(':') {
            write!(f, "http://[{host}]:{port}{PATH}")
        } else {
            write!(f, "http://{host}:{port}{PATH}")
        }
    }
}

/// The host that a text names: an IP address, where that is of version 6 also in brackets, or a name. `None`: it names none.
pub(crate) fn host(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(within) = text.strip_prefix('[') {
        let within = within.strip_suffix(']')?;
        return is_ipv6(within).then(|| within.to_owned());
    }
    let is_address = text.parse::<IpAddr>().is_ok() || is_ipv6(text);
    (is_address || is_name(text)).then(|| text.to_owned())
}

/// Also of a link, which is named after it: `fe80::1%eth0`.
fn is_ipv6(text: &str) -> bool {
    let (address, link) = text.split_once('%').unwrap_or((text, "0"));
    address.parse::<Ipv6Addr>().is_ok() && is_name(link)
}

/// Names within a container's network may have underscores.
fn is_name(text: &str) -> bool {
    const LONGEST: usize = 253;
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    (1..=LONGEST).contains(&text.len()) && text.chars().all(is_of_name)
}

impl Vars<'_> {
    pub(super) fn prometheus(&mut self) -> Prometheus {
        const VARIABLE: &str = "OTEL_EXPORTER_PROMETHEUS_HOST";
        let said = self.first(&[VARIABLE]);
        let host = said.as_deref().and_then(host);
        if let (Some(said), None) = (&said, &host) {
            self.problem(VARIABLE, said, HOST, LOCALHOST);
        }
        let port = self.parsed("OTEL_EXPORTER_PROMETHEUS_PORT", "a port", "9464");
        Prometheus {
            host: host.unwrap_or_else(|| LOCALHOST.to_owned()),
            port: port.unwrap_or(9464),
        }
    }
}
