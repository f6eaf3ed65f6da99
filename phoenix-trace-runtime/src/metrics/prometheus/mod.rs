//! Metrics for Prometheus to scrape: a small server on the exporting thread. A scrape is one connection with one request, of
//! bounded size and time; there are a few at once at most.

mod family;
mod names;
mod scrape;
mod served;
#[cfg(test)]
mod tests;
mod text;

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use self::scrape::Scraper;
pub(crate) use self::served::Served;
use super::provider::Readings;
use crate::config::Prometheus;
use crate::diag;
use crate::pipeline::{Beside, Order};

/// Scrapes at once; further ones wait to be accepted.
const CONNECTIONS: usize = 8;
/// How long the head of a request may take.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// The largest head of a request.
const HEAD: usize = 16 * 1024;
/// How long a connection may last beside the collection.
const CONNECTED: Duration = Duration::from_secs(10);
/// After which time an address that could not be listened on is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

pub(super) struct Server {
    at: Prometheus,
    listeners: Vec<(TcpListener, Served)>,
    /// It was said that it cannot be listened.
    told: bool,
    connections: JoinSet<()>,
}

/// Which variable leads elsewhere.
fn remedy(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied => {
            "OTEL_EXPORTER_PROMETHEUS_PORT names another port"
        }
        _ => "OTEL_EXPORTER_PROMETHEUS_HOST names another host",
    }
}

impl Server {
    pub(super) fn new(at: Prometheus) -> Self {
        Self {
            at,
            listeners: Vec::new(),
            told: false,
            connections: JoinSet::new(),
        }
    }

    /// Serves until it is told to stop.
    pub(super) async fn run(mut self, readings: Readings, timeout: Duration, beside: Arc<Beside>) {
        let scraper = Arc::new(Scraper::new(readings, timeout));
        loop {
            match beside.next() {
                Order::Stop { .. } => break,
                // Whoever wants to know asks for it.
                Order::Flush { number, .. } => beside.answer(number),
                Order::Nothing => tokio::select! {
                    () = beside.woken() => {}
                    () = self.serve(&scraper, timeout) => {}
                },
            }
        }
    }

    /// Accepts one connection, or waits for a moment.
    async fn serve(&mut self, scraper: &Arc<Scraper>, collected_within: Duration) {
        if self.listeners.is_empty()
            && let Err(error) = self.listen().await
        {
            if !std::mem::replace(&mut self.told, true) {
                diag::line(format_args!(
                    "metrics cannot be served on {} ({error}); it is tried again; {}; requests are not affected",
                    self.at,
                    remedy(error.kind())
                ));
            }
            return sleep(AGAIN_AFTER).await;
        }
        while self.connections.try_join_next().is_some() {}
        while self.connections.len() >= CONNECTIONS {
            self.connections.join_next().await;
        }
        let Ok(stream) = accept(&self.listeners).await else {
            // The process has no more files, for one.
            return sleep(Duration::from_millis(100)).await;
        };
        let scraper = scraper.clone();
        let within = collected_within.saturating_add(CONNECTED);
        self.connections
            .spawn(async move { drop(timeout(within, converse(stream, scraper)).await) });
    }

    /// On all addresses that the host's name has, so that whoever knows the same name finds it.
    async fn listen(&mut self) -> io::Result<()> {
        let Prometheus { host, port } = &self.at;
        let mut refused = None;
        for address in lookup_host((host.as_str(), *port)).await? {
            match TcpListener::bind(address).await {
                Ok(listener) => self.listeners.push((listener, Served::at(address))),
                // That one of them is taken matters more than that a machine does not have the other.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                    self.listeners.clear();
                    return Err(error);
                }
                Err(error) => refused = Some(error),
            }
        }
        if self.listeners.is_empty() {
            let nothing = || io::Error::new(io::ErrorKind::NotFound, "the host has no address");
            return Err(refused.unwrap_or_else(nothing));
        }
        if std::mem::take(&mut self.told) {
            diag::line(format_args!("metrics are served on {}", self.at));
        }
        Ok(())
    }
}

async fn accept(listeners: &[(TcpListener, Served)]) -> io::Result<TcpStream> {
    poll_fn(|cx| {
        let mut polled = listeners
            .iter()
            .map(|(listener, _)| listener.poll_accept(cx));
        match polled.find(Poll::is_ready) {
            Some(Poll::Ready(accepted)) => Poll::Ready(accepted.map(|(stream, _)| stream)),
            _ => Poll::Pending,
        }
    })
    .await
}

async fn converse(stream: TcpStream, scraper: Arc<Scraper>) {
    let service = service_fn(|request| {
        let scraper = scraper.clone();
        async move { Ok::<_, Infallible>(scraper.answer(&request).await) }
    });
    let mut server = http1::Builder::new();
    server
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(HEAD)
        .keep_alive(false);
    // One that breaks is somebody else's affair.
    drop(server.serve_connection(TokioIo::new(stream), service).await);
}
