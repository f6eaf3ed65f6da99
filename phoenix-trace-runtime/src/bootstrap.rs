//! Starting and ending telemetry in a process.

mod error;
mod install;
mod parts;
mod telemetry;
#[cfg(all(test, feature = "testing"))]
mod tests;

#[cfg(any(feature = "metrics", feature = "testing", feature = "logs"))]
use std::sync::Arc;
use std::time::Duration;
#[cfg(feature = "logs")]
use std::time::Instant;

pub use error::Error;
use error::Kind;
pub(crate) use install::has_subscriber_or_logger;
use install::{install, subscribe};
use parts::Parts;
pub use telemetry::Telemetry;
use telemetry::{Claim, LAST};

use crate::config::Config;
#[cfg(feature = "logs")]
use crate::logs::Logs;
#[cfg(feature = "metrics")]
use crate::metrics::{Meters, Provider};
#[cfg(any(feature = "metrics", feature = "testing"))]
use crate::pipeline::Pipeline;
use crate::pipeline::Stats;
use crate::record::segment::lock;
use crate::record::{process, thread};
use crate::{check, diag, panics};

/// How long [`Telemetry::shutdown`] takes at most.
pub const FLUSH_DEADLINE: Duration = Duration::from_secs(5);

/// Starts telemetry for the process.
///
/// ```
/// use phoenix_trace::{Config, init};
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
    let claim = Claim::new().ok_or(Error(Kind::AlreadyInitialised))?;
    if config.print {
        diag::line(format_args!("the effective configuration:\n{config}"));
    }
    if config.strict && !config.problems().is_empty() {
        return Err(Error(Kind::Misconfigured(config.problems().to_vec())));
    }
    for problem in config.problems() {
        diag::line(format_args!("{problem}"));
    }
    check::remember(&config);
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
            _claim: claim,
        });
    }
    #[cfg(not(feature = "metrics"))]
    if !config.metrics_export(&mut Vec::new()).is_empty() {
        diag::line(format_args!(
            "no metrics are exported: this program was built without the features `otlp` and `prometheus` of phoenix-trace"
        ));
    }
    #[cfg(not(feature = "jaeger-remote"))]
    if config.asks_for_strategies() {
        diag::line(format_args!(
            "no collector is asked for sampling strategies, so that the initial rate stays: this program was built without the \
             feature `jaeger-remote` of phoenix-trace"
        ));
    }
    let summary = (!config.quiet).then(|| config.summary());
    #[cfg(feature = "tracing")]
    let bridge = config.subscriber_bridge();
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
    if let Err(pipeline) = process::set_global(pipeline) {
        pipeline.shutdown(FLUSH_DEADLINE);
        return Err(Error(Kind::AlreadyInitialised));
    }
    install(propagators);
    #[cfg(feature = "logs")]
    process::set_logs(logs);
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
        pipeline: process::global(),
        #[cfg(feature = "logs")]
        logs: None,
        #[cfg(feature = "metrics")]
        meters: provider.and_then(Provider::install),
        _claim: claim,
    })
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
    process::set_logs(logs.clone());
    subscribe(
        filter,
        #[cfg(feature = "tracing")]
        None,
    );
    Ok(logs)
}

/// Sends what is decided in this process, within `deadline`: for programs whose telemetry `#[phoenix_main]` holds. `false`: it
/// took longer, or something was given up. Without telemetry there is nothing to send.
///
/// ```
/// use std::time::Duration;
///
/// assert!(phoenix_trace::flush(Duration::from_secs(1)));
/// ```
pub fn flush(deadline: Duration) -> bool {
    thread::current_pipeline().is_none_or(|pipeline| pipeline.flush(deadline))
}

/// Decides what is open, sends everything within [`FLUSH_DEADLINE`], and ends the process with this exit code: in place of
/// [`std::process::exit`], which ends it at once and loses what has not been sent. Spans that are open here or in suspended tasks count
/// with what they have by then; what has ended inside of work that runs on other threads is waited for within the deadline
/// ([`Telemetry::shutdown`]).
///
/// ```no_run
/// fn usage() -> ! {
///     eprintln!("usage: report FILE");
///     phoenix_trace::exit(64)
/// }
/// ```
pub fn exit(code: i32) -> ! {
    end();
    std::process::exit(code)
}

/// Before the process ends, wherever that is decided: decides what is open, and sends everything within [`FLUSH_DEADLINE`].
pub(crate) fn end() {
    #[cfg(feature = "logs")]
    let until = Instant::now() + FLUSH_DEADLINE;
    if let Some(pipeline) = process::global() {
        pipeline.shutdown(FLUSH_DEADLINE);
    }
    // Lines are written without a pipeline, too.
    #[cfg(feature = "logs")]
    if let Some(logs) = thread::logs() {
        logs.close_lines(until);
    }
}

/// The pipeline of the process, else the last one that it had.
#[cfg(feature = "metrics")]
pub(crate) fn pipeline() -> Option<Arc<Pipeline>> {
    process::global().or_else(|| lock(&LAST).clone())
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
