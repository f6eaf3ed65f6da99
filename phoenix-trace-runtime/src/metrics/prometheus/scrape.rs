//! A request in, the metrics as text out. Callbacks of the program's run on a thread of their own, one scrape at a time.

use std::collections::BTreeSet;
use std::sync::Mutex as Locked;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::family::Families;
use super::text::Format;
use crate::config::PATH;
use crate::diag;
use crate::metrics::provider::Readings;
use crate::record::segment::lock;

pub(super) struct Scraper {
    readings: Readings,
    /// How long a collection may take.
    timeout: Duration,
    /// Held while one collects.
    collecting: Mutex<()>,
    /// What was said to be left out.
    told: Locked<BTreeSet<String>>,
}

impl Scraper {
    pub(super) fn new(readings: Readings, timeout: Duration) -> Self {
        Self {
            readings,
            timeout,
            collecting: Mutex::new(()),
            told: Locked::default(),
        }
    }

    pub(super) async fn answer<B>(&self, request: &Request<B>) -> Response<Full<Bytes>> {
        if request.uri().path() != PATH {
            return plain(StatusCode::NOT_FOUND, &format!("metrics are at {PATH}\n"));
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED, "metrics are read by GET\n");
            let allowed = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(ALLOW, allowed);
            return response;
        }
        let accept = request.headers().get_all(ACCEPT).into_iter();
        let accept: Vec<&str> = accept.filter_map(|value| value.to_str().ok()).collect();
        let format = Format::accepted(&accept.join(","));
        match timeout(self.timeout, self.collect(format)).await {
            Ok(Ok(text)) => answer(StatusCode::OK, format.content_type(), text),
            Ok(Err(why)) => plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{why}\n")),
            Err(_) => plain(
                StatusCode::SERVICE_UNAVAILABLE,
                "a callback of a meter has not returned\n",
            ),
        }
    }

    async fn collect(&self, format: Format) -> Result<String, String> {
        let _one = self.collecting.lock().await;
        let readings = self.readings.clone();
        let collecting = tokio::task::spawn_blocking(move || {
            let mut numbers = ResourceMetrics::default();
            let collected = readings.collect(&mut numbers);
            collected.map_err(|error| error.to_string())?;
            let families = Families::of(&numbers, &readings.collect_durations());
            Ok((format.write(&families), families.left_out))
        });
        let collected = collecting.await;
        let collected = collected.unwrap_or_else(|_| Err("a callback has panicked".to_owned()));
        let (text, left_out) = collected?;
        let mut told = lock(&self.told);
        for name in left_out {
            if told.insert(name.clone()) {
                diag::line(format_args!(
                    "Prometheus is not shown all of the metric `{name}`: another one that it calls the same is of another kind, or \
                     has the same labels"
                ));
            }
        }
        Ok(text)
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Full<Bytes>> {
    answer(status, "text/plain; charset=utf-8", text.to_owned())
}

fn answer(status: StatusCode, kind: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    let kind = HeaderValue::from_static(kind);
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
