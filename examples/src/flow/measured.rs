//! In: the metrics that all processes sent last. Out: how many requests each service had, by its own histograms, and who called
//! whom how often: of all requests, whatever the rates left out of the traces.

use std::collections::BTreeMap;

use phoenix_trace::testing::{MetricValue, ReceivedPoint};
use serde::Serialize;

/// Requests, counted by the services.
#[derive(Debug, Default, Serialize, PartialEq, Eq)]
pub(crate) struct Measured {
    /// By the service that answered.
    pub(crate) requests: BTreeMap<String, u64>,
    /// Of these, those that failed.
    pub(crate) failed: BTreeMap<String, u64>,
    /// By who asked and who answered, as "asks -> answers".
    pub(crate) calls: BTreeMap<String, u64>,
}

impl Measured {
    pub(crate) fn of(points: &[ReceivedPoint]) -> Self {
        let mut measured = Self::default();
        for point in points {
            measured.add(point);
        }
        measured
    }

    fn add(&mut self, point: &ReceivedPoint) {
        let MetricValue::Histogram { count, .. } = point.value else {
            return;
        };
        let mut resource = point.resource.iter();
        let service = resource.find(|(key, _)| key == "service.name");
        let service = service.map_or_else(String::new, |(_, name)| name.to_string());
        match point.name.as_str() {
            "http.server.request.duration" | "rpc.server.call.duration" => {
                if point.attribute("error.type").is_some() {
                    *self.failed.entry(service.clone()).or_default() += count;
                }
                *self.requests.entry(service).or_default() += count;
            }
            "http.client.request.duration" | "rpc.client.call.duration" => {
                if let Some(peer) = point.attribute("service.peer.name") {
                    let call = format!("{service} -> {peer}");
                    *self.calls.entry(call).or_default() += count;
                }
            }
            _ => {}
        }
    }

    /// How many requests a service had.
    pub(crate) fn requests_of(&self, service: &str) -> u64 {
        self.requests.get(service).copied().unwrap_or(0)
    }
}
