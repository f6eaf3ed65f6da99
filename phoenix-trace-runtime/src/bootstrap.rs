//! Starting and ending telemetry in a process.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;
#[cfg(feature = "logs")]
use std::time::Instant;

use opentelemetry::global;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::Resource;
#[cfg(all(feature = "logs", feature = "tracing"))]
use tracing_subscriber::Layer as _;
#[cfg(feature = "logs")]
use tracing_subscriber::filter::Targets;

#[cfg(all(feature = "logs", feature = "otlp"))]
use crate::config::Settings;
use crate::config::{Config, Problem};
#[cfg(feature = "tracing")]
use crate::interop::TracingBridge;
use crate::interop::{self, OtelContext};
#[cfg(feature = "logs")]
use crate::logs::{self, Logs};
#[cfg(feature = "metrics")]
use crate::metrics::{self, Meters, Provider};
use crate::pipeline::{Exporter, Limits, Others, Pipeline, Stats};
use crate::propagation::{CompositePropagator, Propagators};
use crate::record::segment::lock;
use crate::record::thread;
use crate::sampling::Control;
use crate::{check, diag, panics};

/// How long [`Telemetry::shutdown`] takes at most.
pub const FLUSH_DEADLINE: Duration = Duration::from_secs(5);

/// Telemetry that runs. Dropped, it is shut down.
#[derive(Debug)]
#[must_use = "telemetry ends when this is dropped"]
pub struct Telemetry {
    pipeline: Option<Arc<Pipeline>>,
    /// Where there is no pipeline to end them.
    #[cfg(feature = "logs")]
    logs: Option<Arc<Logs>>,
    #[cfg(feature = "metrics")]
    meters: Option<metrics::Installed>,
}

/// Why telemetry could not be started.
#[derive(Debug)]
pub struct Error(Kind);

#[derive(Debug)]
enum Kind {
    AlreadyInitialised,
    Thread(std::io::Error),
    Misconfigured(Vec<Problem>),
}

impl Error {
    /// Does telemetry run in this process already?
    #[must_use]
    pub fn is_already_initialised(&self) -> bool {
        matches!(self.0, Kind::AlreadyInitialised)
    }

    /// Are there values in the configuration that cannot be used, which is [strict](Config::strict)?
    #[must_use]
    pub fn is_misconfigured(&self) -> bool {
        matches!(self.0, Kind::Misconfigured(_))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::AlreadyInitialised => f.write_str(
                "telemetry is initialised already in this process: keep one `#[phoenix_main]` or one call of `init`",
            ),
            Kind::Thread(error) => write!(f, "the exporting thread cannot be started: {error}"),
            Kind::Misconfigured(problems) => {
                f.write_str("the configuration is strict, and cannot be used as it is:")?;
                problems
                    .iter()
                    .try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::AlreadyInitialised | Kind::Misconfigured(_) => None,
            Kind::Thread(error) => Some(error),
        }
    }
}

