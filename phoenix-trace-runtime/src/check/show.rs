//! A check as a table.

use std::fmt;

use super::{Check, CheckStep, CheckedExporter, Outcome, Step};

impl Step {
    /// Its name in the table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Settings => "settings",
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Auth => "auth",
            Self::Accepted => "accepted",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.problems {
            writeln!(f, "{problem}")?;
        }
        if self.exporters.is_empty() {
            writeln!(
                f,
                "nothing is exported: telemetry is switched off, by OTEL_SDK_DISABLED or `disabled` in the file"
            )?;
        }
        let mut exporters = self.exporters.iter();
        exporters.try_for_each(|exporter| exporter.fmt(f))
    }
}

impl fmt::Display for CheckedExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} go {}", self.signal, self.exporter)?;
        if self.steps.is_empty() {
            writeln!(f, "  nothing to try")?;
        }
        self.steps
            .iter()
            .try_for_each(|step| writeln!(f, "  {step}"))
    }
}

impl fmt::Display for CheckStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, what) = match &self.outcome {
            Outcome::Ok(what) => ("ok", what),
            Outcome::Skipped(what) => ("-", what),
            Outcome::Failed(what) => ("FAILED", what),
        };
        let milliseconds = self.took.as_secs_f64() * 1e3;
        write!(
            f,
            "{:8}  {word:6}  {milliseconds:8.1} ms  {what}",
            self.step
        )
    }
}
