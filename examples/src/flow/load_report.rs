//! In: what the client saw, what the receiver got, what the processes say of themselves. Out: the result of a load, as a
//! table or as JSON, and the list of what is wrong.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::client::{Exchange, Outcome};
use super::measured::Measured;
use super::platform::Stopped;
use super::rates::Bounds;
use super::trace_store::{Expect, TraceStore};
use super::workload::is_meant_to_fail;
use crate::cli::ServiceName;

#[derive(Debug, Serialize)]
pub(crate) struct LoadReport {
    pub(crate) requests: usize,
    pub(crate) failed_requests: usize,
    /// Failed requests by what the client was told.
    pub(crate) failures: BTreeMap<String, u64>,
    pub(crate) hung_up_requests: usize,
    pub(crate) traces: usize,
    pub(crate) connected_traces: usize,
    /// Requests with one correlation id in the answer and in every process.
    pub(crate) correlated_requests: usize,
    pub(crate) spans: u64,
    /// Segments by the reason for which they were kept; one may have several.
    pub(crate) kept: BTreeMap<String, u64>,
    /// Kept segments that do not say why.
    pub(crate) segments_without_reason: usize,
    pub(crate) segments_by_service: BTreeMap<String, u64>,
    pub(crate) head_kept_by_service: BTreeMap<String, u64>,
    /// How many that may be, where the rates are those of production.
    pub(crate) head_expected_by_service: BTreeMap<String, Bounds>,
    /// Failed requests whose trace is there from the gateway to where it failed.
    pub(crate) failed_requests_fully_kept: usize,
    /// What the services' metrics say: of all requests, whatever the rates are.
    pub(crate) measured: Measured,
    /// Recorded, decided to keep, never received.
    pub(crate) lost_spans: u64,
    pub(crate) latency_p50_ms: f64,
    pub(crate) latency_p99_ms: f64,
    pub(crate) elapsed_ms: f64,
    pub(crate) problems: Vec<String>,
}

impl LoadReport {
    pub(crate) fn new(
        exchanges: &[Exchange],
        store: &TraceStore,
        measured: Measured,
        stopped: &Stopped,
        expect: Expect,
        elapsed: Duration,
    ) -> Self {
        let segments = store.count_segments();
        let mut latencies: Vec<Duration> =
            exchanges.iter().map(|exchange| exchange.latency).collect();
        latencies.sort_unstable();
        let mut report = Self {
            requests: exchanges.len(),
            failed_requests: 0,
            failures: BTreeMap::new(),
            hung_up_requests: 0,
            traces: store.traces().count(),
            connected_traces: store
                .traces()
                .filter(|trace| trace.is_connected(expect))
                .count(),
            correlated_requests: 0,
            spans: store.spans_by_service().values().sum(),
            kept: segments.by_reason,
            segments_without_reason: segments.without_reason,
            segments_by_service: segments.by_service,
            head_kept_by_service: segments.head_kept_by_service,
            head_expected_by_service: BTreeMap::new(),
            failed_requests_fully_kept: 0,
            measured,
            lost_spans: 0,
            latency_p50_ms: percentile(&latencies, 50),
            latency_p99_ms: percentile(&latencies, 99),
            elapsed_ms: milliseconds(elapsed),
            problems: Vec::new(),
        };
        for exchange in exchanges {
            report.count(exchange, store, expect);
        }
        let torn = report.traces - report.connected_traces;
        for (number, what) in [
            (torn, "are torn"),
            (strays(exchanges, store), "belong to no request"),
        ] {
            if number > 0 {
                report.problem(format!("{number} traces {what}"));
            }
        }
        if report.segments_without_reason > 0 {
            report.problem(format!(
                "{} segments do not say why they were kept",
                report.segments_without_reason
            ));
        }
        report.check_accounts(store, stopped);
        report.check_metrics();
        report.problems = counted(report.problems);
        report
    }