/// Starts telemetry for the process.
///
/// ```
/// use phoenix_trace_runtime::{Config, init};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = init(Config::from_env().service("billing").no_exporter())?;
/// // … the service runs …
/// telemetry.shutdown();
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// When telemetry runs already in this process, or its thread cannot be started, or the configuration is
/// [strict](Config::strict) and has a value that cannot be used. The service can go on without.
pub fn init(config: Config) -> Result<Telemetry, Error> {
    if config.print {
        diag::line(format_args!("the effective configuration:\n{config}"));
    }
    if config.strict && !config.problems().is_empty() {
        return Err(Error(Kind::Misconfigured(config.problems().to_vec())));
    }
    for problem in config.problems() {
        diag::line(format_args!("{problem}"));
    }
    if thread::global().is_some() {
        return Err(Error(Kind::AlreadyInitialised));
    }
    let propagators = config.propagators.clone().for_ever();
    if config.disabled {
        // Context travels, and what is logged is written, whether anything is recorded or not.
        install(propagators);
        return Ok(Telemetry {
            pipeline: None,
            #[cfg(feature = "logs")]
            logs: Some(lines_only(config)?),
            #[cfg(feature = "metrics")]
            meters: None,
        });
    }
    #[cfg(not(feature = "metrics"))]
    if !config.metrics_export(&mut Vec::new()).is_empty() {
        diag::line(format_args!(
            "no metrics are exported: this program was built without the features `otlp` and `prometheus` of phoenix-trace"
        ));
    }
    let summary = (!config.quiet).then(|| config.summary());
    #[cfg(feature = "tracing")]
    let bridge = config.bridge.clone();
    check::remember(&config);
    #[cfg(all(feature = "logs", not(feature = "otlp")))]
    if config.logs_export(&mut Vec::new()).is_some() {
        diag::line(format_args!(
            "no logs are exported: this program was built without the feature `otlp` of phoenix-trace"
        ));
    }
    #[cfg(feature = "logs")]
    let filter = config.subscriber_filter();
    let parts = Parts::of(config).map_err(|error| Error(Kind::Thread(error)))?;
    #[cfg(feature = "logs")]
    let logs = parts.logs.clone();
    #[cfg(feature = "metrics")]
    let provider = parts.metrics.as_ref().map(Meters::provider);
    let pipeline = parts.start().map_err(|error| Error(Kind::Thread(error)))?;
    if let Err(pipeline) = thread::set_global(pipeline) {
        pipeline.shutdown(FLUSH_DEADLINE);
        return Err(Error(Kind::AlreadyInitialised));
    }
    install(propagators);
    #[cfg(feature = "logs")]
    thread::set_logs(logs);
    subscribe(
        #[cfg(feature = "logs")]
        filter,
        #[cfg(feature = "tracing")]
        bridge,
    );
    if let Some(summary) = summary {
        diag::line(format_args!("{summary}"));
    }
    panics::listen();
    Ok(Telemetry {
        pipeline: thread::global(),
        #[cfg(feature = "logs")]
        logs: None,
        #[cfg(feature = "metrics")]
        meters: provider.and_then(Provider::install),
    })
}

/// Installs a subscriber of `tracing` for what is asked for: log records, and spans by the bridge.
fn subscribe(
    #[cfg(feature = "logs")] filter: Option<Targets>,
    #[cfg(feature = "tracing")] bridge: Option<TracingBridge>,
) {
    #[cfg(all(feature = "logs", feature = "tracing"))]
    match (filter, bridge) {
        (Some(filter), bridge) => {
            logs::install(filter, bridge.map(|bridge| bridge.layer().boxed()));
        }
        (None, Some(bridge)) => interop::subscribe(bridge),
        (None, None) => {}
    }
    #[cfg(all(feature = "logs", not(feature = "tracing")))]
    if let Some(filter) = filter {
        logs::install(filter, None);
    }
    #[cfg(all(feature = "tracing", not(feature = "logs")))]
    if let Some(bridge) = bridge {
        interop::subscribe(bridge);
    }
}

/// Makes them those of the process, and of `opentelemetry`, unless the program has installed another propagator there.
fn install(propagators: &'static Propagators) {
    thread::set_propagators(propagators);
    interop::install();
    /// What was installed here the last time, by its fields.
    static OURS: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let fields = |propagator: &dyn TextMapPropagator| -> Vec<String> {
        propagator.fields().map(str::to_owned).collect()
    };
    let mut ours = lock(&OURS);
    let installed = global::get_text_map_propagator(|propagator| fields(propagator));
    // The one that stands there at first has no fields.
    if installed.is_empty() || installed == *ours {
        let composite = CompositePropagator::new(propagators.iter());
        *ours = fields(&composite);
        global::set_text_map_propagator(composite);
    } else {
        diag::line(format_args!(
            "the global propagator of `opentelemetry` stays the one that the program has installed"
        ));
    }
}

/// [`init`] with the configuration of the environment.
///
/// # Errors
/// As [`init`].
pub fn init_tracer() -> Result<Telemetry, Error> {
    init(Config::from_env())
}

