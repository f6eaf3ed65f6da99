//! Where metrics go, and how often: unless somebody says otherwise, where traces go, if they go over OTLP.

mod aggregation;
mod prometheus;

use std::fmt;
use std::time::Duration;

use super::otlp::{Otlp, Settings, Signal, Whose};
use super::vars::Vars;
use super::{Config, Problem};
pub use aggregation::MetricTemporality;
#[cfg(feature = "prometheus")]
pub(crate) use prometheus::PATH;
pub(crate) use prometheus::Prometheus;

const EXPORTER: &str = "OTEL_METRICS_EXPORTER";

/// Settings as the effective configuration calls them.
pub(super) const TEMPORALITY: &str = "meter_provider.readers[0].temporality_preference";
pub(super) const SERIES: &str = "meter_provider.readers[0].cardinality_limits.histogram";

/// What variables and code say of metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    chosen: Option<Chosen>,
    /// What the variables of OTLP say of metrics alone.
    own: Otlp,
    /// The same, and where they say nothing what they say of all signals.
    environment: Otlp,
    /// What variables say of Prometheus.
    prometheus: Prometheus,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
    pub(super) temporality: MetricTemporality,
    pub(super) series: usize,
}

#[derive(Debug)]
enum Chosen {
    None,
    Console,
    /// By the environment: the variables say where.
    Prometheus,
    PrometheusAt(Prometheus),
    /// By the environment: the variables say where to.
    Otlp,
    /// By code, which says so much of it.
    OtlpOf(Box<Otlp>),
}

/// How metrics are exported.
#[derive(Debug)]
pub(crate) struct MetricsExport {
    pub(crate) target: MetricsTarget,
    pub(crate) interval: Duration,
    pub(crate) how: Aggregation,
}

/// How metrics are collected.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Aggregation {
    /// How long one collection and its export may take.
    pub(crate) timeout: Duration,
    pub(crate) temporality: MetricTemporality,
    /// The most series of each instrument for requests and operations.
    pub(crate) series: usize,
}

#[derive(Debug)]
pub(crate) enum MetricsTarget {
    Console,
    Prometheus(Prometheus),
    Otlp(Box<Settings>),
}

impl fmt::Display for MetricsExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            MetricsTarget::Console => f.write_str("to this console")?,
            MetricsTarget::Prometheus(at) => return write!(f, "to whoever scrapes {at}"),
            MetricsTarget::Otlp(settings) => settings.fmt(f)?,
        }
        write!(f, " every {:?}", self.interval)
    }
}

impl Config {
    /// Exports no metrics. Default: `OTEL_METRICS_EXPORTER` (`otlp`, `console`, `prometheus`, `none`), else over OTLP where
    /// traces go over OTLP, else none.
    #[must_use]
    pub fn no_metrics(mut self) -> Self {
        self.metrics.choose_none();
        self.origins.code("meter_provider.readers");
        self
    }

    /// Exports metrics over OTLP. What `otlp` does not set is taken from the `OTEL_EXPORTER_OTLP_METRICS_*` variables, else
    /// from those of all signals. Without it metrics go where traces go.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace_runtime::{Config, Otlp};
    ///
    /// let config = Config::default()
    ///     .otlp(Otlp::grpc().endpoint("http://collector:4317"))
    ///     .metrics_otlp(Otlp::http().endpoint("http://prometheus:9090/api/v1/otlp"))
    ///     .metric_interval(Duration::from_secs(15));
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn metrics_otlp(mut self, otlp: Otlp) -> Self {
        self.metrics.choose_otlp(otlp);
        self.origins.code("meter_provider.readers");
        self.check_metrics();
        self
    }

    /// Writes metrics to standard error.
    #[must_use]
    pub fn metrics_console(mut self) -> Self {
        self.metrics.choose_console();
        self.origins.code("meter_provider.readers");
        self
    }

    /// Serves metrics for Prometheus to scrape, on `http://host:port/metrics` (feature `prometheus`). Default of the host is
    /// `localhost` (`OTEL_EXPORTER_PROMETHEUS_HOST`), of the port 9464 (`OTEL_EXPORTER_PROMETHEUS_PORT`). Whoever reaches that
    /// address may read them.
    ///
    /// ```
    /// use phoenix_trace_runtime::Config;
    ///
    /// let config = Config::default().metrics_prometheus("127.0.0.1", 9464);
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn metrics_prometheus(mut self, host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        self.metrics.choose_prometheus(Prometheus { host, port });
        self.origins.code("meter_provider.readers");
        self
    }

    /// Whether numbers are sent over OTLP as totals. Default: they are
    /// (`OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`: `cumulative`, `delta`, `lowmemory`). To the console and to
    /// Prometheus they always are.
    #[must_use]
    pub fn metric_temporality(mut self, temporality: MetricTemporality) -> Self {
        self.metrics.temporality = temporality;
        self.origins.code(TEMPORALITY);
        self
    }

    /// How many series each instrument for requests and operations may have; at least one. What is beyond goes into one
    /// more, which has the attribute `otel.metric.overflow`. Default 2000 (`PHOENIX_TRACE_METRIC_SERIES`).
    #[must_use]
    pub fn metric_series(mut self, series: usize) -> Self {
        self.metrics.series = series.max(1);
        self.origins.code(SERIES);
        self
    }

    /// How long it is from one export of metrics to the next; at least a millisecond. Default 60 s
    /// (`OTEL_METRIC_EXPORT_INTERVAL`, in milliseconds).
    #[must_use]
    pub fn metric_interval(mut self, interval: Duration) -> Self {
        self.metrics.interval = interval.max(SHORTEST);
        self.origins.code("meter_provider.readers[0].interval");
        self
    }

