//! What an exporter is called in metrics.

use crate::config::{Protocol, Settings, Signal};

/// The type of an exporter, and where it exports to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Component {
    /// As in the attribute `otel.component.type`.
    pub(crate) kind: &'static str,
    /// The address and the port of its receiver.
    pub(crate) server: Option<(String, u16)>,
}

impl Component {
    pub(crate) fn new(kind: &'static str) -> Self {
        Self { kind, server: None }
    }

    pub(crate) fn of_otlp(settings: &Settings) -> Self {
        let kind = match (settings.signal, settings.protocol) {
            (Signal::Traces, Protocol::Grpc) => "otlp_grpc_span_exporter",
            (Signal::Traces, Protocol::HttpProtobuf) => "otlp_http_span_exporter",
            (Signal::Metrics, Protocol::Grpc) => "otlp_grpc_metric_exporter",
            (Signal::Metrics, Protocol::HttpProtobuf) => "otlp_http_metric_exporter",
            #[cfg(feature = "logs")]
            (Signal::Logs, Protocol::Grpc) => "otlp_grpc_log_exporter",
            #[cfg(feature = "logs")]
            (Signal::Logs, Protocol::HttpProtobuf) => "otlp_http_log_exporter",
        };
        let default = match settings.uri.scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        let port = settings.uri.port_u16().unwrap_or(default);
        let server = settings.uri.host().map(|host| {
            let address = host.trim_start_matches('[').trim_end_matches(']');
            (address.to_owned(), port)
        });
        Self { kind, server }
    }
}