/// Starts telemetry that is not the process's.
#[cfg(feature = "testing")]
pub(crate) fn start(config: Config) -> std::io::Result<Arc<Pipeline>> {
    #[cfg(feature = "logs")]
    let config = config.no_stdout();
    Parts::of(config)?.start()
}

/// What is logged is written, and nothing else happens.
#[cfg(feature = "logs")]
fn lines_only(config: Config) -> Result<Arc<Logs>, Error> {
    let filter = config.subscriber_filter();
    let mut config = config.no_logs_export();
    let started = Logs::start(config.take_logs());
    let logs = started.map_err(|error| Error(Kind::Thread(error)))?;
    panics::listen();
    thread::set_logs(logs.clone());
    if let Some(filter) = filter {
        logs::install(filter, None);
    }
    Ok(logs)
}

/// What a pipeline is made of.
struct Parts {
    limits: Limits,
    sampling: Arc<Control>,
    propagators: &'static Propagators,
    contexts: OtelContext,
    resource: Resource,
    exporters: Vec<Exporter>,
    #[cfg(feature = "metrics")]
    metrics: Option<Meters>,
    #[cfg(feature = "logs")]
    logs: Arc<Logs>,
    #[cfg(all(feature = "logs", feature = "otlp"))]
    logs_export: Option<Settings>,
}

impl Parts {
    fn of(mut config: Config) -> std::io::Result<Self> {
        let resource = config.sdk_resource();
        #[cfg(feature = "metrics")]
        let metrics = Meters::new(
            resource.clone(),
            config.metrics_export(&mut Vec::new()),
            config.metric_series_in_force(),
        );
        Ok(Self {
            #[cfg(all(feature = "logs", feature = "otlp"))]
            logs_export: config.logs_export(&mut Vec::new()),
            #[cfg(feature = "logs")]
            logs: Logs::start(config.take_logs())?,
            sampling: config.control(),
            propagators: config.propagators.clone().for_ever(),
            contexts: config.otel_context,
            resource,
            exporters: config.take_exporters(),
            limits: config.limits,
            #[cfg(feature = "metrics")]
            metrics,
        })
    }

    fn start(self) -> std::io::Result<Arc<Pipeline>> {
        #[cfg(feature = "metrics")]
        let durations = self.metrics.as_ref().map(Meters::durations);
        #[cfg_attr(
            not(any(feature = "logs", feature = "metrics")),
            expect(unused_mut, reason = "there is nothing beside")
        )]
        let mut others = Others::default();
        #[cfg(all(feature = "logs", feature = "otlp"))]
        others.beside.extend(
            self.logs_export
                .map(|settings| logs::export(self.logs.clone(), settings, &self.resource)),
        );
        #[cfg(feature = "metrics")]
        others
            .after
            .extend(self.metrics.into_iter().flat_map(Meters::start));
        #[cfg(feature = "logs")]
        {
            others.logs = Some(self.logs);
        }
        let pipeline = Pipeline::start(
            self.limits,
            self.sampling,
            self.propagators,
            self.contexts,
            self.resource,
            self.exporters,
            others,
        )?;
        #[cfg(feature = "metrics")]
        if let Some(durations) = durations {
            pipeline.measure_into(durations);
        }
        Ok(pipeline)
    }
}

impl Telemetry {
    /// Sends what is decided, within `deadline`. A receiver that fails is tried again until then. `false`: it took longer,
    /// or spans were given up on the way, of which [`stats`] tells.
    pub fn flush(&self, deadline: Duration) -> bool {
        #[cfg(feature = "logs")]
        if let Some(logs) = &self.logs {
            logs.flush_lines(Instant::now() + deadline.min(FLUSH_DEADLINE));
        }
        self.pipeline
            .as_ref()
            .is_none_or(|pipeline| pipeline.flush(deadline))
    }

    /// Decides what is open, sends everything within five seconds, and stops. Returns the final account.
    pub fn shutdown(mut self) -> Stats {
        self.stop(FLUSH_DEADLINE)
    }

    /// [`shutdown`](Self::shutdown) with a deadline of one's own.
    pub fn shutdown_within(mut self, deadline: Duration) -> Stats {
        self.stop(deadline)
    }

