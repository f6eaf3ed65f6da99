//! Where metrics go, and how often: unless somebody says otherwise, where traces go, if they go over OTLP.

mod aggregation;
mod prometheus;

use std::fmt;
use std::num::NonZeroU64;
use std::time::Duration;

use super::otlp::{Otlp, Settings, Signal, Whose};
use super::vars::Vars;
use super::{Config, Problem, timeout};
pub(super) use aggregation::EXEMPLAR_FILTER;
pub use aggregation::MetricTemporality;
#[cfg(feature = "prometheus")]
pub(crate) use prometheus::PATH;
pub(crate) use prometheus::{HOST, LOCALHOST, Prometheus, host};

const EXPORTER: &str = "OTEL_METRICS_EXPORTER";

/// Settings as the effective configuration calls them.
pub(super) const TEMPORALITY: &str = "meter_provider.readers[].temporality_preference";
pub(super) const SERIES: &str = "meter_provider.readers[].cardinality_limits.histogram";
pub(super) const EXEMPLARS: &str = "meter_provider.exemplar_filter";
pub(super) const INTERVAL: &str = "meter_provider.readers[].interval";
pub(super) const TIMEOUT: &str = "meter_provider.readers[].timeout";

/// What variables and code say of metrics.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// At most one of each kind. `None`: nobody says anything.
    chosen: Option<Vec<Way>>,
    /// Does code say it? It replaces what the environment or a file says.
    by_code: bool,
    /// What the variables of OTLP say of metrics alone.
    pub(super) own: Otlp,
    /// The same, and where they say nothing what they say of all signals.
    environment: Otlp,
    /// What variables say of Prometheus.
    prometheus: Prometheus,
    pub(super) interval: Duration,
    pub(super) timeout: Duration,
    pub(super) temporality: MetricTemporality,
    pub(super) series: usize,
    pub(super) exemplars: bool,
}

/// An exporter, and what a file says of its times.
#[derive(Debug)]
pub(super) struct Way {
    pub(super) to: Chosen,
    pub(super) interval: Option<Duration>,
    pub(super) timeout: Option<Duration>,
}

impl From<Chosen> for Way {
    fn from(to: Chosen) -> Self {
        Self {
            to,
            interval: None,
            timeout: None,
        }
    }
}

#[derive(Debug)]
pub(super) enum Chosen {
    Console,
    /// By the environment: the variables say where.
    Prometheus,
    PrometheusAt(Prometheus),
    /// By the environment: the variables say where to.
    Otlp,
    /// By code or a file, which says so much of it.
    OtlpOf(Box<Otlp>),
}

impl Chosen {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Console => "console",
            Self::Prometheus | Self::PrometheusAt(_) => "prometheus",
            Self::Otlp | Self::OtlpOf(_) => "otlp",
        }
    }
}

/// How metrics are exported by one exporter.
#[derive(Debug)]
pub(crate) struct MetricsExport {
    pub(crate) target: MetricsTarget,
    pub(crate) interval: Duration,
    /// How long one collection and its export may take.
    pub(crate) timeout: Duration,
    pub(crate) temporality: MetricTemporality,
}

#[derive(Debug)]
pub(crate) enum MetricsTarget {
    Console,
    Prometheus(Prometheus),
    Otlp(Box<Settings>),
}

impl fmt::Display for MetricsExport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.target.fmt(f)?;
        match self.target {
            MetricsTarget::Prometheus(_) => Ok(()),
            MetricsTarget::Console | MetricsTarget::Otlp(_) => {
                write!(f, " every {:?}", self.interval)
            }
        }
    }
}

impl fmt::Display for MetricsTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Console => f.write_str("to this console"),
            Self::Prometheus(at) => write!(f, "to whoever scrapes {at}"),
            Self::Otlp(settings) => settings.fmt(f),
        }
    }
}

/// Where metrics go, one after the other.
pub(super) fn listed(exports: &[MetricsExport]) -> String {
    let all: Vec<String> = exports.iter().map(ToString::to_string).collect();
    all.join(" and ")
}

impl Config {
    /// Exports no metrics. Default: `OTEL_METRICS_EXPORTER` (`otlp`, `console`, `prometheus`, several of them separated by
    /// commas, or `none`), else over OTLP where traces go over OTLP, else none.
    #[must_use]
    pub fn no_metrics(mut self) -> Self {
        self.metrics.choose_none();
        self.metrics.by_code = true;
        self.origins.code("meter_provider.readers");
        self
    }

