//! Spans of `tracing`, by `tracing-opentelemetry` on our tracer: which of them are recorded, and which events.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};

use tracing::Subscriber;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{ParseError, Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use super::around::{After, Before};
use super::observer;
use super::tracer::Tracer;
use crate::config::SPANS;

/// Spans that tell little of a service and are many, or are ours: recorded only if they are asked for by name.
const EXCLUDED: [&str; 11] = [
    "hyper::",
    "hyper_util::",
    "h2::",
    "tower::",
    "tonic::",
    "rustls::",
    "tokio::",
    "runtime",
    "opentelemetry",
    "phoenix_trace",
    "tokio_util::",
];

/// A layer for a subscriber of `tracing`, which records its spans as spans of this toolkit: in the same segments, with right
/// parents in both directions.
///
/// Recorded are spans from level `INFO` on, but for those of `hyper`, `h2`, `tower`, `tonic`, `rustls`, `tokio` and of
/// OpenTelemetry's and our own crates. An event of level `ERROR` becomes an event of its span, which has failed; other events
/// are left to logs. `otel.name`, `otel.kind`, `otel.status_code` and `otel.status_description` mean what they mean to
/// `tracing-opentelemetry`. [`TracingBridge`] says otherwise.
///
/// ```
/// use tracing_subscriber::layer::SubscriberExt as _;
///
/// let subscriber = tracing_subscriber::registry().with(phoenix_trace::interop::tracing_bridge());
/// tracing::subscriber::with_default(subscriber, || {
///     tracing::info_span!("reconcile", accounts = 3).in_scope(|| {});
/// });
/// ```
///
/// `PHOENIX_TRACE_TRACING_SPANS` takes the place of the default filter, see [`TracingBridge::spans`]; one that cannot be read
/// is told of on standard error.
pub fn tracing_bridge<S>() -> impl Layer<S> + Send + Sync
where
    S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
{
    TracingBridge::from_env().layer()
}

/// Which spans and events of `tracing` are recorded.
#[derive(Clone, Debug)]
pub struct TracingBridge {
    targets: Targets,
    events: LevelFilter,
}

/// A filter that cannot be read.
#[derive(Debug)]
pub struct FilterError {
    filter: String,
    error: ParseError,
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { filter, error } = self;
        write!(
            f,
            "`{filter}` is no filter of spans ({error}): write levels by target, such as `info,sqlx=debug,hyper=off`"
        )
    }
}

impl std::error::Error for FilterError {}

impl Default for TracingBridge {
    fn default() -> Self {
        Self {
            targets: complete(Targets::new()),
            events: LevelFilter::ERROR,
        }
    }
}

impl TracingBridge {
    /// The default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With the filter of `PHOENIX_TRACE_TRACING_SPANS`, if there is one.
    #[must_use]
    pub fn from_env() -> Self {
        let bridge = Self::new();
        match std::env::var(SPANS) {
            Ok(filter) if !filter.trim().is_empty() => {
                bridge.clone().spans(&filter).unwrap_or_else(|error| {
                    crate::diag::line(format_args!("{SPANS}: {error}; using the default instead"));
                    bridge
                })
            }
            _ => bridge,
        }
    }

    /// Records the spans that this filter lets through: levels by target, such as `info,sqlx=debug,hyper=trace`. Without a
    /// level for all it is `info`; `off` alone records none. Of the targets that are left out by default those stay out that
    /// it does not name.
    ///
    /// # Errors
    /// When the filter cannot be read.
    pub fn spans(self, filter: &str) -> Result<Self, FilterError> {
        let targets: Targets = filter.trim().parse().map_err(|error| FilterError {
            filter: filter.to_owned(),
            error,
        })?;
        Ok(Self {
            targets: complete(targets),
            ..self
        })
    }

    /// Records events from this level on as events of their spans, if their target passes the filter of spans. Default: those
    /// of level `ERROR`.
    #[must_use]
    pub fn events(self, from: impl Into<LevelFilter>) -> Self {
        Self {
            events: from.into(),
            ..self
        }
    }

    /// Which spans it records.
    pub(crate) fn filter(&self) -> &Targets {
        &self.targets
    }

    /// The layer.
    pub fn layer<S>(self) -> impl Layer<S> + Send + Sync
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        GIVEN.store(true, Ordering::Relaxed);
        observer::observe();
        let Self { targets, events } = self;
        let scope = opentelemetry::InstrumentationScope::builder("tracing").build();
        let layer: OpenTelemetryLayer<S, Tracer> = tracing_opentelemetry::layer()
            .with_tracer(Tracer::of(scope))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false);
        let passes = move |metadata: &Metadata<'_>| {
            let level = metadata.level();
            (metadata.is_span() || *level <= events)
                && (*level == Level::ERROR && metadata.is_event()
                    || targets.would_enable(metadata.target(), level))
        };
        let layer = Before.and_then(layer).and_then(After);
        layer.with_filter(filter_fn(passes))
    }
}

/// Has somebody a layer with the bridge?
static GIVEN: AtomicBool = AtomicBool::new(false);

/// Installs a subscriber with the bridge, unless the program has installed one.
pub(crate) fn subscribe(bridge: TracingBridge) -> bool {
    let given = GIVEN.load(Ordering::Relaxed);
    let subscriber = tracing_subscriber::registry().with(bridge.layer());
    let installed = tracing::subscriber::set_global_default(subscriber).is_ok();
    if !installed && !given {
        crate::diag::line(format_args!(
            "the subscriber of `tracing` stays the one that the program has installed: `phoenix_trace::tracing_bridge()` \
             records its spans"
        ));
    }
    installed
}

/// The same with what it leaves open.
fn complete(targets: Targets) -> Targets {
    let named: Vec<String> = targets
        .iter()
        .map(|(target, _)| target.to_owned())
        .collect();
    let targets = match targets.default_level() {
        Some(_) => targets,
        None => targets.with_default(LevelFilter::INFO),
    };
    let left = EXCLUDED.into_iter().filter(|excluded| {
        let name = excluded.trim_end_matches(':');
        let asked = |target: &String| target == name || target.starts_with(excluded);
        !named.iter().any(asked)
    });
    targets.with_targets(left.map(|target| (target, LevelFilter::OFF)))
}