    fn count(&mut self, exchange: &Exchange, store: &TraceStore, expect: Expect) {
        let id = exchange.correlation_id.as_str();
        let traces = store.of_request(id);
        let may_be_missing = expect == Expect::KeptSegments;
        let answered = exchange.answered_id.as_deref() == Some(id);
        let correlated = traces.iter().all(|trace| trace.is_correlated(id));
        if answered && correlated && (may_be_missing || !traces.is_empty()) {
            self.correlated_requests += 1;
        } else {
            self.problem("not one correlation id in every process");
        }
        if traces.len() > 1 || (traces.is_empty() && !may_be_missing) {
            self.problem(format!("{} traces for one request", traces.len()));
        }
        match &exchange.outcome {
            Outcome::Answered(_) => {}
            Outcome::HungUp { .. } => self.hung_up_requests += 1,
            Outcome::Failed { kind, message } => {
                self.failed_requests += 1;
                *self.failures.entry(kind.clone()).or_default() += 1;
                if traces
                    .iter()
                    .any(|trace| trace.tells_the_failure(ServiceName::ApiGateway.as_str()))
                {
                    self.failed_requests_fully_kept += 1;
                } else {
                    self.problem("the trace of a failed request does not tell the failure");
                }
                if !is_meant_to_fail(&exchange.ask) {
                    self.problem(format!(
                        "a request failed that should not: {kind}: {message}"
                    ));
                }
            }
        }
    }

    /// Each service keeps its share by the head decision, of what its metrics tell of.
    pub(crate) fn check_rates(&mut self) {
        let traces = self.requests as u64;
        for service in ServiceName::TRACED {
            let name = service.as_str();
            let bounds = Bounds::of(service, self.measured.requests_of(name), traces);
            let kept = self.head_kept_by_service.get(name).copied().unwrap_or(0);
            if !bounds.has(kept) {
                self.problem(format!(
                    "{name} kept {kept} segments by its head decision, not {bounds}"
                ));
            }
            self.head_expected_by_service
                .insert(name.to_owned(), bounds);
        }
    }

    /// The gateway has measured each request, and no other.
    fn check_metrics(&mut self) {
        let gateway = ServiceName::ApiGateway;
        let measured = self.measured.requests_of(gateway.as_str());
        if measured != self.requests as u64 {
            let requests = self.requests;
            self.problem(format!(
                "the metrics of {gateway} tell of {measured} requests, not of {requests}"
            ));
        }
    }

    fn problem(&mut self, problem: impl Into<String>) {
        self.problems.push(problem.into());
    }

    fn check_accounts(&mut self, store: &TraceStore, stopped: &Stopped) {
        let (lost, problems) = lost_spans(store, stopped);
        self.lost_spans = lost;
        self.problems.extend(problems);
    }
}

/// How many traces carry the correlation id of no request.
fn strays(exchanges: &[Exchange], store: &TraceStore) -> usize {
    let of_requests: usize = exchanges
        .iter()
        .map(|exchange| store.of_request(&exchange.correlation_id).len())
        .sum();
    store.traces().count().saturating_sub(of_requests)
}

/// Each problem once, with how often it was found.
fn counted(problems: Vec<String>) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for problem in problems {
        *counts.entry(problem).or_default() += 1;
    }
    let text = |(problem, count)| match count {
        1 => problem,
        _ => format!("{problem} ({count} times)"),
    };
    counts.into_iter().map(text).collect()
}

/// How many spans were decided to be kept and never arrived; and what is wrong with the processes' ends.
pub(crate) fn lost_spans(store: &TraceStore, stopped: &Stopped) -> (u64, Vec<String>) {
    let mut problems: Vec<String> = stopped.errors.iter().map(ToString::to_string).collect();
    let received = store.spans_by_service();
    let mut all = 0;
    for service in ServiceName::TRACED {
        let received = received.get(service.as_str()).copied().unwrap_or(0);
        match stopped.accounts.get(&service) {
            Some(account) => {
                let lost = account.kept().saturating_sub(received);
                all += lost;
                if lost > 0 {
                    problems.push(format!("{service} lost {lost} of {} spans", account.kept()));
                }
            }
            None => problems.push(format!("{service} gave no account of its spans")),
        }
    }
    (all, problems)
}

