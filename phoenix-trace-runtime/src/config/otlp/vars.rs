//! The variables of OTLP: those of traces win over those of all signals, and an empty one counts as unset.

use std::time::Duration;

use super::{Compression, Endpoint, Header, Otlp, PemFile, Protocol};
use crate::config::vars::{Vars, percent_decoded};

impl Vars<'_> {
    pub(in crate::config) fn otlp(&mut self) -> Otlp {
        let endpoint = self.endpoint();
        let earlier = endpoint.as_ref().is_some_and(|e| e.named_by == EARLIER);
        Otlp {
            protocol: self.protocol().or(earlier.then_some(Protocol::Grpc)),
            endpoint,
            insecure: self.insecure(),
            headers: self.headers(),
            compression: self.compression(),
            timeout: self.timeout(),
            certificate: self.pem_file([
                "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
                "OTEL_EXPORTER_OTLP_CERTIFICATE",
            ]),
            client_certificate: self.pem_file([
                "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
                "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE",
            ]),
            client_key: self.pem_file([
                "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
                "OTEL_EXPORTER_OTLP_CLIENT_KEY",
            ]),
        }
    }

    /// The first of these that is set, with its name.
    fn named(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        let set = |name: &&'static str| Some((*name, self.first(&[name])?));
        names.iter().find_map(set)
    }

    fn endpoint(&self) -> Option<Endpoint> {
        let (named_by, url) = self.named(&[OF_TRACES, "OTEL_EXPORTER_OTLP_ENDPOINT", EARLIER])?;
        Some(Endpoint {
            url,
            named_by,
            is_base: named_by != OF_TRACES,
        })
    }

    fn protocol(&mut self) -> Option<Protocol> {
        let names = [
            "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
            "OTEL_EXPORTER_OTLP_PROTOCOL",
        ];
        let (name, value) = self.named(&names)?;
        match value.trim() {
            "grpc" => Some(Protocol::Grpc),
            "http/protobuf" => Some(Protocol::HttpProtobuf),
            _ => {
                self.problem(name, &value, "grpc or http/protobuf", "the default");
                None
            }
        }
    }

    fn insecure(&mut self) -> bool {
        let names = [
            "OTEL_EXPORTER_OTLP_TRACES_INSECURE",
            "OTEL_EXPORTER_OTLP_INSECURE",
        ];
        self.named(&names).is_some_and(|(name, _)| self.flag(name))
    }

    fn compression(&mut self) -> Option<Compression> {
        let names = [
            "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
            "OTEL_EXPORTER_OTLP_COMPRESSION",
        ];
        let (name, value) = self.named(&names)?;
        match value.trim() {
            "none" => Some(Compression::None),
            "gzip" => Some(Compression::Gzip),
            "zstd" => Some(Compression::Zstd),
            _ => {
                self.problem(name, &value, "none, gzip or zstd", "none");
                None
            }
        }
    }

    fn timeout(&mut self) -> Option<Duration> {
        let names = [
            "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
            "OTEL_EXPORTER_OTLP_TIMEOUT",
        ];
        let (name, _) = self.named(&names)?;
        self.parsed(
            name,
            "a whole number of milliseconds, zero or more",
            "10000",
        )
        .map(Duration::from_millis)
    }

    fn headers(&mut self) -> Vec<Header> {
        let names = [
            "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
            "OTEL_EXPORTER_OTLP_HEADERS",
        ];
        let Some((named_by, list)) = self.named(&names) else {
            return Vec::new();
        };
        let pairs = list.split(',').filter(|pair| !pair.trim().is_empty());
        let mut headers = Vec::new();
        for (pair, position) in pairs.zip(1..) {
            let header = pair.split_once('=').and_then(|(name, value)| {
                Some(Header {
                    name: name.trim().to_owned(),
                    value: percent_decoded(value.trim())?,
                    named_by,
                })
            });
            match header {
                Some(header) => headers.push(header),
                // Not even the name is shown: what has no `=` may be a token.
                None => self.problem(
                    named_by,
                    &format!("…, number {position}"),
                    "a list such as `name=value,name=value`, values percent-encoded",
                    "the other headers",
                ),
            }
        }
        headers
    }

    fn pem_file(&self, names: [&'static str; 2]) -> Option<PemFile> {
        let (named_by, path) = self.named(&names)?;
        Some(PemFile::new(path.trim(), named_by))
    }
}

const OF_TRACES: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";

/// The name of an earlier design, which meant OTLP over gRPC.
const EARLIER: &str = "OTEL_COLLECTOR_ENDPOINT";