    /// Exports metrics over OTLP, besides to the console or to Prometheus where code asks for these too. What `otlp` does not
    /// set is taken from the `OTEL_EXPORTER_OTLP_METRICS_*` variables, else from those of all signals. Without it metrics go
    /// where traces go.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace::{Config, Otlp};
    ///
    /// let config = Config::default()
    ///     .otlp(Otlp::grpc().endpoint("http://collector:4317"))
    ///     .metrics_otlp(Otlp::http().endpoint("http://prometheus:9090/api/v1/otlp"))
    ///     .metric_interval(Duration::from_secs(15));
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn metrics_otlp(self, otlp: Otlp) -> Self {
        let mut config = self.metrics_also(Chosen::OtlpOf(Box::new(otlp)));
        config.check_metrics();
        config
    }

    /// Writes metrics to standard error, besides over OTLP or to Prometheus where code asks for these too.
    #[must_use]
    pub fn metrics_console(self) -> Self {
        self.metrics_also(Chosen::Console)
    }

    /// Serves metrics for Prometheus to scrape, on `http://host:port/metrics` (feature `prometheus`). Default of the host is
    /// `localhost` (`OTEL_EXPORTER_PROMETHEUS_HOST`), of the port 9464 (`OTEL_EXPORTER_PROMETHEUS_PORT`). Whoever reaches that
    /// address may read them. Besides, they go over OTLP or to the console where code asks for these too.
    ///
    /// ```
    /// use phoenix_trace::{Config, Otlp};
    ///
    /// let config = Config::default()
    ///     .metrics_prometheus("127.0.0.1", 9464)
    ///     .metrics_otlp(Otlp::grpc().endpoint("http://collector:4317"));
    /// # drop(config);
    /// ```
    #[must_use]
    pub fn metrics_prometheus(mut self, host: impl Into<String>, port: u16) -> Self {
        let said = host.into();
        let host = prometheus::host(&said).unwrap_or_else(|| {
            let problem = Problem::new("Config::metrics_prometheus", &said, HOST, LOCALHOST);
            self.problems.push(problem);
            LOCALHOST.to_owned()
        });
        self.metrics_also(Chosen::PrometheusAt(Prometheus { host, port }))
    }

