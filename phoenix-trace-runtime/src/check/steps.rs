//! The steps on the way to a receiver of OTLP, each on its own, so that it can be told which one fails.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::uri::Scheme;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::{CheckStep, LONGEST, Outcome, Step};
use crate::config::{Protocol, Settings};
use crate::pipeline::{Probe, tls_config};

/// Every step up to the first that fails.
pub(super) async fn try_out(settings: &Settings) -> Vec<CheckStep> {
    let mut walk = Walk {
        settings,
        limit: settings.timeout.map_or(LONGEST, |limit| limit.min(LONGEST)),
        steps: Vec::new(),
    };
    // Which step ended it stands in the last one.
    let _ = walk.walk().await;
    walk.steps
}

struct Walk<'s> {
    settings: &'s Settings,
    limit: Duration,
    steps: Vec<CheckStep>,
}

/// A step has failed.
struct Ended;

/// What to do about a receiver with which there is no agreement.
fn remedy_of_tls(error: &std::io::Error) -> &'static str {
    let cause = error.get_ref();
    match cause.and_then(|cause| cause.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidMessage(_)) => {
            "the port does not speak TLS: an endpoint without it begins with http://"
        }
        Some(rustls::Error::InvalidCertificate(_)) => {
            "is the receiver's certificate signed by an authority that is trusted here (OTEL_EXPORTER_OTLP_CERTIFICATE names \
             one), is it for this name, and in date?"
        }
        _ => {
            "does the port speak TLS at all, and does the receiver ask for a client certificate \
             (OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE, OTEL_EXPORTER_OTLP_CLIENT_KEY)?"
        }
    }
}

