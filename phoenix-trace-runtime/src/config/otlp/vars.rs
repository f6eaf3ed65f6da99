//! The variables of OTLP: those of one signal win over those of all signals, and an empty one counts as unset.

use std::time::Duration;

use super::{Compression, Endpoint, Header, Otlp, PemFile, Protocol, Signal};
use crate::config::vars::{Vars, percent_decoded};

/// The names of a variable: one for each signal, which wins, and one for all of them.
struct Names {
    traces: &'static str,
    metrics: &'static str,
    #[cfg(feature = "logs")]
    logs: &'static str,
    all: &'static str,
}

macro_rules! names {
    ($rest:literal) => {
        Names {
            traces: concat!("OTEL_EXPORTER_OTLP_TRACES_", $rest),
            metrics: concat!("OTEL_EXPORTER_OTLP_METRICS_", $rest),
            #[cfg(feature = "logs")]
            logs: concat!("OTEL_EXPORTER_OTLP_LOGS_", $rest),
            all: concat!("OTEL_EXPORTER_OTLP_", $rest),
        }
    };
}

impl Names {
    fn of(&self, whose: Whose) -> Vec<&'static str> {
        let own = |signal| match signal {
            Signal::Traces => self.traces,
            Signal::Metrics => self.metrics,
            #[cfg(feature = "logs")]
            Signal::Logs => self.logs,
        };
        match whose {
            Whose::Own(signal) => vec![own(signal)],
            Whose::OwnElseAll(signal) => vec![own(signal), self.all],
        }
    }
}

/// Which variables are read.
#[derive(Clone, Copy)]
pub(in crate::config) enum Whose {
    /// Those of the signal alone.
    Own(Signal),
    /// Those of the signal, and where one is not set that of all signals.
    OwnElseAll(Signal),
}

impl Vars<'_> {
    pub(in crate::config) fn otlp(&mut self, whose: Whose) -> Otlp {
        let endpoint = self.endpoint(whose);
        let earlier = endpoint.as_ref().is_some_and(|e| e.named_by == EARLIER);
        let (client_certificate, client_key) = self.client(whose);
        Otlp {
            protocol: self.protocol(whose).or(earlier.then_some(Protocol::Grpc)),
            endpoint,
            insecure: self.insecure(whose),
            headers: self.headers(whose),
            compression: self.compression(whose),
            timeout: self.timeout(whose),
            certificate: self.pem_file(&names!("CERTIFICATE"), whose),
            client_certificate,
            client_key,
        }
    }

    fn endpoint(&self, whose: Whose) -> Option<Endpoint> {
        const ENDPOINT: Names = names!("ENDPOINT");
        let mut names = ENDPOINT.of(whose);
        if matches!(whose, Whose::OwnElseAll(_)) {
            names.push(EARLIER);
        }
        let (named_by, url) = self.named(&names)?;
        Some(Endpoint {
            url,
            named_by: named_by.into(),
            is_base: named_by == ENDPOINT.all || named_by == EARLIER,
        })
    }

    fn protocol(&mut self, whose: Whose) -> Option<Protocol> {
        let words = [
            ("grpc", Protocol::Grpc),
            ("http/protobuf", Protocol::HttpProtobuf),
        ];
        self.word(&names!("PROTOCOL").of(whose), &words, "the default")
    }

    fn insecure(&mut self, whose: Whose) -> bool {
        self.named(&names!("INSECURE").of(whose))
            .is_some_and(|(name, _)| self.flag(name))
    }

    fn compression(&mut self, whose: Whose) -> Option<Compression> {
        let words = [
            ("none", Compression::None),
            ("gzip", Compression::Gzip),
            ("zstd", Compression::Zstd),
        ];
        self.word(&names!("COMPRESSION").of(whose), &words, "none")
    }

    fn timeout(&mut self, whose: Whose) -> Option<Duration> {
        let names = names!("TIMEOUT").of(whose);
        let (name, _) = self.named(&names)?;
        self.parsed(
            name,
            "a whole number of milliseconds, zero or more",
            "10000",
        )
        .map(Duration::from_millis)
    }

    fn headers(&mut self, whose: Whose) -> Vec<Header> {
        let names = names!("HEADERS").of(whose);
        let Some((named_by, list)) = self.named(&names) else {
            return Vec::new();
        };
        let pairs = list.split(',').filter(|pair| !pair.trim().is_empty());
        let mut headers = Vec::new();
        for (pair, position) in pairs.zip(1..) {
            let header = pair.split_once('=').and_then(|(name, value)| {
                Some(Header {
                    name: name.trim().to_owned(),
                    // Base64 may end in `=`: without a value the name may be a token.
                    value: percent_decoded(value.trim()).filter(|value| !value.is_empty())?,
                    named_by: named_by.into(),
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

    /// The client's certificate and its key. Where the signal names one of them, the other may be that of all signals.
    fn client(&self, whose: Whose) -> (Option<PemFile>, Option<PemFile>) {
        let certificate = self.pem_file(&names!("CLIENT_CERTIFICATE"), whose);
        let key = self.pem_file(&names!("CLIENT_KEY"), whose);
        match (whose, certificate.is_some() || key.is_some()) {
            (Whose::Own(signal), true) => self.client(Whose::OwnElseAll(signal)),
            _ => (certificate, key),
        }
    }

    fn pem_file(&self, names: &Names, whose: Whose) -> Option<PemFile> {
        let (named_by, path) = self.named(&names.of(whose))?;
        Some(PemFile::new(path.trim(), named_by))
    }
}

/// The name of an earlier design, which meant OTLP over gRPC.
const EARLIER: &str = "OTEL_COLLECTOR_ENDPOINT";
