//! Capture of the spans of a test: a pipeline of its own, whose spans stay in memory.

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_sdk::trace::SpanData;

#[cfg(feature = "logs")]
use super::ReceivedLog;
use super::clock::Clock;
use super::lint::{Finding, findings};
use super::memory::Memory;
use super::spans::Spans;
use super::stable::stable;
use crate::bootstrap;
use crate::config::Config;
use crate::pipeline::{Pipeline, Stats};
use crate::record::owned::own;
use crate::record::run::InSpan;
use crate::record::scoped::Scoped;
use crate::record::thread;
use crate::sampling::Sampler;
use crate::waterfall::{Span, Waterfall};

/// Captures what is recorded within it, apart from other captures in the same process.
///
/// ```
/// use phoenix_trace::testing::Capture;
///
/// let capture = Capture::new();
/// let sum = capture.run(|| 1 + 1);
/// assert_eq!((sum, capture.tree().as_str()), (2, ""));
/// ```
pub struct Capture {
    pipeline: Arc<Pipeline>,
    spans: Memory,
    stable: bool,
}

/// While it lives, what starts on this thread is captured.
#[must_use = "the capture ends when this is dropped"]
pub struct CaptureGuard<'a> {
    _scoped: Scoped,
    capture: PhantomData<(&'a Capture, *const ())>,
}

const DEADLINE: Duration = Duration::from_secs(10);

impl Default for Capture {
    fn default() -> Self {
        Self::new()
    }
}

impl Capture {
    /// A capture that keeps everything.
    ///
    /// # Panics
    /// When no thread can be started.
    #[must_use]
    pub fn new() -> Self {
        Self::with_sampler(Sampler::always_on())
    }

    /// A capture that keeps what `sampler` keeps.
    ///
    /// # Panics
    /// When no thread can be started.
    #[must_use]
    pub fn with_sampler(sampler: Sampler) -> Self {
        Self::with_config(Config::default().service("test").sampler(sampler))
    }

    /// A capture with limits and sampler of this configuration; its exporters are not used.
    ///
    /// # Panics
    /// When no thread can be started.
    #[must_use]
    pub fn with_config(config: Config) -> Self {
        crate::panics::listen();
        crate::interop::observer::observe();
        let spans = Memory::default();
        #[cfg(feature = "logs")]
        let config = config.logs_in_memory();
        match bootstrap::start(config.only_destination(spans.clone())) {
            Ok(pipeline) => Self {
                pipeline,
                spans,
                stable: false,
            },
            Err(error) => panic!("the thread of a capture cannot be started: {error}"),
        }
    }

    /// The same, with spans in which nothing differs from run to run: ids count up from one, and times are as many
    /// milliseconds after 1970 as there were other times before them. That is how they are shown: while they are recorded, ids are
    /// random and times real, unless [`seed_ids`](Self::seed_ids) and [`clock`](Self::clock) see to that. With code that runs at
    /// the same time on several threads, the order differs.
    #[must_use]
    pub fn stable(mut self) -> Self {
        self.stable = true;
        self
    }

    /// From here on ids are the same in each run: those of traces and spans, as they are sent to other services too, and of
    /// requests ([`generate_correlation_id`](crate::generate_correlation_id)) are drawn from `seed`, one after the other. So is
    /// with the trace's id the randomness (`rv`) by which samplers with a ratio decide. Each capture draws its own: tests that
    /// run at the same time are not in each other's way, and with the same seed they have the same ids. Code that runs at
    /// the same time on several threads draws in an order that differs.
    ///
    /// ```
    /// use std::collections::HashMap;
    /// use phoenix_trace::testing::Capture;
    /// use phoenix_trace::{inject, with_traced_operation};
    ///
    /// let capture = Capture::new();
    /// capture.seed_ids(7);
    /// let mut headers = HashMap::<String, String>::new();
    /// capture.run(|| with_traced_operation("place order", (), || inject(&mut headers)));
    /// assert_eq!(
    ///     headers["traceparent"],
    ///     "00-044c3cd7f43c661ce6984080bab12a02-b8b4c2977eabce45-03"
    /// );
    /// ```
    ///
    /// # Panics
    /// When they are drawn from a seed already.
    #[track_caller]
    pub fn seed_ids(&self, seed: u64) {
        assert!(
            self.pipeline.by_hand.draw_ids_from(seed),
            "the ids of this capture are drawn from a seed already"
        );
    }

    /// From the first call on time stands still here, at the beginning of 1970, until it is moved on by the clock that this
    /// gives: it is the time of spans and their events, of [`logs`](Self::logs), and of rules that keep what is
    /// [slower](crate::sampling::Rule::slower_than) than a bound. Times that are given by hand stay as they are. Limits per second,
    /// deadlines and pauses keep to the real time.
    ///
    /// ```
    /// use std::time::Duration;
    /// use phoenix_trace::testing::Capture;
    /// use phoenix_trace::with_traced_operation;
    ///
    /// let capture = Capture::new();
    /// let clock = capture.clock();
    /// capture.run(|| {
    ///     with_traced_operation("place order", (), || clock.advance(Duration::from_millis(250)))
    /// });
    /// let span = capture.query().named("place order").one();
    /// assert_eq!(span.duration_nanos(), 250_000_000);
    /// ```
    #[must_use = "time stands still until it is moved on"]
    pub fn clock(&self) -> Clock {
        self.pipeline.by_hand.clock().clone()
    }

