//! What the receiver has seen of logs, and how it is told to answer them.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry::{SpanId, TraceId};
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ScopeLogs};

use super::OtlpReceiver;
use super::fault::Fault;
use super::log::{Protocol, texts};
use super::received::{attributes, span_id, trace_id, value};
use super::subscribers::Subscribers;
use crate::waterfall::AttributeValue;

/// A log record as it arrived, or as it would.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedLog {
    /// The text of the severity, such as `INFO`.
    pub severity: String,
    /// The name of the scope: where it was logged.
    pub target: String,
    /// The body; text that is no string is as it would be printed.
    pub message: String,
    /// The trace, unless it belongs to none.
    pub trace_id: Option<TraceId>,
    /// The span, unless it belongs to none.
    pub span_id: Option<SpanId>,
    /// The attributes, in their order.
    pub attributes: Vec<(String, AttributeValue)>,
    /// How many attributes were left out.
    pub dropped_attributes: u32,
    /// When it was logged, in nanoseconds since 1970.
    pub unix_nanos: u64,
    /// The attributes of the resource.
    pub resource: Vec<(String, AttributeValue)>,
}

impl ReceivedLog {
    /// The value of an attribute.
    ///
    /// ```
    /// use phoenix_trace::testing::ReceivedLog;
    ///
    /// fn correlation_id(log: &ReceivedLog) -> Option<String> {
    ///     Some(log.attribute("phoenix.correlation.id")?.to_string())
    /// }
    /// ```
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        let found = self.attributes.iter().find(|(name, _)| name == key);
        found.map(|(_, value)| value)
    }

    /// The service that logged it, if its resource tells.
    #[must_use]
    pub fn service(&self) -> Option<String> {
        let found = self
            .resource
            .iter()
            .find(|(name, _)| name == "service.name");
        found.map(|(_, value)| value.to_string())
    }

    fn new(source: &LogRecord, target: &str, resource: &[(String, AttributeValue)]) -> Self {
        Self {
            severity: source.severity_text.clone(),
            target: target.to_owned(),
            message: value(source.body.as_ref()).to_string(),
            trace_id: Some(trace_id(&source.trace_id)).filter(|id| *id != TraceId::INVALID),
            span_id: Some(span_id(&source.span_id)).filter(|id| *id != SpanId::INVALID),
            attributes: attributes(&source.attributes),
            dropped_attributes: source.dropped_attributes_count,
            unix_nanos: source.time_unix_nano,
            resource: resource.to_vec(),
        }
    }

    pub(in crate::testing) fn of_scopes(
        scopes: &[ScopeLogs],
        resource: &[(String, AttributeValue)],
    ) -> Vec<Self> {
        let of = |scope: &ScopeLogs| {
            let target = scope.scope.as_ref().map(|scope| scope.name.clone());
            let target = target.unwrap_or_default();
            let logs = scope.log_records.iter();
            logs.map(|log| Self::new(log, &target, resource))
                .collect::<Vec<_>>()
        };
        scopes.iter().flat_map(of).collect()
    }
}

/// As a line for people, without time and ids: `WARN orders: no rate currency=XTS`.
impl fmt::Display for ReceivedLog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.severity, self.target, self.message)?;
        self.attributes
            .iter()
            .try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}

/// A request with logs that the receiver read, whatever it answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedLogs {
    /// The port on which it arrived.
    pub protocol: Protocol,
    /// Its HTTP headers or gRPC metadata, names in lower case. Values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// What was in it.
    pub logs: Vec<ReceivedLog>,
    /// What it was answered.
    pub answer: Fault,
}

/// The awaited logs did not arrive in time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LogsTimeout {
    /// How long the wait lasted.
    pub waited: Duration,
    /// What had arrived by then.
    pub logs: Vec<ReceivedLog>,
}

impl fmt::Display for LogsTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waited, logs } = self;
        write!(
            f,
            "the awaited logs did not arrive within {waited:?}; there are:"
        )?;
        logs.iter().try_for_each(|log| write!(f, "\n{log}"))
    }
}

impl std::error::Error for LogsTimeout {}