impl fmt::Display for LoadReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = |f: &mut fmt::Formatter<'_>, name: &str, value: &dyn fmt::Display| {
            writeln!(f, "{name:<28} {value}")
        };
        row(f, "requests", &self.requests)?;
        row(f, "failed", &Counts(self.failed_requests, &self.failures))?;
        row(f, "hung up by the client", &self.hung_up_requests)?;
        row(
            f,
            "latency p50",
            &format_args!("{:.1} ms", self.latency_p50_ms),
        )?;
        row(
            f,
            "latency p99",
            &format_args!("{:.1} ms", self.latency_p99_ms),
        )?;
        row(f, "elapsed", &format_args!("{:.0} ms", self.elapsed_ms))?;
        writeln!(f)?;
        row(f, "traces", &self.traces)?;
        row(f, "connected", &self.connected_traces)?;
        row(
            f,
            "one correlation id",
            &format_args!("{} requests", self.correlated_requests),
        )?;
        row(f, "failed and fully kept", &self.failed_requests_fully_kept)?;
        row(f, "spans", &self.spans)?;
        row(f, "lost spans", &self.lost_spans)?;
        writeln!(f)?;
        let segments = self.segments_by_service.values().sum::<u64>();
        row(
            f,
            "segments kept",
            &Counts(usize::try_from(segments).unwrap_or(usize::MAX), &self.kept),
        )?;
        for (service, segments) in &self.segments_by_service {
            let head = self.head_kept_by_service.get(service).copied().unwrap_or(0);
            let expected = match self.head_expected_by_service.get(service) {
                Some(bounds) => format!(", expected {bounds}"),
                None => String::new(),
            };
            row(
                f,
                &format!("  {service}"),
                &format_args!("{segments} ({head} by head decision{expected})"),
            )?;
        }
        writeln!(f)?;
        let all = self.measured.requests.values().sum::<u64>();
        row(f, "requests measured", &all)?;
        for (call, number) in &self.measured.calls {
            row(f, &format!("  {call}"), number)?;
        }
        writeln!(f)?;
        if self.problems.is_empty() {
            let rates = match self.head_expected_by_service.is_empty() {
                true => "",
                false => ", each service's rate within its bounds",
            };
            return writeln!(
                f,
                "checks: every trace is connected, every failure fully kept, every segment kept for a reason, every request \
                 correlated and measured, no span lost{rates}"
            );
        }
        for problem in &self.problems {
            writeln!(f, "check failed: {problem}")?;
        }
        Ok(())
    }
}

/// A number with its parts in parentheses.
struct Counts<'a>(usize, &'a BTreeMap<String, u64>);

impl fmt::Display for Counts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(all, parts) = self;
        write!(f, "{all}")?;
        if !parts.is_empty() {
            let parts: Vec<String> = parts
                .iter()
                .map(|(name, count)| format!("{name}: {count}"))
                .collect();
            write!(f, " ({})", parts.join(", "))?;
        }
        Ok(())
    }
}

/// The smallest duration that `percent` of all do not exceed.
fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    let duration = sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default();
    milliseconds(duration)
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e5).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::super::account::Account;
    use super::*;

    #[test]
    fn percentiles_are_of_the_nearest_rank() {
        let latencies: Vec<_> = (1..=200).map(Duration::from_millis).collect();
        assert_eq!(percentile(&latencies, 50), 100.0);
        assert_eq!(percentile(&latencies, 99), 198.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }

    #[test]
    fn what_was_kept_and_not_received_is_lost() {
        let mut stopped = Stopped::default();
        for service in ServiceName::TRACED {
            stopped.accounts.insert(
                service,
                Account {
                    ended: 3,
                    discarded: 3,
                    ..Account::default()
                },
            );
        }
        assert_eq!(
            lost_spans(&TraceStore::default(), &stopped),
            (0, Vec::new())
        );
        stopped.accounts.insert(
            ServiceName::DataRouter,
            Account {
                ended: 3,
                discarded: 1,
                ..Account::default()
            },
        );
        let (lost, problems) = lost_spans(&TraceStore::default(), &stopped);
        assert_eq!(
            (lost, problems),
            (2, vec!["data-router lost 2 of 2 spans".to_owned()])
        );
    }

    #[test]
    fn a_service_without_an_account_is_a_problem() {
        let (_, problems) = lost_spans(&TraceStore::default(), &Stopped::default());
        assert_eq!(problems.len(), ServiceName::TRACED.len());
    }
}
