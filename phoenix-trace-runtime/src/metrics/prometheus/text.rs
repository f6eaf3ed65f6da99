//! Families as text: Prometheus' own format 0.0.4, or OpenMetrics 1.0, which has exemplars.

use std::fmt::{self, Write as _};

use super::family::{Families, Family, Histogram, Kind, Value, escaped};
use crate::metrics::durations::Exemplar;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Prometheus,
    OpenMetrics,
}

impl Format {
    /// The one that whoever asks prefers; Prometheus' own where it does not matter.
    pub(super) fn accepted(accept: &str) -> Self {
        let quality = |wanted: &str| -> f32 {
            let of = |range: &str| {
                let mut parts = range.split(';').map(str::trim);
                let matches = parts
                    .next()
                    .is_some_and(|kind| kind.eq_ignore_ascii_case(wanted));
                let quality = parts.find_map(|part| part.strip_prefix("q="));
                let quality = quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
                matches.then_some(quality)
            };
            accept.split(',').filter_map(of).fold(0.0, f32::max)
        };
        let open = quality("application/openmetrics-text");
        if open > 0.0 && open >= quality("text/plain") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }

    pub(super) fn content_type(self) -> &'static str {
        match self {
            Self::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }

    pub(super) fn write(self, families: &Families) -> String {
        let mut text = String::new();
        // A string takes whatever is written to it.
        let _ = self.write_all(&mut text, families);
        text
    }

    fn write_all(self, text: &mut String, families: &Families) -> fmt::Result {
        for (name, family) in &families.by_name {
            self.write_family(text, name, family)?;
        }
        let (name, kind) = match self {
            Self::Prometheus => ("target_info", "gauge"),
            Self::OpenMetrics => ("target", "info"),
        };
        if !families.target.is_empty() {
            writeln!(
                text,
                "# HELP {name} The resource that these metrics are of."
            )?;
            writeln!(text, "# TYPE {name} {kind}")?;
            writeln!(text, "target_info{{{}}} 1", families.target)?;
        }
        match self {
            Self::Prometheus => Ok(()),
            Self::OpenMetrics => writeln!(text, "# EOF"),
        }
    }

    fn write_family(self, text: &mut String, name: &str, family: &Family) -> fmt::Result {
        let (total, kind) = match family.kind {
            Kind::Counter => ("_total", "counter"),
            Kind::Gauge => ("", "gauge"),
            Kind::Histogram => ("", "histogram"),
        };
        let named = match self {
            Self::Prometheus => total,
            Self::OpenMetrics => "",
        };
        if !family.help.is_empty() {
            let help = escaped(&family.help, self == Self::OpenMetrics);
            writeln!(text, "# HELP {name}{named} {help}")?;
        }
        writeln!(text, "# TYPE {name}{named} {kind}")?;
        if self == Self::OpenMetrics && !family.unit.is_empty() {
            writeln!(text, "# UNIT {name} {}", family.unit)?;
        }
        for (labels, value) in &family.series {
            match value {
                Value::Number(number) => writeln!(text, "{name}{total}{{{labels}}} {number}")?,
                Value::Histogram(histogram) => {
                    self.write_histogram(text, name, labels, histogram)?;
                }
            }
        }
        Ok(())
    }

    fn write_histogram(
        self,
        text: &mut String,
        name: &str,
        labels: &str,
        histogram: &Histogram,
    ) -> fmt::Result {
        let mut count = 0;
        for (place, bucket) in histogram.buckets.iter().enumerate() {
            count += bucket;
            write!(text, "{name}_bucket{{{labels},le=\"")?;
            match histogram.bounds.get(place) {
                Some(bound) => write!(text, "{bound:?}")?,
                None => write!(text, "+Inf")?,
            }
            write!(text, "\"}} {count}")?;
            let mut exemplars = histogram.exemplars.iter();
            if self == Self::OpenMetrics
                && let Some((value, exemplar)) = exemplars.find(|(_, one)| one.bucket == place)
            {
                write_exemplar(text, *value, exemplar)?;
            }
            writeln!(text)?;
        }
        writeln!(text, "{name}_sum{{{labels}}} {}", histogram.sum)?;
        writeln!(text, "{name}_count{{{labels}}} {count}")
    }
}

fn write_exemplar(text: &mut String, value: f64, exemplar: &Exemplar) -> fmt::Result {
    let Exemplar {
        trace_id,
        span_id,
        at,
        ..
    } = exemplar;
    let (seconds, millis) = (at / 1_000_000_000, at / 1_000_000 % 1_000);
    write!(
        text,
        " # {{span_id=\"{span_id:016x}\",trace_id=\"{trace_id:032x}\"}} {value} {seconds}.{millis:03}"
    )
}
