//! How metrics are put together: as totals or as what came since, and how many series there may be.

use std::fmt;

use super::super::vars::Vars;

/// Whether numbers are sent over OTLP as totals since the start, or as what came since they were last sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricTemporality {
    /// Totals: what is lost on the way is made good by what is sent next. The default.
    #[default]
    Cumulative,
    /// What came since, of counters and histograms; up-down counters are totals.
    Delta,
    /// The same, but observable counters are totals, as the program knows them.
    LowMemory,
}

impl fmt::Display for MetricTemporality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cumulative => "cumulative",
            Self::Delta => "delta",
            Self::LowMemory => "lowmemory",
        })
    }
}

pub(in crate::config) const EXEMPLAR_FILTER: &str = "OTEL_METRICS_EXEMPLAR_FILTER";

/// Series of each instrument for requests and operations, as many as the SDK's meters have by default.
pub(super) const MOST_SERIES: usize = 2000;

impl Vars<'_> {
    pub(super) fn temporality(&mut self) -> MetricTemporality {
        const NAME: &str = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
        let Some(value) = self.first(&[NAME]) else {
            return MetricTemporality::default();
        };
        let known = [
            MetricTemporality::Cumulative,
            MetricTemporality::Delta,
            MetricTemporality::LowMemory,
        ];
        let named =
            |known: &MetricTemporality| known.to_string().eq_ignore_ascii_case(value.trim());
        known.into_iter().find(named).unwrap_or_else(|| {
            self.problem(NAME, &value, "cumulative, delta or lowmemory", "cumulative");
            MetricTemporality::default()
        })
    }

    /// There is one way to aggregate histograms: whoever asks for another one is told.
    pub(super) fn histogram_aggregation(&mut self) {
        const NAME: &str = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION";
        const EXPLICIT: &str = "explicit_bucket_histogram";
        let value = self.first(&[NAME]);
        if let Some(value) = value.filter(|value| !value.trim().eq_ignore_ascii_case(EXPLICIT)) {
            self.problem(
                NAME,
                &value,
                "explicit_bucket_histogram, the only one that is supported",
                EXPLICIT,
            );
        }
    }

    /// Are there exemplars, which are spans of kept traces?
    pub(super) fn exemplars(&mut self) -> bool {
        let words = [("trace_based", true), ("always_off", false)];
        let on = self.word(&[EXEMPLAR_FILTER], &words, "trace_based");
        on.unwrap_or(true)
    }

    pub(super) fn metric_series(&mut self) -> usize {
        const NAME: &str = "PHOENIX_TRACE_METRIC_SERIES";
        let number = self.parsed(
            NAME,
            "a whole number, one or more",
            &MOST_SERIES.to_string(),
        );
        match number {
            Some(0) => {
                self.problem(
                    NAME,
                    "0",
                    "a whole number, one or more",
                    &MOST_SERIES.to_string(),
                );
                MOST_SERIES
            }
            Some(number) => number,
            None => MOST_SERIES,
        }
    }
}
