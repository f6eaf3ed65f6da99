//! How OTLP is spoken, and to whom: set in code, else by the standard variables, else by default.

mod settings;
#[cfg(test)]
mod tests;
mod url;
mod vars;

use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use http::HeaderName;
pub(crate) use settings::{PemFile, Settings};
pub(crate) use url::shown;
pub(super) use vars::Whose;

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    #[cfg(feature = "logs")]
    Logs,
}

impl Signal {
    #[cfg(feature = "otlp")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            #[cfg(feature = "logs")]
            Self::Logs => "logs",
        }
    }

    /// What is added to a base URL, over HTTP.
    fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
            #[cfg(feature = "logs")]
            Self::Logs => "/v1/logs",
        }
    }

    /// The method that takes it, over gRPC.
    fn method(self) -> &'static str {
        match self {
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            #[cfg(feature = "logs")]
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        }
    }
}

/// How OTLP is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Protocol {
    /// `grpc`, by default to `http://localhost:4317`.
    Grpc,
    /// `http/protobuf`, by default to `http://localhost:4318`.
    HttpProtobuf,
}

/// How requests are compressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compression {
    /// Not at all: the default.
    #[default]
    None,
    /// `gzip`, which every receiver understands.
    Gzip,
    /// `zstd`, smaller for less work.
    Zstd,
}

/// Export over OTLP, as [`Config::otlp`](crate::Config::otlp) takes it for traces, and
/// [`Config::metrics_otlp`](crate::Config::metrics_otlp) for metrics. What is not set here is taken from the
/// `OTEL_EXPORTER_OTLP_*` variables, where the configuration was made from the environment, else from the defaults.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::{Compression, Config, Otlp};
///
/// # let token = String::new();
/// let config = Config::from_env().otlp(
///     Otlp::grpc()
///         .endpoint("https://collector.example.com:4317")
///         .header("authorization", format!("Bearer {token}"))
///         .compression(Compression::Gzip)
///         .timeout(Duration::from_secs(5)),
/// );
/// ```
#[derive(Clone, Default)]
#[must_use = "it has to be given to `Config`"]
pub struct Otlp {
    pub(super) protocol: Option<Protocol>,
    pub(super) endpoint: Option<Endpoint>,
    pub(super) insecure: bool,
    pub(super) headers: Vec<Header>,
    pub(super) compression: Option<Compression>,
    pub(super) timeout: Option<Duration>,
    pub(super) certificate: Option<PemFile>,
    pub(super) client_certificate: Option<PemFile>,
    pub(super) client_key: Option<PemFile>,
}

/// An endpoint, and who named it.
#[derive(Clone)]
pub(super) struct Endpoint {
    pub(super) url: String,
    pub(super) named_by: Cow<'static, str>,
    /// Is it for all signals, so that over HTTP the path of the signal is added to it?
    pub(super) is_base: bool,
}

/// A header, and who named it.
#[derive(Clone)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) named_by: Cow<'static, str>,
}

impl Header {
    /// The name as it may be shown: what is no name of a header may be a token.
    pub(super) fn shown_name(&self) -> &str {
        match self.name.parse::<HeaderName>() {
            Ok(_) => &self.name,
            Err(_) => "…",
        }
    }
}

impl Otlp {
    /// OTLP over gRPC, by default to `http://localhost:4317`.
    pub fn grpc() -> Self {
        Self {
            protocol: Some(Protocol::Grpc),
            ..Self::default()
        }
    }

    /// OTLP over HTTP with protobuf bodies, by default to `http://localhost:4318`.
    pub fn http() -> Self {
        Self {
            protocol: Some(Protocol::HttpProtobuf),
            ..Self::default()
        }
    }

