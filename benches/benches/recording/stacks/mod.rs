//! The stacks that are compared, each with the same workload in four shapes: a local root with ten children, an integer
//! and a string on each span. The string is only known at run time, as a request's would be, so that a stack that keeps
//! it has to copy it.

mod fast;
mod logs;
mod otel_sdk;
mod ours;
mod tracing_otel;
mod untraced;

use std::fmt;
use std::future::{Future, poll_fn};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

pub(crate) use fast::Fastrace;
pub(crate) use logs::{JsonLines, OurLines};
pub(crate) use otel_sdk::OtelSdk;
pub(crate) use ours::Ours;
pub(crate) use tracing_otel::TracingOtel;
pub(crate) use untraced::Untraced;

/// Children below each root.
pub(crate) const CHILDREN: i64 = 10;

/// Spans that one run of the workload makes.
pub(crate) const SPANS: u64 = CHILDREN as u64 + 1;

/// The workload as one stack instruments it.
pub(crate) trait Stack: 'static {
    /// Functions that call one another.
    fn sync(text: &'static str) -> i64;
    /// Async functions in one task that are never suspended.
    fn in_task(text: &'static str) -> impl Future<Output = i64> + Send + 'static;
    /// Async functions in one task; each child yields once.
    fn yielding(text: &'static str) -> impl Future<Output = i64> + Send + 'static;
    /// Each child is spawned and awaited.
    fn spawned(text: &'static str) -> impl Future<Output = i64> + Send + 'static;
}

/// Suspends the task once. It wakes itself, as if what it waits for had come at once: `tokio::task::yield_now` also asks the
/// operating system for events, which costs several times what is to be measured.
fn yielded() -> impl Future<Output = ()> + Send {
    let mut suspended = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut suspended, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// What runs behind a stack while it is measured.
pub(crate) trait Pipeline {
    /// Returns when everything that ended has been given to the exporter.
    fn flush(&self);
}

/// A stack that has nothing behind it.
pub(crate) struct Nothing;

impl Pipeline for Nothing {
    fn flush(&self) {}
}

/// A stack in one of its configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Name {
    Untraced,
    OursDropped,
    OursTenRules,
    OursManyRules,
    OursMeasured,
    OursExported,
    OursOff,
    OursOtlp,
    OursEverySpan,
    OursLocalRoots,
    BridgeDropped,
    BridgeExported,
    TracingOtelTenth,
    TracingOtelOff,
    TracingOtelOn,
    TracingOtelOtlp,
    InstrumentOff,
    OtelSdk,
    FastraceCancelled,
    FastraceReported,
    OurLines,
    JsonLines,
}

impl Name {
    const ALL: [(Self, &'static str); 22] = [
        (Self::Untraced, "untraced"),
        (Self::OursDropped, "phoenix-trace, dropped"),
        (Self::OursTenRules, "phoenix-trace, 10 rules"),
        (Self::OursManyRules, "phoenix-trace, 200 rules"),
        (Self::OursMeasured, "phoenix-trace, dropped, with metrics"),
        (Self::OursExported, "phoenix-trace, exported"),
        (Self::OursOff, "phoenix-trace, off"),
        (Self::OursOtlp, "phoenix-trace, OTLP"),
        (
            Self::OursEverySpan,
            "phoenix-trace, OpenTelemetry context at every span",
        ),
        (
            Self::OursLocalRoots,
            "phoenix-trace, OpenTelemetry context at local roots",
        ),
        (Self::BridgeDropped, "tracing on phoenix-trace, 10 %"),
        (Self::BridgeExported, "tracing on phoenix-trace, all"),
        (Self::TracingOtelTenth, "tracing-opentelemetry, 10 %"),
        (Self::TracingOtelOff, "tracing-opentelemetry, never"),
        (Self::TracingOtelOn, "tracing-opentelemetry, all"),
        (Self::TracingOtelOtlp, "tracing-opentelemetry, OTLP"),
        (Self::InstrumentOff, "#[instrument], no subscriber"),
        (Self::OtelSdk, "opentelemetry_sdk, all"),
        (Self::FastraceCancelled, "fastrace, cancelled"),
        (Self::FastraceReported, "fastrace, reported"),
        (Self::OurLines, "phoenix-trace, log lines"),
        (Self::JsonLines, "tracing-subscriber, JSON"),
    ];

    /// Must every span reach an exporter?
    pub(crate) fn exports_all(self) -> bool {
        matches!(
            self,
            Self::OursExported
                | Self::BridgeExported
                | Self::TracingOtelOn
                | Self::OtelSdk
                | Self::FastraceReported
                | Self::OursOtlp
                | Self::TracingOtelOtlp
        )
    }

    /// Does anything reach the pipeline, that has to be waited for?
    pub(crate) fn hands_over(self) -> bool {
        let drops = [
            Self::OursDropped,
            Self::OursTenRules,
            Self::OursManyRules,
            Self::OursMeasured,
            Self::OursEverySpan,
            Self::OursLocalRoots,
            Self::TracingOtelOff,
        ];
        !drops.contains(&self) && !self.is_off()
    }

    /// Does it send to another process?
    pub(crate) fn is_otlp(self) -> bool {
        matches!(self, Self::OursOtlp | Self::TracingOtelOtlp)
    }

    /// Is there no tracing at all behind its annotations?
    pub(crate) fn is_off(self) -> bool {
        matches!(self, Self::OursOff | Self::InstrumentOff | Self::Untraced)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL[*self as usize].1)
    }
}

impl FromStr for Name {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found
            .map(|(name, _)| *name)
            .ok_or_else(|| format!("`{text}` is no stack"))
    }
}

/// Spans that reached an exporter of this process.
static EXPORTED: AtomicU64 = AtomicU64::new(0);

/// Spans that reached an exporter of this process.
pub(crate) fn exported() -> u64 {
    EXPORTED.load(Ordering::Relaxed)
}

fn count_exported(spans: usize) {
    EXPORTED.fetch_add(spans as u64, Ordering::Relaxed);
}

/// An exporter that counts spans and forgets them.
#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        count_exported(batch.len());
        Ok(())
    }
}
