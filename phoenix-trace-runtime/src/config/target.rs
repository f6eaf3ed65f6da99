//! Where traces go: the exporter that a configuration asks for.

use std::fmt;

use opentelemetry_sdk::trace::SpanExporter;

use crate::boundary::url::without_credentials;
use crate::pipeline::{Console, Destination, Make, Sdk};

#[derive(Debug)]
pub(super) enum Target {
    None,
    Console,
    Otlp {
        protocol: Protocol,
        /// Given in code, or by a variable that the exporter does not know.
        endpoint: Option<String>,
        /// Given by a variable that the exporter reads itself.
        variable: Option<String>,
    },
    Custom(Box<dyn Destination>),
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

impl Target {
    /// Is somebody watching?
    pub(super) fn is_console(&self) -> bool {
        matches!(self, Self::Console)
    }

    /// What makes the exporter, within the reactor of the exporting thread. `service` names it on the console.
    pub(super) fn into_make(self, service: String) -> Make {
        match self {
            Self::None => Box::new(|| Ok(Box::new(Sdk(Nowhere)))),
            Self::Console => Box::new(|| Ok(Box::new(Sdk(Console::new(service))))),
            Self::Custom(exporter) => Box::new(|| Ok(exporter)),
            Self::Otlp {
                protocol, endpoint, ..
            } => Box::new(move || otlp(protocol, endpoint)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("nowhere"),
            Self::Console => f.write_str("to this console"),
            Self::Custom(_) => f.write_str("to an exporter of the program's"),
            Self::Otlp {
                protocol,
                endpoint,
                variable,
            } => {
                let (how, default) = match protocol {
                    Protocol::Grpc => ("OTLP/gRPC", "http://localhost:4317"),
                    Protocol::HttpProtobuf => ("OTLP/HTTP", "http://localhost:4318"),
                };
                let endpoint = endpoint
                    .as_deref()
                    .or(variable.as_deref())
                    .unwrap_or(default);
                write!(f, "over {how} to {}", without_secrets(endpoint))
            }
        }
    }
}

/// A URL as it may be shown: without user, password and query.
fn without_secrets(url: &str) -> String {
    let Ok(uri) = url.parse::<http::Uri>() else {
        return "an endpoint that is no URL".to_owned();
    };
    let host = uri
        .authority()
        .map_or("", |authority| without_credentials(authority.as_str()));
    let path = uri.path().trim_end_matches('/');
    match uri.scheme_str() {
        Some(scheme) => format!("{scheme}://{host}{path}"),
        None => format!("{host}{path}"),
    }
}

/// Without the exporter's own retries: the exporting thread tries again itself, and two pauses would multiply.
#[cfg(feature = "otlp")]
fn otlp(protocol: Protocol, endpoint: Option<String>) -> Result<Box<dyn Destination>, String> {
    use opentelemetry_otlp::RetryPolicy;
    use opentelemetry_otlp::{
        SpanExporter, WithExportConfig as _, WithHttpConfig as _, WithTonicConfig as _,
    };
    let exporter = match protocol {
        Protocol::Grpc => {
            let builder = SpanExporter::builder()
                .with_tonic()
                .with_retry_policy(RetryPolicy::disabled());
            match endpoint {
                Some(endpoint) => builder.with_endpoint(endpoint).build(),
                None => builder.build(),
            }
        }
        Protocol::HttpProtobuf => {
            let builder = SpanExporter::builder()
                .with_http()
                .with_retry_policy(RetryPolicy::disabled())
                .with_protocol(opentelemetry_otlp::Protocol::HttpBinary);
            match endpoint {
                Some(endpoint) => builder
                    .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
                    .build(),
                None => builder.build(),
            }
        }
    };
    exporter
        .map(|exporter| Box::new(Sdk(exporter)) as Box<dyn Destination>)
        .map_err(|error| error.to_string())
}

#[cfg(not(feature = "otlp"))]
fn otlp(_: Protocol, _: Option<String>) -> Result<Box<dyn Destination>, String> {
    Err("this program was built without the feature `otlp` of phoenix-trace".to_owned())
}

/// Takes spans and sends them nowhere.
#[derive(Debug)]
struct Nowhere;

impl SpanExporter for Nowhere {
    async fn export(
        &self,
        _: Vec<opentelemetry_sdk::trace::SpanData>,
    ) -> opentelemetry_sdk::error::OTelSdkResult {
        Ok(())
    }
}