impl OtlpReceiver {
    /// The accepted log records, in the order of their arrival.
    #[must_use]
    pub fn logs(&self) -> Vec<ReceivedLog> {
        self.logs.lock().logs.clone()
    }

    /// Blocks until `done` holds for the accepted log records, and returns them.
    ///
    /// `done` is asked at once and after each request with logs. It must not use the receiver.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let receiver = OtlpReceiver::start()?;
    /// let arrived = receiver.wait_for_logs(Duration::ZERO, |logs| !logs.is_empty());
    /// assert!(arrived.is_err()); // nothing was exported here
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it does not hold within `deadline`; the error has what arrived.
    pub fn wait_for_logs(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&[ReceivedLog]) -> bool,
    ) -> Result<Vec<ReceivedLog>, LogsTimeout> {
        self.wait_for_any_logs(deadline, |state| done(&state.logs))
            .map(|state| state.logs.clone())
    }

    /// Blocks until `count` requests with logs were read, refused ones included.
    ///
    /// # Errors
    /// When there are fewer after `deadline`; the error has the logs that arrived.
    pub fn wait_for_logs_requests(
        &self,
        deadline: Duration,
        count: usize,
    ) -> Result<Vec<ReceivedLogs>, LogsTimeout> {
        self.wait_for_any_logs(deadline, |state| state.requests.len() >= count)
            .map(|state| state.requests.clone())
    }

    /// The requests with logs read, refused ones included.
    #[must_use]
    pub fn logs_requests(&self) -> Vec<ReceivedLogs> {
        self.logs.lock().requests.clone()
    }

    /// Answers all requests with logs from now on with `fault`; [`Fault::Ok`] ends it. Requests with spans are answered by
    /// [`respond_with`](Self::respond_with).
    pub fn respond_to_logs_with(&self, fault: Fault) {
        self.logs.lock().standing = fault;
    }

    /// Calls `subscriber` with each request of which log records are accepted, before they can be seen, as
    /// [`on_batch`](Self::on_batch) does for spans.
    ///
    /// ```
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let receiver = OtlpReceiver::start()?;
    /// receiver.on_logs(|request| println!("{} resource(s) with logs", request.resource_logs.len()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_logs(&self, subscriber: impl Fn(&ExportLogsServiceRequest) + Send + Sync + 'static) {
        self.logs.subscribers.add(subscriber);
    }

    fn wait_for_any_logs(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&State) -> bool,
    ) -> Result<MutexGuard<'_, State>, LogsTimeout> {
        let start = Instant::now();
        let mut state = self.logs.lock();
        while !done(&state) {
            let left = deadline.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(LogsTimeout {
                    waited: deadline,
                    logs: state.logs.clone(),
                });
            }
            let waited = self.logs.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(state)
    }
}

/// Shared between the receiver's handle and its connections.
#[derive(Default)]
pub(super) struct LogsLog {
    state: Mutex<State>,
    subscribers: Subscribers<ExportLogsServiceRequest>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    logs: Vec<ReceivedLog>,
    requests: Vec<ReceivedLogs>,
    standing: Fault,
}

impl LogsLog {
    /// Takes a request in, and says how to answer it.
    pub(super) fn receive(
        &self,
        protocol: Protocol,
        headers: &http::HeaderMap,
        request: &ExportLogsServiceRequest,
    ) -> Fault {
        let mut logs = Vec::new();
        for group in &request.resource_logs {
            let resource = group.resource.as_ref().map(|r| attributes(&r.attributes));
            logs.extend(ReceivedLog::of_scopes(
                &group.scope_logs,
                &resource.unwrap_or_default(),
            ));
        }
        let answer = self.lock().standing.clone();
        let accepted = answer.accepted(logs.len());
        if accepted > 0 {
            self.subscribers.tell(request);
        }
        let mut state = self.lock();
        state.logs.extend(logs.iter().take(accepted).cloned());
        state.requests.push(ReceivedLogs {
            protocol,
            headers: texts(headers),
            logs,
            answer: answer.clone(),
        });
        drop(state);
        self.changed.notify_all();
        answer
    }

    /// A panic in a test's predicate must not make the receiver unusable for its other threads.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