impl Walk<'_> {
    async fn walk(&mut self) -> Result<(), Ended> {
        let settings = self.settings;
        let tls = self
            .step(Step::Settings, async { tls_config(settings) }, |_| {
                "certificates and headers can be used".to_owned()
            })
            .await?;
        let host = settings.uri.host().unwrap_or_default().to_owned();
        let secure = settings.uri.scheme() == Some(&Scheme::HTTPS);
        let port = settings.uri.port_u16();
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        let addresses = self.look_up(&host, port).await?;
        let stream = self.connect(&addresses).await?;
        if secure {
            self.agree(tls, &host, stream).await?;
        } else {
            // A receiver that takes one connection at a time waits for the end of this one.
            drop(stream);
            self.done(
                Step::Tls,
                Outcome::Skipped(
                    "the endpoint is http: what is sent can be read on the way".to_owned(),
                ),
            );
        }
        self.send().await
    }

    async fn look_up(&mut self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Ended> {
        // An address of version 6 stands in brackets in a URL.
        let name = host.trim_matches(['[', ']']).to_owned();
        let shown = name.clone();
        let look_up = async move {
            let found = tokio::net::lookup_host((name.as_str(), port)).await;
            let remedy = "is the name in the endpoint right, and known where this process runs?";
            let found =
                found.map_err(|error| format!("`{name}` is not known: {error}; {remedy}"))?;
            let addresses: Vec<SocketAddr> = found.collect();
            if addresses.is_empty() {
                return Err(format!("`{name}` has no address; {remedy}"));
            }
            Ok(addresses)
        };
        self.step(Step::Dns, look_up, |addresses| {
            let addresses: Vec<String> = addresses.iter().map(|a| a.ip().to_string()).collect();
            format!("{shown} is {}", addresses.join(", "))
        })
        .await
    }

    async fn connect(&mut self, addresses: &[SocketAddr]) -> Result<TcpStream, Ended> {
        let connect = async {
            let mut failed = Vec::new();
            for address in addresses {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => failed.push(format!("{address}: {error}")),
                }
            }
            Err(format!(
                "{}; does a collector listen there, is the port right (4317 for gRPC, 4318 for HTTP), and does a firewall or \
                 network policy let this process through?",
                failed.join(", ")
            ))
        };
        self.step(Step::Connect, connect, |stream| match stream.peer_addr() {
            Ok(address) => address.to_string(),
            Err(_) => "connected".to_owned(),
        })
        .await
    }

    async fn agree(
        &mut self,
        mut tls: rustls::ClientConfig,
        host: &str,
        stream: TcpStream,
    ) -> Result<(), Ended> {
        tls.alpn_protocols = match self.settings.protocol {
            Protocol::Grpc => vec![b"h2".to_vec()],
            Protocol::HttpProtobuf => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        let agree = async move {
            let name = ServerName::try_from(host).map_err(|error| error.to_string())?;
            let connector = TlsConnector::from(Arc::new(tls));
            let stream = connector.connect(name, stream).await;
            let stream = stream.map_err(|error| format!("{error}; {}", remedy_of_tls(&error)))?;
            let (_, session) = stream.get_ref();
            Ok(session.protocol_version())
        };
        self.step(Step::Tls, agree, |version| {
            let version = version.and_then(|version| version.as_str().map(str::to_owned));
            version.unwrap_or_else(|| "agreed".to_owned())
        })
        .await?;
        Ok(())
    }

    /// One empty request tells of the credentials and of the receiver.
    async fn send(&mut self) -> Result<(), Ended> {
        let started = Instant::now();
        let probe = match tokio::time::timeout(self.limit, Probe::send(self.settings.clone())).await
        {
            Ok(Ok(probe)) => probe,
            Ok(Err(why)) => Probe::Failed(why),
            Err(_) => Probe::Unheard(format!("no answer within {:?}", self.limit)),
        };
        let took = started.elapsed();
        let credentials = match (self.settings.headers.len(), &self.settings.client) {
            (0, None) => {
                Outcome::Skipped("no credentials are set, and none were asked for".to_owned())
            }
            (headers, client) => Outcome::Ok(format!(
                "not refused: {headers} header(s){}",
                if client.is_some() {
                    ", a client certificate"
                } else {
                    ""
                }
            )),
        };
        match probe {
            Probe::Taken(warning) => {
                self.done(Step::Auth, credentials);
                let warning = match warning.as_str() {
                    "" => String::new(),
                    warning => format!(", with a warning: {warning}"),
                };
                let taken = Outcome::Ok(format!("an empty request was taken{warning}"));
                self.after(Step::Accepted, taken, took);
                Ok(())
            }
            Probe::Denied(why) => {
                self.after(Step::Auth, Outcome::Failed(why), took);
                Err(Ended)
            }
            Probe::Failed(why) => {
                self.after(Step::Accepted, Outcome::Failed(why), took);
                Err(Ended)
            }
            Probe::Unheard(why) => {
                let failed = Outcome::Failed(format!("{why}; {}", self.other_protocol()));
                self.after(Step::Accepted, failed, took);
                Err(Ended)
            }
        }
    }

    /// What a receiver that nothing is heard of may speak instead.
    fn other_protocol(&self) -> &'static str {
        let secure = self.settings.uri.scheme() == Some(&Scheme::HTTPS);
        match (self.settings.protocol, secure) {
            (Protocol::Grpc, true) => {
                "does the port speak gRPC? OTLP over HTTP is OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, often on port 4318"
            }
            (Protocol::Grpc, false) => {
                "does the port speak gRPC, without TLS? OTLP over HTTP is OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf, often on \
                 port 4318; with TLS the endpoint begins with https://"
            }
            (Protocol::HttpProtobuf, true) => {
                "does the port speak HTTP? OTLP over gRPC is OTEL_EXPORTER_OTLP_PROTOCOL=grpc, often on port 4317"
            }
            (Protocol::HttpProtobuf, false) => {
                "does the port speak HTTP, without TLS? OTLP over gRPC is OTEL_EXPORTER_OTLP_PROTOCOL=grpc, often on port 4317; \
                 with TLS the endpoint begins with https://"
            }
        }
    }

    async fn step<T>(
        &mut self,
        step: Step,
        work: impl Future<Output = Result<T, String>>,
        seen: impl FnOnce(&T) -> String,
    ) -> Result<T, Ended> {
        let started = Instant::now();
        let result = match tokio::time::timeout(self.limit, work).await {
            Ok(result) => result,
            Err(_) => Err(format!(
                "nothing came within {:?}; does a firewall or network policy swallow it?",
                self.limit
            )),
        };
        let took = started.elapsed();
        match result {
            Ok(value) => {
                self.after(step, Outcome::Ok(seen(&value)), took);
                Ok(value)
            }
            Err(why) => {
                self.after(step, Outcome::Failed(why), took);
                Err(Ended)
            }
        }
    }

    fn done(&mut self, step: Step, outcome: Outcome) {
        self.after(step, outcome, Duration::ZERO);
    }

    fn after(&mut self, step: Step, outcome: Outcome, took: Duration) {
        self.steps.push(CheckStep {
            step,
            outcome,
            took,
        });
    }
}