    /// The receiver's base URL, such as `http://collector:4317`; over HTTP `/v1/traces` is added to it, for metrics
    /// `/v1/metrics`. `https` is never sent in plain text. Default: `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or
    /// `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT`, else `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub fn endpoint(self, url: impl Into<String>) -> Self {
        Self {
            endpoint: Some(Endpoint {
                url: url.into(),
                named_by: Cow::Borrowed("Otlp::endpoint"),
                is_base: true,
            }),
            ..self
        }
    }

    /// A header of every request, such as the receiver's token; gRPC calls it metadata. Its value is never shown. It takes
    /// the place of a header of that name in `OTEL_EXPORTER_OTLP_HEADERS`.
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push(Header {
            name: name.into(),
            value: value.into(),
            named_by: Cow::Borrowed("Otlp::header"),
        });
        self
    }

    /// How requests are compressed. Default: `OTEL_EXPORTER_OTLP_COMPRESSION`, else not at all.
    pub fn compression(self, compression: Compression) -> Self {
        Self {
            compression: Some(compression),
            ..self
        }
    }

    /// How long one request may take, connecting included; zero: as long as it takes. Default: 10 s
    /// (`OTEL_EXPORTER_OTLP_TIMEOUT`, in milliseconds).
    pub fn timeout(self, timeout: Duration) -> Self {
        Self {
            timeout: Some(timeout),
            ..self
        }
    }

    /// A file of certificates in PEM form: who signed the receiver's, in place of those whom the system trusts. Default:
    /// `OTEL_EXPORTER_OTLP_CERTIFICATE`.
    pub fn certificate(self, file: impl Into<PathBuf>) -> Self {
        Self {
            certificate: Some(PemFile::new(file, "Otlp::certificate")),
            ..self
        }
    }

    /// The certificate by which this client shows who it is, and its private key, as files in PEM form. Default:
    /// `OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE` and `OTEL_EXPORTER_OTLP_CLIENT_KEY`.
    pub fn client_certificate(
        self,
        certificate: impl Into<PathBuf>,
        key: impl Into<PathBuf>,
    ) -> Self {
        const NAME: &str = "Otlp::client_certificate";
        Self {
            client_certificate: Some(PemFile::new(certificate, NAME)),
            client_key: Some(PemFile::new(key, NAME)),
            ..self
        }
    }

    /// Does it say how, of a key of the declarative configuration, or `protocol`?
    pub(super) fn says(&self, key: &str) -> bool {
        match key {
            "protocol" => self.protocol.is_some(),
            "compression" => self.compression.is_some(),
            _ => self.timeout.is_some(),
        }
    }

    /// This, and where it says nothing `other`.
    pub(super) fn or(self, other: &Self) -> Self {
        let names: Vec<&str> = self.headers.iter().map(|h| h.name.as_str()).collect();
        let others = other.headers.iter();
        let mut headers: Vec<Header> = others
            .filter(|there| {
                !names
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(&there.name))
            })
            .cloned()
            .collect();
        headers.extend(self.headers);
        // One of two who fit together says nothing beside the other's.
        let (client_certificate, client_key) = match (self.client_certificate, self.client_key) {
            (None, None) => (other.client_certificate.clone(), other.client_key.clone()),
            both => both,
        };
        Self {
            protocol: self.protocol.or(other.protocol),
            endpoint: self.endpoint.or_else(|| other.endpoint.clone()),
            insecure: self.insecure || other.insecure,
            headers,
            compression: self.compression.or(other.compression),
            timeout: self.timeout.or(other.timeout),
            certificate: self.certificate.or_else(|| other.certificate.clone()),
            client_certificate,
            client_key,
        }
    }
}

/// Without the values of headers and the credentials in the endpoint.
impl fmt::Debug for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.endpoint.as_ref();
        let headers: Vec<&str> = self.headers.iter().map(Header::shown_name).collect();
        f.debug_struct("Otlp")
            .field("protocol", &self.protocol)
            .field("endpoint", &endpoint.map(|e| shown(&e.url)))
            .field("headers", &headers)
            .field("compression", &self.compression)
            .field("timeout", &self.timeout)
            .field("certificate", &self.certificate)
            .field("client_certificate", &self.client_certificate)
            .field("client_key", &self.client_key)
            .finish_non_exhaustive()
    }
}
