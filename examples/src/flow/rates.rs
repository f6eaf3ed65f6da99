//! In: how many segments a service had. Out: how many of them its head decision may keep at the rates of production.

use std::fmt;

use serde::Serialize;

use crate::cli::ServiceName;

/// How often a right implementation is found wrong, for each service of a run.
const ERROR: f64 = 1e-6;

/// From so many to so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Bounds {
    pub(crate) least: u64,
    pub(crate) most: u64,
}

/// The share of the traces that a service keeps by its head decision.
fn rate(service: ServiceName) -> f64 {
    match service {
        ServiceName::OrchestratorService | ServiceName::DataRouter => 1.0,
        ServiceName::LlmService => 0.5,
        ServiceName::ApiGateway | ServiceName::DocumentService | ServiceName::ModelServer => 0.1,
    }
}

impl Bounds {
    /// Of so many segments, in so many traces. Those of one trace share its fate, and traces are decided independently of each
    /// other; so the number kept is off by more than this with a probability of at most [`ERROR`] (Bernstein's inequality).
    pub(crate) fn of(service: ServiceName, segments: u64, traces: u64) -> Self {
        let rate = rate(service);
        let together = segments.div_ceil(traces.max(1)).max(1) as f64;
        let expected = segments as f64 * rate;
        let variance = together * expected * (1.0 - rate);
        if variance == 0.0 {
            return Self {
                least: segments,
                most: segments,
            };
        }
        let confidence = (2.0 / ERROR).ln();
        let jump = confidence * together / 3.0;
        let off = jump + (jump * jump + 2.0 * confidence * variance).sqrt();
        Self {
            least: (expected - off).max(0.0).ceil() as u64,
            most: ((expected + off) as u64).min(segments),
        }
    }

    pub(crate) fn has(self, kept: u64) -> bool {
        (self.least..=self.most).contains(&kept)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { least, most } = self;
        match least == most {
            true => write!(f, "{least}"),
            false => write!(f, "{least} to {most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_near_the_rate_or_all() {
        let of = |service, segments| Bounds::of(service, segments, 20_000).to_string();
        assert_eq!(of(ServiceName::DataRouter, 20_000), "20000");
        assert_eq!(of(ServiceName::ApiGateway, 20_000), "1767 to 2233");
        assert_eq!(of(ServiceName::LlmService, 18_000), "8634 to 9366");
        // Two of each trace.
        assert_eq!(of(ServiceName::DocumentService, 38_000), "3345 to 4255");
        let few = Bounds::of(ServiceName::ApiGateway, 10, 10);
        assert_eq!((few.least, few.most), (0, 10));
        assert!(!Bounds::of(ServiceName::ApiGateway, 100, 100).has(100));
    }
}
