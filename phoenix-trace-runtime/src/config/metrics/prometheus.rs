//! Where metrics are served for Prometheus to scrape.

use std::fmt;

use super::super::vars::Vars;

/// An address to listen on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prometheus {
    pub(crate) host: String,
    pub(crate) port: u16,
}

/// The path that metrics are served on.
pub(crate) const PATH: &str = "/metrics";

impl fmt::Display for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port } = self;
        if host.contains(':') {
            write!(f, "http://[{host}]:{port}{PATH}")
        } else {
            write!(f, "http://{host}:{port}{PATH}")
        }
    }
}

impl Vars<'_> {
    pub(super) fn prometheus(&mut self) -> Prometheus {
        let host = self.first(&["OTEL_EXPORTER_PROMETHEUS_HOST"]);
        let port = self.parsed("OTEL_EXPORTER_PROMETHEUS_PORT", "a port", "9464");
        Prometheus {
            host: host.map_or_else(|| "localhost".to_owned(), |host| host.trim().to_owned()),
            port: port.unwrap_or(9464),
        }
    }
}