    /// How long the collection of metrics and their export may take, further attempts included. Default 30 s
    /// (`OTEL_METRIC_EXPORT_TIMEOUT`, in milliseconds).
    #[must_use]
    pub fn metric_timeout(mut self, timeout: Duration) -> Self {
        self.metrics.timeout = timeout;
        self.origins.code("meter_provider.readers[0].timeout");
        self
    }

    /// How metrics are exported, if they are.
    pub(crate) fn metrics_export(&self, problems: &mut Vec<Problem>) -> Option<MetricsExport> {
        let Metrics { own, .. } = &self.metrics;
        let of_traces = self.targets.otlp();
        match &self.metrics.chosen {
            Some(Chosen::None) => return None,
            Some(Chosen::Console) => return Some(self.metrics.to(MetricsTarget::Console)),
            Some(Chosen::Prometheus) => {
                let at = self.metrics.prometheus.clone();
                return Some(self.metrics.to(MetricsTarget::Prometheus(at)));
            }
            Some(Chosen::PrometheusAt(at)) => {
                return Some(self.metrics.to(MetricsTarget::Prometheus(at.clone())));
            }
            Some(Chosen::OtlpOf(_) | Chosen::Otlp) | None => {}
        }
        let otlp = self.metrics.otlp(of_traces);
        // Of a place that is named for traces alone nobody has said that it takes metrics.
        let known = otlp.endpoint.is_some() || self.otlp.endpoint.is_none();
        let by_default = of_traces.is_some() && known || own.endpoint.is_some();
        if self.metrics.chosen.is_none() && !by_default {
            return None;
        }
        let settings = Settings::new(Signal::Metrics, &otlp, problems);
        Some(self.metrics.to(MetricsTarget::Otlp(Box::new(settings))))
    }

    /// Names what cannot be used.
    pub(super) fn check_metrics(&mut self) {
        let mut problems = std::mem::take(&mut self.problems);
        self.metrics_export(&mut problems);
        self.problems = problems;
    }
}

const SHORTEST: Duration = Duration::from_millis(1);

impl Metrics {
    pub(super) fn choose_none(&mut self) {
        self.chosen = Some(Chosen::None);
    }

    pub(super) fn choose_console(&mut self) {
        self.chosen = Some(Chosen::Console);
    }

    pub(super) fn choose_prometheus(&mut self, at: Prometheus) {
        self.chosen = Some(Chosen::PrometheusAt(at));
    }

    pub(super) fn choose_otlp(&mut self, otlp: Otlp) {
        self.chosen = Some(Chosen::OtlpOf(Box::new(otlp)));
    }

    /// What is said of OTLP for metrics, where they go over it. `of_traces`: what code says of it for traces.
    pub(super) fn otlp(&self, of_traces: Option<&Otlp>) -> Otlp {
        let Self {
            own, environment, ..
        } = self;
        match &self.chosen {
            Some(Chosen::OtlpOf(otlp)) => Otlp::clone(otlp).or(environment),
            // What code says of traces is not for a receiver of another name: it may hold tokens.
            _ => match of_traces {
                Some(said) if own.endpoint.is_none() => own.clone().or(said).or(environment),
                _ => environment.clone(),
            },
        }
    }

    fn to(&self, target: MetricsTarget) -> MetricsExport {
        let temporality = match target {
            MetricsTarget::Otlp(_) => self.temporality,
            MetricsTarget::Console | MetricsTarget::Prometheus(_) => MetricTemporality::Cumulative,
        };
        MetricsExport {
            target,
            interval: self.interval,
            how: Aggregation {
                timeout: self.timeout,
                temporality,
                series: self.series,
            },
        }
    }
}

impl Vars<'_> {
    pub(super) fn metrics(&mut self) -> Metrics {
        const INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
        let mut interval = Duration::from_secs(60);
        let mut timeout = Duration::from_secs(30);
        self.milliseconds(INTERVAL, &mut interval);
        self.milliseconds("OTEL_METRIC_EXPORT_TIMEOUT", &mut timeout);
        if interval.is_zero() {
            self.problem(INTERVAL, "0", "a number above zero", "60000");
            interval = Duration::from_secs(60);
        }
        self.histogram_aggregation();
        Metrics {
            chosen: self.metrics_exporter(),
            own: self.otlp(Whose::Own(Signal::Metrics)),
            environment: self.otlp(Whose::OwnElseAll(Signal::Metrics)),
            prometheus: self.prometheus(),
            interval,
            timeout,
            temporality: self.temporality(),
            series: self.metric_series(),
        }
    }

    fn metrics_exporter(&mut self) -> Option<Chosen> {
        let list = self.first(&[EXPORTER])?;
        let mut names: Vec<&str> = list.split(',').map(str::trim).collect();
        names.retain(|name| !name.is_empty());
        let known = names.iter().find_map(|name| match *name {
            "otlp" => Some(("otlp", Chosen::Otlp)),
            "console" => Some(("console", Chosen::Console)),
            "prometheus" => Some(("prometheus", Chosen::Prometheus)),
            "none" => Some(("none", Chosen::None)),
            _ => None,
        });
        if known.is_none() || names.len() > 1 {
            let instead = known.as_ref().map_or("the default", |(name, _)| name);
            self.problem(
                EXPORTER,
                &list,
                "otlp, console, prometheus or none",
                instead,
            );
        }
        known.map(|(_, chosen)| chosen)
    }
}

#[cfg(test)]
mod tests;