    fn stop(&mut self, deadline: Duration) -> Stats {
        let Some(pipeline) = self.pipeline.take() else {
            #[cfg(feature = "logs")]
            if let Some(logs) = self.logs.take() {
                logs.close_lines(Instant::now() + deadline.min(FLUSH_DEADLINE));
                return Stats {
                    logs: logs.stats(),
                    ..Stats::default()
                };
            }
            return Stats::default();
        };
        pipeline.shutdown(deadline);
        thread::unset_global(&pipeline);
        #[cfg(feature = "metrics")]
        drop(self.meters.take());
        let stats = pipeline.stats();
        *lock(&LAST) = Some(pipeline);
        stats
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.stop(FLUSH_DEADLINE);
    }
}

/// Sends what is decided in this process, within `deadline`: for programs whose telemetry `#[phoenix_main]` holds. `false`: it
/// took longer, or something was given up. Without telemetry there is nothing to send.
///
/// ```
/// use std::time::Duration;
///
/// assert!(phoenix_trace_runtime::flush(Duration::from_secs(1)));
/// ```
pub fn flush(deadline: Duration) -> bool {
    thread::current_pipeline().is_none_or(|pipeline| pipeline.flush(deadline))
}

/// Decides what is open, sends everything within [`FLUSH_DEADLINE`], and ends the process with this exit code: in place of
/// [`std::process::exit`], which ends it at once and loses what has not been sent. Spans that are open count with what they
/// have by then.
///
/// ```no_run
/// fn usage() -> ! {
///     eprintln!("usage: report FILE");
///     phoenix_trace_runtime::exit(64)
/// }
/// ```
pub fn exit(code: i32) -> ! {
    if let Some(pipeline) = thread::global() {
        pipeline.shutdown(FLUSH_DEADLINE);
    }
    std::process::exit(code)
}

/// The last pipeline that the process had, for the sake of its account.
static LAST: Mutex<Option<Arc<Pipeline>>> = Mutex::new(None);

/// The pipeline of the process, else the last one that it had.
#[cfg(feature = "metrics")]
pub(crate) fn pipeline() -> Option<Arc<Pipeline>> {
    thread::global().or_else(|| lock(&LAST).clone())
}

/// The account of this process's telemetry: what became of every span. After shutdown, the final one.
#[must_use]
pub fn stats() -> Stats {
    match thread::current_pipeline() {
        Some(pipeline) => pipeline.stats(),
        None => lock(&LAST)
            .as_ref()
            .map_or_else(Stats::default, |pipeline| pipeline.stats()),
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, channel};

    use opentelemetry_sdk::error::OTelSdkResult;
    use opentelemetry_sdk::trace::{SpanData, SpanExporter};

    use super::*;
    use crate::record::entered::enter;
    use crate::record::site::{Site, SpanKind};
    use crate::sampling::Sampler;

    #[derive(Debug)]
    struct Blocks(Mutex<Receiver<()>>);

    impl SpanExporter for Blocks {
        async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
            let _ = self.0.lock().map(|blocked| blocked.recv());
            Ok(())
        }
    }

    #[test]
    fn an_exporter_that_blocks_its_thread_leaves_an_account_that_balances() {
        static SITE: Site = Site::new("root", SpanKind::Internal, "");
        let (unblock, blocked) = channel();
        let config = Config::default()
            .sampler(Sampler::always_on())
            .exporter(Blocks(blocked.into()));
        let pipeline = start(config).expect("it starts");
        let scoped = thread::Scoped::enter(pipeline.clone());
        (0..1_000).for_each(|_| drop(enter(&SITE, &[])));
        drop(scoped);
        assert!(
            !pipeline.shutdown(Duration::from_millis(50)),
            "its exporter is blocked"
        );
        let account = pipeline.stats();
        drop(unblock);
        assert_eq!((account.ended, account.queued), (1_000, 0), "{account}");
        assert!(account.balances() && account.in_doubt > 0, "{account}");
    }
}