    pub(super) fn pipeline(&self) -> &Arc<Pipeline> {
        &self.pipeline
    }

    /// Captures what starts on this thread while the guard lives: with a current-thread runtime, everything in a test.
    pub fn enter(&self) -> CaptureGuard<'_> {
        CaptureGuard {
            _scoped: Scoped::enter(self.pipeline.clone()),
            capture: PhantomData,
        }
    }

    /// Captures what `f` records on this thread.
    pub fn run<R>(&self, f: impl FnOnce() -> R) -> R {
        let _guard = self.enter();
        f()
    }

    /// Captures what `future` records, on whatever threads it is polled, and what it carries elsewhere: by
    /// [`spawn`](crate::spawn) and its like. What it spawns otherwise is not captured, except in a
    /// `#[phoenix_test]`.
    pub fn future<F: Future>(&self, future: F) -> InSpan<F> {
        let mut strand = thread::take_strand(&self.pipeline);
        // Nothing that runs around it is seen.
        strand.otel = Some(opentelemetry::Context::new());
        InSpan::new(future, own(strand))
    }

    /// Every span that has been captured, in the order of their starts.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let exported = self.exported();
        let spans = exported.iter().map(|span| Span::from_sdk(span, "test"));
        let mut spans: Vec<Span> = spans.collect();
        spans.sort_by_key(|span| span.start_unix_nanos);
        spans
    }

    /// The captured traces as trees without ids and times, for comparison with an expectation. They show the attributes that
    /// [matter](Waterfall::new); [`Spans::showing`] adds others. With times, a [`Waterfall`] prints [`spans`](Self::spans), which
    /// are the same in each run where the capture is [`stable`](Self::stable).
    #[must_use]
    pub fn tree(&self) -> String {
        Waterfall::new().times(false).render(&self.spans())
    }

    /// The captured spans as an exporter gets them.
    #[must_use]
    pub fn exported(&self) -> Vec<SpanData> {
        self.pipeline.flush(DEADLINE);
        let mut spans = self.spans.spans();
        if self.stable {
            stable(&mut spans);
        }
        spans
    }

    /// The captured spans, to be asked.
    #[must_use]
    pub fn query(&self) -> Spans {
        let spans = Spans::new(self.spans());
        spans.beside_open(self.pipeline.stats().segments_open)
    }

    /// What a backend would suffer from: keys that nobody has declared, names that would be different for each request.
    #[must_use]
    pub fn lint(&self) -> Vec<Finding> {
        let spans = self.spans();
        findings(&spans, &self.spans.foreign())
    }

    /// Asserts that [`lint`](Self::lint) finds nothing.
    ///
    /// ```
    /// use phoenix_trace::testing::Capture;
    /// use phoenix_trace::with_traced_operation;
    ///
    /// let capture = Capture::new();
    /// capture.run(|| with_traced_operation("GET /orders/{id}", (), || ()));
    /// capture.assert_clean();
    /// ```
    ///
    /// # Panics
    /// With what it finds.
    #[track_caller]
    pub fn assert_clean(&self) {
        let findings = self.lint();
        if !findings.is_empty() {
            let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
            panic!("{}\nrecorded were:\n{}", lines.join("\n"), self.tree());
        }
    }

    /// What was logged within it, as a receiver would get it: by a `tracing` subscriber with [`layer`](crate::layer), which the
    /// test has to have.
    ///
    /// ```
    /// use phoenix_trace::testing::Capture;
    /// use tracing_subscriber::layer::SubscriberExt as _;
    ///
    /// let capture = Capture::new();
    /// let subscriber = tracing_subscriber::registry().with(phoenix_trace::layer());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     capture.run(|| tracing::info!(target: "orders", rows = 3, "planned"));
    /// });
    /// assert_eq!(capture.logs()[0].to_string(), "INFO orders: planned rows=3");
    /// ```
    #[cfg(feature = "logs")]
    #[must_use]
    pub fn logs(&self) -> Vec<ReceivedLog> {
        let records = self.pipeline.logs.as_ref().map(|logs| logs.in_memory());
        let records = records.unwrap_or_default();
        let of =
            |record| ReceivedLog::of_scopes(&crate::logs::scopes(std::iter::once(record)), &[]);
        records.iter().flat_map(of).collect()
    }

    /// The account of this capture.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.pipeline.flush(DEADLINE);
        self.pipeline.stats()
    }

    /// Decides what is open, as at the end of a process.
    pub fn shutdown(&self) {
        self.pipeline.shutdown(DEADLINE);
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.pipeline.shutdown(DEADLINE);
    }
}

impl fmt::Debug for Capture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Capture")
    }
}

impl fmt::Debug for CaptureGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaptureGuard")
    }
}
