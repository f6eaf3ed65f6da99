//! What the receiver has seen of metrics, and how it is told to answer them.

use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;

use super::OtlpReceiver;
use super::fault::Fault;
use super::log::{Protocol, texts};
use super::points::{ReceivedPoint, points_of};
use super::subscribers::Subscribers;

/// A request with metrics that the receiver read, whatever it answered.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedMetrics {
    /// The port on which it arrived.
    pub protocol: Protocol,
    /// Its HTTP headers or gRPC metadata, names in lower case. Values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// What was in it.
    pub points: Vec<ReceivedPoint>,
    /// What it was answered.
    pub answer: Fault,
}

/// The awaited metrics did not arrive in time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MetricsTimeout {
    /// How long the wait lasted.
    pub waited: Duration,
    /// What had arrived by then.
    pub points: Vec<ReceivedPoint>,
}

impl fmt::Display for MetricsTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { waited, points } = self;
        write!(
            f,
            "the awaited metrics did not arrive within {waited:?}; there are:"
        )?;
        points.iter().try_for_each(|point| {
            let ReceivedPoint {
                name,
                attributes,
                value,
                ..
            } = point;
            write!(f, "\n{name} {attributes:?} = {value:?}")
        })
    }
}

impl std::error::Error for MetricsTimeout {}

impl OtlpReceiver {
    /// The last accepted point of each series, in the order in which the series first arrived.
    #[must_use]
    pub fn points(&self) -> Vec<ReceivedPoint> {
        self.metrics.lock().points.clone()
    }

    /// Blocks until `done` holds for the points that [`points`](Self::points) gives, and returns them.
    ///
    /// `done` is asked at once and after each request with metrics. It must not use the receiver.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let receiver = OtlpReceiver::start()?;
    /// let arrived = receiver.wait_for_points(Duration::ZERO, |points| !points.is_empty());
    /// assert!(arrived.is_err()); // nothing was exported here
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// When it does not hold within `deadline`; the error has what arrived.
    pub fn wait_for_points(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&[ReceivedPoint]) -> bool,
    ) -> Result<Vec<ReceivedPoint>, MetricsTimeout> {
        self.wait_for_metrics(deadline, |state| done(&state.points))
            .map(|state| state.points.clone())
    }

    /// Blocks until `count` requests with metrics were read, refused ones included.
    ///
    /// # Errors
    /// When there are fewer after `deadline`; the error has the points that arrived.
    pub fn wait_for_metrics_requests(
        &self,
        deadline: Duration,
        count: usize,
    ) -> Result<Vec<ReceivedMetrics>, MetricsTimeout> {
        self.wait_for_metrics(deadline, |state| state.requests.len() >= count)
            .map(|state| state.requests.clone())
    }

    /// The requests with metrics read, refused ones included.
    #[must_use]
    pub fn metrics_requests(&self) -> Vec<ReceivedMetrics> {
        self.metrics.lock().requests.clone()
    }

    /// Answers all requests with metrics from now on with `fault`; [`Fault::Ok`] ends it. Requests with spans are answered
    /// by [`respond_with`](Self::respond_with).
    pub fn respond_to_metrics_with(&self, fault: Fault) {
        self.metrics.lock().standing = fault;
    }

    /// Calls `subscriber` with each request of which metrics are accepted, before they can be seen, as
    /// [`on_batch`](Self::on_batch) does for spans.
    ///
    /// ```
    /// use phoenix_trace::testing::OtlpReceiver;
    ///
    /// let receiver = OtlpReceiver::start()?;
    /// receiver.on_metrics(|request| println!("{} resource(s) with metrics", request.resource_metrics.len()));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_metrics(
        &self,
        subscriber: impl Fn(&ExportMetricsServiceRequest) + Send + Sync + 'static,
    ) {
        self.metrics.subscribers.add(subscriber);
    }

    fn wait_for_metrics(
        &self,
        deadline: Duration,
        mut done: impl FnMut(&State) -> bool,
    ) -> Result<MutexGuard<'_, State>, MetricsTimeout> {
        let start = Instant::now();
        let mut state = self.metrics.lock();
        while !done(&state) {
            let left = deadline.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Err(MetricsTimeout {
                    waited: deadline,
                    points: state.points.clone(),
                });
            }
            let waited = self.metrics.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        Ok(state)
    }
}

/// Shared between the receiver's handle and its connections.
#[derive(Default)]
pub(super) struct MetricsLog {
    state: Mutex<State>,
    subscribers: Subscribers<ExportMetricsServiceRequest>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    points: Vec<ReceivedPoint>,
    requests: Vec<ReceivedMetrics>,
    standing: Fault,
}

impl MetricsLog {
    /// Takes a request in, and says how to answer it.
    pub(super) fn receive(
        &self,
        protocol: Protocol,
        headers: &http::HeaderMap,
        request: &ExportMetricsServiceRequest,
    ) -> Fault {
        let points = points_of(request);
        let answer = self.lock().standing.clone();
        let accepted = answer.accepted(points.len());
        if accepted > 0 {
            self.subscribers.tell(request);
        }
        let mut state = self.lock();
        for point in points.iter().take(accepted) {
            match state.points.iter_mut().find(|there| there.is_of(point)) {
                Some(there) => there.clone_from(point),
                None => state.points.push(point.clone()),
            }
        }
        state.requests.push(ReceivedMetrics {
            protocol,
            headers: texts(headers),
            points,
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
