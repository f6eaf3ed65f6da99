//! Is what Prometheus is to scrape there? It is asked for as Prometheus would.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Instant;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, lookup_host};

use super::{CheckStep, LONGEST, Outcome, Step};
use crate::config::{PATH, Prometheus};
use crate::metrics::prometheus::Served;

/// What was found where metrics are served, or would be.
pub(super) async fn try_out(at: &Prometheus) -> Vec<CheckStep> {
    let started = Instant::now();
    let outcome = match tokio::time::timeout(LONGEST, ask(at)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Failed(format!("nothing came within {LONGEST:?}")),
    };
    vec![CheckStep {
        step: Step::Accepted,
        outcome,
        took: started.elapsed(),
    }]
}

async fn ask(at: &Prometheus) -> Outcome {
    const HOST: &str = "OTEL_EXPORTER_PROMETHEUS_HOST names another host";
    const PORT: &str = "OTEL_EXPORTER_PROMETHEUS_PORT names another port";
    let addresses: Vec<SocketAddr> = match lookup_host((at.host.as_str(), at.port)).await {
        Ok(addresses) => addresses.collect(),
        Err(error) => return Outcome::Failed(format!("{error}; {HOST}")),
    };
    for address in &addresses {
        if let Ok(stream) = TcpStream::connect(address).await {
            return match head(stream).await {
                Ok(line) if line.contains(" 200 ") && Served::is_at(*address) => {
                    Outcome::Ok(format!("{address} answers with metrics"))
                }
                Ok(line) => Outcome::Failed(format!(
                    "{address} answers `{line}`: somebody else listens there; {PORT}"
                )),
                Err(error) => {
                    Outcome::Failed(format!("{address} does not answer: {error}; {PORT}"))
                }
            };
        }
    }
    // As long as no telemetry runs, nobody is to listen there.
    for address in &addresses {
        match TcpListener::bind(address).await {
            Ok(_) => {
                let what = "nobody listens there yet, and the port is free: it is served as soon as telemetry runs";
                return Outcome::Skipped(what.to_owned());
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Outcome::Failed(format!("{address}: {error}; {PORT}"));
            }
            Err(_) => {}
        }
    }
    Outcome::Failed(format!("this machine cannot listen there; {HOST}"))
}

/// The first line of the answer, of which no more is of interest.
async fn head(mut stream: TcpStream) -> io::Result<String> {
    const LONGEST: usize = 100;
    let request = format!("HEAD {PATH} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = [0; LONGEST];
    let mut read = 0;
    while read < LONGEST && !answer[..read].contains(&b'\n') {
        match stream.read(&mut answer[read..]).await? {
            0 => break,
            bytes => read += bytes,
        }
    }
    let answer = String::from_utf8_lossy(&answer[..read]);
    Ok(crate::printable::escape(
        answer.lines().next().unwrap_or_default(),
    ))
}
