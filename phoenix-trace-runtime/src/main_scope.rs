//! What `#[phoenix_main]` wraps around `main`: telemetry up, the runtime, the signals, the flush, the right exit code.

use std::fmt::Display;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use tokio::runtime::Builder;

use crate::bootstrap::{FLUSH_DEADLINE, Telemetry, init};
use crate::config::{Config, Shutdown};
use crate::signals::Signals;
use crate::{diag, panics};

/// How long the runtime's tasks may take to end after `main` has returned.
pub(crate) const TASKS: Duration = Duration::from_millis(500);

/// The exit code for a fault of the operating system (`sysexits.h`).
const EX_OSERR: i32 = 71;

/// The exit code for a mistake in the configuration.
const EX_CONFIG: i32 = 78;

/// What the attribute says about `main`.
#[derive(Debug)]
pub struct Main {
    /// `service = ".."`.
    pub service: Option<String>,
    /// `version = ".."`.
    pub version: Option<String>,
    /// The package's version: the service's when nothing else names one.
    pub version_default: &'static str,
    /// The package's name: the service's name when nothing else names it.
    pub name_default: &'static str,
    /// `flavor = ".."`.
    pub flavor: Flavor,
    /// `worker_threads = ..`.
    pub worker_threads: Option<usize>,
    /// `shutdown = ".."`.
    pub shutdown: Option<Shutdown>,
    /// `subscriber = "manual"`.
    pub own_subscriber: bool,
    /// Was the program compiled with `panic = "abort"`?
    pub panic_aborts: bool,
    /// `config = ..`.
    pub config: fn() -> Configured,
}

/// What `service = ..` and `version = ..` may be.
#[diagnostic::on_unimplemented(
    message = "`service` and `version` take a string",
    label = "expected a string, found `{Self}`"
)]
pub trait Text {
    /// As it is kept.
    fn into_text(self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Into<String>> Text for T {
    fn into_text(self) -> String {
        self.into()
    }
}

/// A text, however it was given.
pub fn text<T: Text>(text: T) -> String {
    text.into_text()
}

/// A configuration, or why there is none.
pub type Configured = Result<Config, String>;

/// The configuration of a `main` that names none.
///
/// # Errors
/// Never: it has the type of those that can fail.
pub fn config_of_main() -> Configured {
    Ok(Config::from_env())
}

/// What `config = ..` may be.
#[diagnostic::on_unimplemented(
    message = "`config` takes a `Config`, a `Result` of one, or a function without arguments that returns either",
    label = "expected a `Config`, or a function that returns one",
    note = "the error of a `Result` is shown by its `Display`"
)]
pub trait IntoConfig<Form> {
    /// The configuration.
    ///
    /// # Errors
    /// With the text of its own error.
    fn into_config(self) -> Configured;
}

/// How a configuration was given: as itself.
#[derive(Debug)]
pub struct Plain(());
/// As a `Result`.
#[derive(Debug)]
pub struct Fallible(());
/// By a function.
#[derive(Debug)]
pub struct Made<Form>(Form);

impl IntoConfig<Plain> for Config {
    fn into_config(self) -> Configured {
        Ok(self)
    }
}

#[diagnostic::do_not_recommend]
impl<E: Display> IntoConfig<Fallible> for Result<Config, E> {
    fn into_config(self) -> Configured {
        self.map_err(|error| error.to_string())
    }
}

#[diagnostic::do_not_recommend]
impl<F: FnOnce() -> Config> IntoConfig<Made<Plain>> for F {
    fn into_config(self) -> Configured {
        Ok(self())
    }
}

// Each form by itself: were there one for functions of whatever can be a configuration, the compiler would look for functions
// of functions without an end where it does not know the type, as of a name that is misspelled.
#[diagnostic::do_not_recommend]
impl<F, E> IntoConfig<Made<Fallible>> for F
where
    F: FnOnce() -> Result<Config, E>,
    E: Display,
{
    fn into_config(self) -> Configured {
        self().map_err(|error| error.to_string())
    }
}

/// The configuration, however it was given.
///
/// # Errors
/// With the text of its own error.
pub fn into_config<Form, C: IntoConfig<Form>>(config: C) -> Configured {
    config.into_config()
}

/// The kind of Tokio runtime that `main` runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavor {
    /// Worker threads, as many as processors unless said otherwise.
    MultiThread,
    /// One thread.
    CurrentThread,
}

impl Main {
    /// Telemetry, and who listens to signals from now on.
    fn start(&self) -> (Option<Telemetry>, Shutdown) {
        if self.panic_aborts {
            panics::set_abort();
        }
        let mut config = match (self.config)() {
            Ok(config) => config,
            Err(error) => {
                diag::line(format_args!(
                    "the service runs without traces, since it has no configuration: {error}"
                ));
                return (None, self.shutdown.unwrap_or_default());
            }
        };
        if let Some(service) = &self.service {
            config = config.service(service);
        } else {
            config.service_by_default(self.name_default);
        }
        if let Some(version) = &self.version {
            config = config.version(version);
        } else {
            config.version_by_default(self.version_default);
        }
        if let Some(shutdown) = self.shutdown {
            config = config.shutdown(shutdown);
        }
        #[cfg(any(feature = "logs", feature = "tracing"))]
        if self.own_subscriber {
            config = config.no_subscriber();
        }
        let shutdown = config.shutdown;
        let telemetry = match init(config) {
            Ok(telemetry) => Some(telemetry),
            // Asked for: nothing of `main` has run yet.
            Err(error) if error.is_misconfigured() => {
                diag::line(format_args!("{error}"));
                std::process::exit(EX_CONFIG);
            }
            Err(error) => {
                diag::line(format_args!("the service runs without traces: {error}"));
                None
            }
        };
        (telemetry, shutdown)
    }
}

impl Flavor {
    /// A runtime of this kind, with everything enabled.
    pub(crate) fn builder(self, worker_threads: Option<usize>) -> Builder {
        let mut builder = match self {
            Self::MultiThread => Builder::new_multi_thread(),
            Self::CurrentThread => Builder::new_current_thread(),
        };
        if let Some(threads) = worker_threads {
            builder.worker_threads(threads.max(1));
        }
        builder.enable_all();
        builder
    }
}

/// Runs an asynchronous `main`.
///
/// # Panics
/// With what `body` panicked with.
pub fn run_main<F: Future>(main: Main, body: F) -> F::Output {
    let (telemetry, shutdown) = main.start();
    let runtime = match main.flavor.builder(main.worker_threads).build() {
        Ok(runtime) => runtime,
        Err(error) => {
            diag::line(format_args!("the Tokio runtime cannot be built: {error}"));
            std::process::exit(EX_OSERR);
        }
    };
    let signals = Signals::listen(shutdown);
    let returned = catch_unwind(AssertUnwindSafe(|| runtime.block_on(body)));
    signals.main_returned();
    // The time of the tasks is part of that of the flush.
    let until = Instant::now() + FLUSH_DEADLINE;
    runtime.shutdown_timeout(TASKS);
    if let Some(telemetry) = telemetry {
        telemetry.shutdown_within(until.saturating_duration_since(Instant::now()));
    }
    returned.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Runs a synchronous `main`.
///
/// # Panics
/// With what `body` panicked with.
pub fn run_main_sync<R>(main: Main, body: impl FnOnce() -> R) -> R {
    let (telemetry, shutdown) = main.start();
    let signals = Signals::listen(shutdown);
    let returned = catch_unwind(AssertUnwindSafe(body));
    signals.main_returned();
    drop(telemetry);
    returned.unwrap_or_else(|panic| resume_unwind(panic))
}