    /// The first exporter that code names replaces those of the environment and of a file.
    fn metrics_also(mut self, chosen: Chosen) -> Self {
        if !std::mem::replace(&mut self.metrics.by_code, true) {
            self.metrics.choose_none();
        }
        self.metrics.choose(chosen.into());
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

    /// Whether spans of kept traces stand as examples of what was measured. Default: they do (`OTEL_METRICS_EXEMPLAR_FILTER`:
    /// `trace_based`, `always_off`).
    #[must_use]
    pub fn metric_exemplars(mut self, on: bool) -> Self {
        self.metrics.exemplars = on;
        self.origins.code(EXEMPLARS);
        self
    }

    /// How long it is from one export of metrics to the next; at least a millisecond. Default 60 s
    /// (`OTEL_METRIC_EXPORT_INTERVAL`, in milliseconds).
    #[must_use]
    pub fn metric_interval(mut self, interval: Duration) -> Self {
        self.metrics.interval = interval.max(SHORTEST);
        for way in self.metrics.chosen.iter_mut().flatten() {
            way.interval = None;
        }
        self.origins.code(INTERVAL);
        self
    }

    /// How long the collection of metrics and their export may take, further attempts included; zero: as long as it takes.
    /// Default 30 s (`OTEL_METRIC_EXPORT_TIMEOUT`, in milliseconds).
    #[must_use]
    pub fn metric_timeout(mut self, timeout: Duration) -> Self {
        self.metrics.timeout = timeout::meant(timeout);
        for way in self.metrics.chosen.iter_mut().flatten() {
            way.timeout = None;
        }
        self.origins.code(TIMEOUT);
        self
    }

    /// How metrics are exported, if they are.
    pub(crate) fn metrics_export(&self, problems: &mut Vec<Problem>) -> Vec<MetricsExport> {
        let Some(chosen) = &self.metrics.chosen else {
            let by_default = self.metrics_with_traces().then(|| Way::from(Chosen::Otlp));
            let export = |way: Way| self.metrics_way(&way, problems);
            return by_default.into_iter().map(export).collect();
        };
        let export = |way: &Way| self.metrics_way(way, problems);
        chosen.iter().map(export).collect()
    }

    /// How the durations of requests and operations are told.
    #[cfg(feature = "metrics")]
    pub(crate) fn durations(&self) -> crate::metrics::Settings {
        crate::metrics::Settings {
            series: self.metrics.series,
            exemplars: self.metrics.exemplars,
            sensitive: self.effective_sensitive(),
        }
    }

    /// Do they go over OTLP where nobody says anything of them?
    fn metrics_with_traces(&self) -> bool {
        let of_traces = self.targets.otlp();
        let otlp = self.metrics.otlp(of_traces);
        // Of a place that is named for traces alone nobody has said that it takes metrics.
        let known = otlp.endpoint.is_some() || self.otlp.endpoint.is_none();
        of_traces.is_some() && known || self.metrics.own.endpoint.is_some()
    }

    fn metrics_way(&self, way: &Way, problems: &mut Vec<Problem>) -> MetricsExport {
        let metrics = &self.metrics;
        let target = match &way.to {
            Chosen::Console => MetricsTarget::Console,
            Chosen::Prometheus => MetricsTarget::Prometheus(metrics.prometheus.clone()),
            Chosen::PrometheusAt(at) => MetricsTarget::Prometheus(at.clone()),
            Chosen::Otlp | Chosen::OtlpOf(_) => {
                let otlp = metrics.otlp(self.targets.otlp());
                MetricsTarget::Otlp(Box::new(Settings::new(Signal::Metrics, &otlp, problems)))
            }
        };
        let temporality = match target {
            MetricsTarget::Otlp(_) => metrics.temporality,
            MetricsTarget::Console | MetricsTarget::Prometheus(_) => MetricTemporality::Cumulative,
        };
        MetricsExport {
            target,
            interval: way.interval.unwrap_or(metrics.interval),
            timeout: way.timeout.unwrap_or(metrics.timeout),
            temporality,
        }
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
        self.chosen = Some(Vec::new());
    }

    /// Adds an exporter, in place of another one of its kind.
    fn choose(&mut self, way: Way) {
        let ways = self.chosen.get_or_insert_default();
        match ways
            .iter_mut()
            .find(|there| there.to.kind() == way.to.kind())
        {
            Some(there) => *there = way,
            None => ways.push(way),
        }
    }

    /// The same of a further reader in a file; `false`: there is one of its kind already.
    pub(super) fn read(&mut self, way: Way) -> bool {
        let mut ways = self.chosen.iter().flatten();
        let is_new = ways.all(|there| there.to.kind() != way.to.kind());
        if is_new {
            self.choose(way);
        }
        is_new
    }

    /// How many exporters are chosen.
    pub(super) fn number(&self) -> usize {
        self.chosen.as_ref().map_or(0, Vec::len)
    }

    /// What code or a file says of OTLP for metrics.
    pub(super) fn said(&self) -> Option<&Otlp> {
        let mut chosen = self.chosen.iter().flatten();
        chosen.find_map(|way| match &way.to {
            Chosen::OtlpOf(otlp) => Some(&**otlp),
            _ => None,
        })
    }

    /// What is said of OTLP for metrics, where they go over it. `of_traces`: what code says of it for traces.
    pub(super) fn otlp(&self, of_traces: Option<&Otlp>) -> Otlp {
        let Self {
            own, environment, ..
        } = self;
        if let Some(said) = self.said() {
            return said.clone().or(environment);
        }
        // What code says of traces is not for a receiver of another name: it may hold tokens.
        match of_traces {
            Some(said) if own.endpoint.is_none() => own.clone().or(said).or(environment),
            _ => environment.clone(),
        }
    }
}

impl Vars<'_> {
    pub(super) fn metrics(&mut self) -> Metrics {
        const INTERVAL: &str = "OTEL_METRIC_EXPORT_INTERVAL";
        const EXPECTED: &str = "a whole number of milliseconds, one or more";
        let mut timeout = Duration::from_secs(30);
        let interval = self.parsed::<NonZeroU64>(INTERVAL, EXPECTED, "60000");
        self.export_timeout("OTEL_METRIC_EXPORT_TIMEOUT", &mut timeout);
        self.histogram_aggregation();
        Metrics {
            chosen: self.metrics_exporters(),
            by_code: false,
            own: self.otlp(Whose::Own(Signal::Metrics)),
            environment: self.otlp(Whose::OwnElseAll(Signal::Metrics)),
            prometheus: self.prometheus(),
            interval: Duration::from_millis(interval.map_or(60_000, NonZeroU64::get)),
            timeout,
            temporality: self.temporality(),
            series: self.metric_series(),
            exemplars: self.exemplars(),
        }
    }

    fn metrics_exporters(&mut self) -> Option<Vec<Way>> {
        let known = ["otlp", "console", "prometheus"];
        let listed = self.exporters(EXPORTER, &known, "the default")?;
        let way = |name| {
            Way::from(match name {
                "console" => Chosen::Console,
                "prometheus" => Chosen::Prometheus,
                _ => Chosen::Otlp,
            })
        };
        Some(listed.into_iter().map(way).collect())
    }
}

#[cfg(test)]
mod tests;
