//! What the receiver has seen and how it is told to answer: one lock, and two ways to wait for it.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tokio::sync::watch;

use super::fault::Fault;
use super::received::{ReceivedSpan, spans_of};
use super::subscribers::Subscribers;

/// The port on which a request arrived.
///
/// ```
/// use phoenix_trace::testing::{OtlpReceiver, Protocol};
///
/// let receiver = OtlpReceiver::start()?;
/// let over_grpc = receiver.request_log().iter().filter(|r| r.protocol == Protocol::Grpc).count();
/// assert_eq!(over_grpc, 0);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// OTLP/gRPC.
    Grpc,
    /// OTLP/HTTP with protobuf bodies.
    Http,
}

/// A request that the receiver read, whatever it answered.
///
/// ```
/// use phoenix_trace::testing::OtlpReceiver;
///
/// let receiver = OtlpReceiver::start()?;
/// for request in receiver.request_log() {
///     println!("{:?} with {} spans: {:?}", request.protocol, request.spans, request.answer);
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReceivedRequest {
    /// The port on which it arrived.
    pub protocol: Protocol,
    /// Its HTTP headers or gRPC metadata, names in lower case. Values that are no text are left out.
    pub headers: Vec<(String, String)>,
    /// The number of spans in it.
    pub spans: usize,
    /// What it was answered.
    pub answer: Fault,
}

impl ReceivedRequest {
    /// The first value of a header, by its name in lower case.
    ///
    /// ```
    /// use phoenix_trace::testing::ReceivedRequest;
    ///
    /// fn is_authorized(request: &ReceivedRequest) -> bool {
    ///     request.header("authorization") == Some("Bearer secret")
    /// }
    /// ```
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// The awaited spans did not arrive in time.
///
/// ```
/// use std::time::Duration;
/// use phoenix_trace::testing::OtlpReceiver;
///
/// let receiver = OtlpReceiver::start()?;
/// let timeout = receiver.wait_for(Duration::ZERO, |spans| spans.len() == 1).unwrap_err();
/// assert_eq!(timeout.to_string(), "the awaited spans did not arrive within 0ns; received 0");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct WaitTimeout {
    /// How long the wait lasted.
    pub waited: Duration,
    /// What had arrived by then.
    pub spans: Vec<ReceivedSpan>,
}

impl fmt::Display for WaitTimeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (waited, count) = (self.waited, self.spans.len());
        write!(
            f,
            "the awaited spans did not arrive within {waited:?}; received {count}"
        )?;
        for (index, received) in self.spans.iter().take(20).enumerate() {
            write!(
                f,
                "{} {:?}",
                if index == 0 { ":" } else { "," },
                received.span.name
            )?;
        }
        f.write_str(if count > 20 { ", and more" } else { "" })
    }
}

impl std::error::Error for WaitTimeout {}

/// Shared between the receiver's handle and its connections.
pub(super) struct Log {
    state: Mutex<State>,
    pub(super) subscribers: Subscribers<ExportTraceServiceRequest>,
    changed: Condvar,
    /// Wakes waits of async code; the value has no meaning.
    version: watch::Sender<()>,
    connections: AtomicUsize,
}

#[derive(Default)]
struct State {
    spans: Vec<ReceivedSpan>,
    requests: Vec<ReceivedRequest>,
    /// Answers to the next requests, each with the number of requests that it is for.
    script: VecDeque<(usize, Fault)>,
    standing: Fault,
}

impl Log {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            subscribers: Subscribers::default(),
            changed: Condvar::new(),
            version: watch::Sender::new(()),
            connections: AtomicUsize::new(0),
        }
    }

    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Takes a request in, and says how to answer it.
    pub(super) fn receive(
        &self,
        protocol: Protocol,
        headers: &http::HeaderMap,
        request: &ExportTraceServiceRequest,
    ) -> Fault {
        let mut spans = spans_of(request);
        let answer = self.lock().next_answer();
        if answer.accepted(spans.len()) > 0 {
            self.subscribers.tell(request);
        }
        let record = ReceivedRequest {
            protocol,
            headers: texts(headers),
            spans: spans.len(),
            answer: answer.clone(),
        };
        spans.truncate(answer.accepted(spans.len()));
        {
            let mut state = self.lock();
            state.requests.push(record);
            state.spans.extend(spans);
        }
        self.changed.notify_all();
        self.version.send_replace(());
        answer
    }

    pub(super) fn respond_with(&self, fault: Fault) {
        let mut state = self.lock();
        state.script.clear();
        state.standing = fault;
    }

    pub(super) fn respond_times(&self, times: usize, fault: Fault) {
        if times > 0 {
            self.lock().script.push_back((times, fault));
        }
    }

    pub(super) fn spans(&self) -> Vec<ReceivedSpan> {
        self.lock().spans.clone()
    }

    pub(super) fn take_spans(&self) -> Vec<ReceivedSpan> {
        std::mem::take(&mut self.lock().spans)
    }

    pub(super) fn request_count(&self) -> usize {
        self.lock().requests.len()
    }

    pub(super) fn requests(&self) -> Vec<ReceivedRequest> {
        self.lock().requests.clone()
    }

    /// Blocks until `done`, which sees spans and requests, holds; `false` after `timeout`.
    pub(super) fn wait(&self, timeout: Duration, mut done: impl FnMut(Seen<'_>) -> bool) -> bool {
        let start = Instant::now();
        let mut state = self.lock();
        while !done(state.seen()) {
            let Some(left) = timeout
                .checked_sub(start.elapsed())
                .filter(|left| !left.is_zero())
            else {
                return false;
            };
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// The same for async code.
    pub(super) async fn wait_async(
        &self,
        timeout: Duration,
        mut done: impl FnMut(Seen<'_>) -> bool,
    ) -> bool {
        let mut version = self.version.subscribe();
        let arrival = async {
            // What arrives between a look and the wait for a change marks the version as changed.
            while !done(self.lock().seen()) {
                if version.changed().await.is_err() {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(timeout, arrival)
            .await
            .unwrap_or(false)
    }

    /// A panic in a test's predicate must not make the receiver unusable for its other threads.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The headers that are text.
pub(super) fn texts(headers: &http::HeaderMap) -> Vec<(String, String)> {
    let texts = headers.iter();
    texts
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .collect()
}

/// What a wait looks at.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) spans: &'a [ReceivedSpan],
    pub(super) requests: &'a [ReceivedRequest],
}

impl State {
    fn seen(&self) -> Seen<'_> {
        Seen {
            spans: &self.spans,
            requests: &self.requests,
        }
    }

    fn next_answer(&mut self) -> Fault {
        let Some((times, fault)) = self.script.front_mut() else {
            return self.standing.clone();
        };
        let answer = fault.clone();
        *times -= 1;
        if *times == 0 {
            self.script.pop_front();
        }
        answer
    }
}
