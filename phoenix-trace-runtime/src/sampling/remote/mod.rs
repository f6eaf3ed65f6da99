//! Jaeger remote sampling: a collector tells each service how to sample.

#[cfg(feature = "jaeger-remote")]
mod poll;
#[cfg(feature = "jaeger-remote")]
mod strategy;

use std::fmt;
use std::time::Duration;

use super::rule::clamped;
use crate::config::shown;

/// Where to ask for sampling strategies: a Jaeger collector, or whatever speaks its protocol over HTTP.
///
/// Asked for is `GET {endpoint}/sampling?service={service.name}`, over HTTP and not gRPC, every 60 s unless it says otherwise.
/// Until there is an answer the rules file decides, where there is one, else the initial ratio (0.001). With an answer that
/// cannot be used, or none, the last good one stays in force, which [`stats`](crate::stats) shows.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::Config;
/// use phoenix_trace::sampling::{JaegerRemote, Sampler};
///
/// let remote = JaegerRemote::new("http://jaeger-collector:5778")
///     .poll_every(Duration::from_secs(30))
///     .initial_sampling_rate(0.25);
/// let config = Config::from_env().sampler(Sampler::jaeger_remote(remote).parent_based());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct JaegerRemote {
    pub(crate) endpoint: String,
    pub(crate) interval: Duration,
    initial: f64,
}

impl JaegerRemote {
    /// The port of a collector's HTTP server for this, on this host.
    pub(crate) const ENDPOINT: &str = "http://localhost:5778";

    /// At this base URL, to which `/sampling` is added unless it has a path. A query that it has stays, before `service`; a user and
    /// a password in it are not sent.
    #[must_use]
    pub fn new(endpoint: impl Into<String>) -> Self {
        Self {
            endpoint: endpoint.into(),
            interval: Duration::from_secs(60),
            initial: 0.001,
        }
    }

    /// How often it is asked: every tenth of a second at most, once a day at least. Default 60 s.
    #[must_use]
    pub fn poll_every(mut self, interval: Duration) -> Self {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        self.interval = interval.clamp(Duration::from_millis(100), DAY);
        self
    }

    /// The ratio until there is an answer. Default 0.001.
    #[must_use]
    pub fn initial_sampling_rate(mut self, ratio: f64) -> Self {
        self.initial = clamped(ratio);
        self
    }

    pub(super) fn initial_ratio(&self) -> f64 {
        self.initial
    }

    /// As `OTEL_TRACES_SAMPLER_ARG` says it: `endpoint=…,pollingIntervalMs=…,initialSamplingRate=…`. `None`: it cannot be read.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut remote = Self::new(Self::ENDPOINT);
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (key, value) = part.split_once('=')?;
            let value = value.trim();
            remote = match key.trim() {
                "endpoint" => Self {
                    endpoint: Self::is_endpoint(value).then(|| value.to_owned())?,
                    ..remote
                },
                "pollingIntervalMs" => {
                    let milliseconds = value.parse().ok()?;
                    remote.poll_every(Duration::from_millis(milliseconds))
                }
                "initialSamplingRate" => {
                    let ratio: f64 = value.parse().ok()?;
                    let ratio = (0.0..=1.0).contains(&ratio).then_some(ratio)?;
                    remote.initial_sampling_rate(ratio)
                }
                _ => return None,
            };
        }
        Some(remote)
    }

    /// Is it a URL that can be asked?
    pub(crate) fn is_endpoint(endpoint: &str) -> bool {
        endpoint.parse().is_ok_and(|uri: http::Uri| {
            matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some()
        })
    }
}

impl fmt::Display for JaegerRemote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            endpoint, initial, ..
        } = self;
        let endpoint = shown(endpoint);
        write!(f, "asked for at {endpoint}, until then ratio {initial}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_has_the_specified_format() {
        let text =
            "endpoint=http://localhost:14250,pollingIntervalMs=5000,initialSamplingRate=0.25";
        let expected = JaegerRemote::new("http://localhost:14250")
            .poll_every(Duration::from_secs(5))
            .initial_sampling_rate(0.25);
        assert_eq!(JaegerRemote::parse(text), Some(expected));
        let default = JaegerRemote::parse("");
        assert_eq!(default, Some(JaegerRemote::new("http://localhost:5778")));
        for wrong in [
            "0.5",
            "endpoint=localhost",
            "pollingIntervalMs=soon",
            "initialSamplingRate=2",
            "interval=5",
        ] {
            assert_eq!(JaegerRemote::parse(wrong), None, "{wrong}");
        }
    }
}
